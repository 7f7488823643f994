/** Flags that were typed and are of no use to what was called: what would be taken in silence is refused. Pure. */
import type {Command, Option} from 'commander';
import {takenFlags} from './help-parts.js';

/** Flags that a command has a use for only together with another of its own. */
type NeededFlag = {
	isOf: (option: Option) => boolean;
	/** What to do about it. */
	say: string;
	isMet: (own: Readonly<Record<string, unknown>>) => boolean;
};

const isOfGateway = ({long}: Option) =>
	['--gateway', '--cacert', '--insecure-gateway', '--host'].includes(long ?? '');
const isOfRequests = (option: Option) =>
	isOfGateway(option) || option.helpGroupHeading?.startsWith('Requests') === true;
const isOfPrometheus = ({long}: Option) => long === '--prometheus';

const conditions: Readonly<Record<string, readonly NeededFlag[]>> = {
	status: [
		{isOf: isOfRequests, say: 'add --compare', isMet: own => own['compare'] === true},
		{isOf: isOfPrometheus, say: 'add --users', isMet: own => own['users'] !== undefined},
	],
	complete: [{isOf: isOfRequests, say: 'leave out --no-compare', isMet: own => own['compare'] !== false}],
	verify: [
		// Those of the requests themselves have a sentence of their own.
		{isOf: isOfGateway, say: 'add --source probes', isMet: own => own['source'] !== 'users'},
		{isOf: isOfPrometheus, say: 'add --source users', isMet: own => own['source'] === 'users'},
	],
};

/** A console prints nothing that could be left out. */
const ofCommands: ReadonlySet<string> = new Set(['--quiet']);
const ofScreen: ReadonlySet<string> = new Set(['--theme', '--alert', '--ascii']);
const ofSandbox: ReadonlySet<string> = new Set(['--pace', '--seed', '--services', '--revisions']);
/** What leads to a cluster; the sandbox is one of its own. */
const ofCluster: ReadonlySet<string> = new Set([
	'--kubeconfig',
	'--context',
	'--cluster',
	'--user',
	'--server',
	'--token',
	'--client-certificate',
	'--client-key',
	'--certificate-authority',
	'--insecure-skip-tls-verify',
	'--tls-server-name',
	'--as',
	'--as-group',
	'--as-uid',
]);

const commandsOf = (command: Command): Command[] => [command, ...command.commands.flatMap(commandsOf)];

/** Without the name of the program: `revision create`. */
const nameOf = (command: Command): string =>
	command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

const takes = (command: Command, option: Option): boolean =>
	[...command.options, ...takenFlags(command)].some(
		other => !other.hidden && other.attributeName() === option.attributeName(),
	);

/** Those of the program on the command line; `--flag=false` asks for nothing. */
const typedOf = (program: Command): Option[] =>
	program.options.filter(option => {
		const name = option.attributeName();
		const isDenied = program.getOptionValue(name) === false && !option.negate;
		return program.getOptionValueSource(name) === 'cli' && !isDenied;
	});

/** A sentence for the first such flag, with where it is of use; undefined when there is none. `command`: what is about to run. */
export function unusedFlag(program: Command, command: Command): string | undefined {
	const typed = typedOf(program);
	const isConsole = command === program;
	for (const option of typed) {
		const {long: flag = ''} = option;
		if (isConsole ? ofCommands.has(flag) : !takes(command, option)) {
			return `${isConsole ? 'the console' : nameOf(command)} does not take ${flag}: ${takers(program, option)}`;
		}
		const unmet = (conditions[command.name()] ?? []).find(
			({isOf, isMet}) => isOf(option) && !isMet(command.opts()),
		);
		if (unmet) return `${flag} is of no use to ${nameOf(command)} as it stands: ${unmet.say}`;
	}
	const first = (flags: ReadonlySet<string>) => typed.find(({long}) => flags.has(long ?? ''))?.long;
	const {sandbox, screenReader} = program.opts<{sandbox?: boolean; screenReader?: boolean}>();
	const hasOwn = command.options.some(({long}) => long === '--pace');
	const [ofOwn, ofOthers, drawn] = [first(ofSandbox), first(ofCluster), first(ofScreen)];
	if (ofOwn !== undefined && !sandbox && (isConsole || !hasOwn)) {
		return `${ofOwn} is of the sandbox: add --sandbox`;
	}
	if (sandbox && ofOthers !== undefined) {
		const source = program.getOptionValueSource('sandbox');
		// What was not typed cannot be left out.
		return source === 'cli'
			? `${ofOthers} leads to a cluster, and --sandbox opens its own: leave out one of them`
			: `${ofOthers} leads to a cluster, and ${source === 'env' ? 'KN_CANARY_SANDBOX' : 'the configuration file'} opens the sandbox: add --sandbox=false`;
	}
	if (screenReader && drawn !== undefined) {
		return program.getOptionValueSource('screenReader') === 'cli'
			? `${drawn} is of the screen, and --screen-reader draws none: leave out one of them`
			: `${drawn} is of the screen, and linear mode draws none: leave it out, or add --screen-reader=false`;
	}
	return undefined;
}

/** More names are no help. */
const mostNames = 12;

/** `the console, verify and status take it`. */
function takers(program: Command, option: Option): string {
	const commands = commandsOf(program).filter(
		other => other !== program && other.commands.length === 0 && takes(other, option),
	);
	const names = [
		...(ofCommands.has(option.long ?? '') ? [] : ['the console']),
		...commands.filter(other => other.name() !== 'view').map(nameOf),
	];
	// Those of the console alone are not there when it starts.
	if (names.length === 0) return 'its commands take it';
	if (names.length > mostNames) return 'what reaches a cluster takes it';
	const last = names.at(-1) ?? '';
	return names.length === 1 ? `${last} takes it` : `${names.slice(0, -1).join(', ')} and ${last} take it`;
}
