/** The commands that only read: their flags, and the way to what they do. */
import {Option, type Command} from 'commander';
import {exitCodes} from '../headless/exit-codes.js';
import {duration, outputOption, type GetFlags, type UsersFlags} from './flags.js';

const outputHelp =
	'wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=HEADING:PATH,… instead of a table';

export function addReadCommands(program: Command): void {
	addUsers(program);
	program
		.command('get')
		.description('list services with their state and the split that their route has')
		.argument('[service...]', 'only these; a service may be written as ksvc/NAME')
		.addOption(new Option('-A, --all-namespaces', 'of all namespaces that you may list'))
		.option('-l, --selector <labels>', 'only services with these labels, as kubectl takes them')
		.option('-w, --watch', 'go on, and print each change')
		.option('-o, --output <format>', outputHelp)
		.addHelpText(
			'after',
			"\nExamples:\n  kn-canary get -A\n  kn-canary get cart -o jsonpath='{.status.traffic[*].percent}'\n",
		)
		.action(async (services: string[], _own: unknown, command: Command) => {
			const flags = command.optsWithGlobals<GetFlags>();
			if (flags.allNamespaces && services.length > 0) {
				return program.error(
					'error: a service cannot be got by name across all namespaces: leave out -A or the name',
					{
						exitCode: exitCodes.usage,
					},
				);
			}
			const {runGet} = await import('./run-headless.js');
			await runGet(services, flags);
		});
}

function addUsers(program: Command): void {
	program
		.command('users <service>')
		.description(
			'what real users get from each revision, as the pods tell; nothing is installed, no request sent',
		)
		.option('--for <seconds>', 'how long to measure, such as 60 or 60s', duration, 30)
		.option('-w, --watch', 'go on, and print every 10 seconds')
		.addOption(outputOption())
		.addHelpText(
			'after',
			'\nNeeds the right to get pods/proxy, or to create pods/portforward.\n\nExamples:\n  kn-canary users cart --for 60s\n  kn-canary users cart -w -o json\n',
		)
		.action(async (service: string, _own: unknown, command: Command) => {
			const {runUsers} = await import('./run-headless.js');
			await runUsers(service, command.optsWithGlobals<UsersFlags>());
		});
}
