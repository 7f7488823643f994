/** The commands that only read: their flags, and the way to what they do. */
import type {Command} from 'commander';
import {exitCodes} from '../../headless/exit-codes.js';
import type {GetFlags} from '../flags.js';
import {addExamples, addExitCodes} from './help-parts.js';

const outputHelp =
	'wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=HEADING:PATH,… instead of a table';

export function addReadCommands(program: Command): void {
	const get = program
		.command('get')
		.description('list services with their state and the split that their route has')
		.argument('[service...]', 'only these; a service may be written as ksvc/NAME')
		.option('-A, --all-namespaces', 'of all namespaces that you may list')
		.option('-l, --selector <labels>', 'only services with these labels, as kubectl takes them')
		.option('-w, --watch', 'go on, and print each change')
		.option('-o, --output <format>', outputHelp)
		.action(async (services: string[], _own: unknown, command: Command) => {
			const flags = command.optsWithGlobals<GetFlags>();
			if (flags.allNamespaces && services.length > 0) {
				return program.error(
					'error: a service cannot be got by name across all namespaces: leave out -A or the name',
					{exitCode: exitCodes.usage},
				);
			}
			const {runGet} = await import('../run/run-read.js');
			await runGet(services, flags);
		});
	addExamples(get, ['get -A', "get cart -o jsonpath='{.status.traffic[*].percent}'"]);
	addExitCodes(get, []);
}
