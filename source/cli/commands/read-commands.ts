/** The commands that only read: their flags, and the way to what they do. */
import {InvalidArgumentError, Option, type Command} from 'commander';
import {exitCodes} from '../../headless/exit-codes.js';
import {parseGoal, waitGoals, type WaitGoal} from '../../headless/read/wait-goals.js';
import {duration, outputOption, seconds, whole, type ConsoleFlags, type GetFlags} from '../flags.js';
import {requestOptionsFor} from '../request-flags.js';
import type {LogsFlags, StatusFlags} from '../run/run-read.js';
import {addExamples, addExitCodes} from './help-parts.js';

const outputHelp =
	'wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=HEADING:PATH,… instead of a table';

export function addReadCommands(program: Command): void {
	addGet(program);
	addStatus(program);
	addWait(program);
	addEvents(program);
	addLogs(program);
	addExport(program);
}

function addGet(program: Command): void {
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
			const isTyped = program.getOptionValueSource('selector') === 'cli';
			if (isTyped && flags.selector !== undefined && services.length > 0) {
				return program.error(
					'error: a service cannot be got by name and by its labels: leave out -l or the name',
					{exitCode: exitCodes.usage},
				);
			}
			const {runGet} = await import('../run/run-read.js');
			await runGet(services, flags);
		});
	addExamples(get, ['get -A', "get cart -o jsonpath='{.status.traffic[*].percent}'"]);
	addExitCodes(get, []);
}

const goalHelp = Object.entries(waitGoals)
	.map(([name, meaning]) => `  ${name.padEnd(12)}  ${meaning}`)
	.join('\n');

function goal(text: string): WaitGoal {
	const found = parseGoal(text);
	if (found) return found;
	throw new InvalidArgumentError(`It is one of ${Object.keys(waitGoals).join(', ')}, or condition=Ready.`);
}

const load = async () => import('../run/run-read.js');

function addStatus(program: Command): void {
	const status = program
		.command('status <service>')
		.description(
			'how the release of a service stands: stable, canary, shares, and whether the gateway has them',
		)
		.option('--wait <time>', 'wait for what --for says, at most so long (60s)', seconds)
		.addOption(new Option('--for <goal>', 'what to wait for (settled)').argParser(goal))
		.option(
			'--compare',
			'send canary and stable requests in pairs for some seconds, and say how the canary does',
		)
		.option('--users <time>', 'measure for so long what real users get', duration)
		.addOption(outputOption())
		.addHelpText('after', `\nWhat may be waited for:\n${goalHelp}`)
		.action(async (service: string, _own: unknown, command: Command) => {
			const flags = command.optsWithGlobals<StatusFlags>();
			const requestOptions = flags.compare ? requestOptionsFor(program, flags, {rate: 20}) : undefined;
			await (await load()).runStatus(service, flags, {requestOptions});
		});
	addExamples(status, ['status cart', 'status cart --wait 2m --for complete -o json']);
	addExitCodes(status, [exitCodes.notRouted]);

	const describe = program
		.command('describe <service>')
		.description('how the release of a service stands, with its template, its conditions and who changed it')
		.action(async (service: string, _own: unknown, command: Command) =>
			(await load()).runStatus(
				service,
				{...command.optsWithGlobals<ConsoleFlags>(), output: 'text'},
				{isDescribed: true},
			),
		);
	addExamples(describe, ['describe ksvc/cart', 'describe cart -n default']);
	addExitCodes(describe, []);
}

function addWait(program: Command): void {
	const wait = program
		.command('wait <service>')
		.description('wait until a service is in the state that --for names')
		.addOption(new Option('--for <goal>', 'what to wait for').argParser(goal).makeOptionMandatory())
		.option('--timeout <time>', 'how long at most (60s)')
		.addOption(outputOption())
		.addHelpText(
			'after',
			`\nWhat may be waited for (condition=Ready and delete, too, as kubectl has it):\n${goalHelp}`,
		)
		.action(async (service: string, own: {for: WaitGoal}, command: Command) => {
			const flags = command.optsWithGlobals<ConsoleFlags & {output: 'text' | 'json'}>();
			let within = 60;
			try {
				if (flags.timeout !== undefined) within = seconds(flags.timeout);
			} catch (error) {
				const why = error instanceof Error ? error.message : String(error);
				return program.error(`error: --timeout ${flags.timeout}: ${why}`, {exitCode: exitCodes.usage});
			}
			await (await load()).runWait(service, flags, own.for, within * 1000);
		});
	addExamples(wait, ['wait cart --for condition=Ready --timeout 2m', 'wait cart --for complete']);
	addExitCodes(wait, [exitCodes.notRouted]);
}

function addEvents(program: Command): void {
	const events = program
		.command('events <service>')
		.description('events of a service, of its revisions and of their pods')
		.option('-w, --watch', 'go on, and print each as it comes')
		.addOption(outputOption())
		.action(async (service: string, _own: unknown, command: Command) =>
			(await load()).runEvents(
				service,
				command.optsWithGlobals<ConsoleFlags & {output: 'text' | 'json'; watch?: true}>(),
			),
		);
	addExamples(events, ['events cart', 'events cart -w']);
	addExitCodes(events, []);
}

const lines = whole('Give a whole number of lines, 0 or more.', 0, 1_000_000);

function addLogs(program: Command): void {
	const logs = program
		.command('logs <service>')
		.description('logs of the pods of a revision: of the one that users reach, unless --revision names one')
		.option('--revision <revision>', 'of this revision: a name, tag or number, @canary, @stable, @latest')
		.option('-c, --container <name>', 'of this container (the one that gets the requests)')
		.option('--pod <name>', 'of this pod alone')
		.option('-f, --follow', 'go on until it ends')
		.option('-p, --previous', 'of the run before the last restart')
		.option('--tail <lines>', 'lines from the end', lines)
		.option('--since <time>', 'no older than that: 30s, 5m', seconds)
		.option('--timestamps', 'with the time of each line')
		.action(async (service: string, _own: unknown, command: Command) =>
			(await load()).runLogs(service, command.optsWithGlobals<LogsFlags>()),
		);
	addExamples(logs, ['logs cart --tail 50', 'logs cart --revision @canary -f']);
	addExitCodes(logs, []);
}

function addExport(program: Command): void {
	const made = program
		.command('export <service>')
		.description('a service as a manifest that kubectl applies, without what the server keeps for itself')
		.option('--split', 'its split alone, as a patch for a Git repository (kustomize)')
		.addOption(
			new Option('-o, --output <format>', 'format of the manifest').choices(['yaml', 'json']).default('yaml'),
		)
		.action(async (service: string, _own: unknown, command: Command) =>
			(await load()).runExport(
				service,
				command.optsWithGlobals<ConsoleFlags & {output: 'yaml' | 'json'; split?: true}>(),
			),
		);
	addExamples(made, ['export cart > cart.yaml', 'export cart --split > overlays/prod/cart-split.yaml']);
	addExitCodes(made, []);
}
