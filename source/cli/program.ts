/** The commands and their flags; what each does is imported when it is asked for. */
import {Command, Option, type CommanderError} from 'commander';
import {exitCodes} from '../headless/exit-codes.js';
import type {OutputFormat, ReleaseFlags} from '../headless/write/run.js';
import type {ReleaseCommand} from '../headless/write/release.js';
import {wordsHelp} from '../knative/release/words-help.js';
import {
	requestOptionsOf,
	type RequestOptions,
	type RequestFlags,
} from '../probe/transport/request-options.js';
import {
	alpha,
	crowdOptions,
	demoPace,
	duration,
	gateway,
	outputOption,
	paceOption,
	pattern,
	port,
	prometheus,
	requests,
	seconds,
	seedOption,
	themeOption,
	type ConsoleFlags,
	type PaceFlags,
	type SandboxFlags,
} from './flags.js';
import {addKubeFlags} from './kube-flags.js';
import {openConsole} from './open-console.js';
import {addReadCommands} from './read-commands.js';
import type {VerifyFlags} from './run-headless.js';

/** A pipeline must not take a mistyped flag of `verify` for a split that disagrees, or for one of which it cannot tell. */
const couldNotAsk = 3;

/**
 * A command line that makes no sense ends as the readme says of the command that was meant. Flags of the program are
 * refused by the program, wherever they stand, so that the command is looked for among the words.
 */
function endOf(program: Command, {code, exitCode}: CommanderError): number {
	// The program's own word for how it ends, and the help and the version, which are no error.
	if (exitCode === 0 || code === 'commander.error') return exitCode;
	const names = new Set(program.commands.map(command => command.name()));
	const meant = process.argv.slice(2).find(word => names.has(word));
	return meant === 'verify' ? couldNotAsk : exitCodes.usage;
}

/** Of an option that may be given several times. */
const repeated = (value: string, before: readonly string[] = []) => [...before, value];

/** @param keepCode Called when a console has come up: the code that it took may be kept for the next start. */
export function createProgram({keepCode = () => {}}: {keepCode?: () => void} = {}): Command {
	const program = new Command('kn-canary')
		.description('Release a new revision of a Knative Service, step by step, by keyboard.')
		.version(process.env['KN_CANARY_VERSION'] ?? '')
		.option('--sandbox', 'open on the sandbox: a small Knative inside this program')
		.option('--gateway <host[:port]>', 'where the gateway is, if it cannot be found; 443 speaks TLS', gateway)
		.option('--cacert <file>', 'authorities that may vouch for the gateway, beside those of the system')
		.option('--insecure-gateway', 'do not check the certificate of the gateway')
		.option('--host <name>', 'host to ask for, instead of that of the URL of the service')
		.option('--read-only', 'never write to the cluster')
		.addOption(
			new Option('--production <pattern>', 'contexts of such a name (a regular expression) are production')
				.env('KN_CANARY_PRODUCTION')
				.argParser(pattern),
		)
		.option('--ascii', 'draw with ASCII characters only')
		.addOption(themeOption())
		.option(
			'--prometheus <where>',
			'what users get, from Prometheus instead of the pods: a URL, or namespace/service:port in the cluster',
			prometheus,
		)
		.option('--rate <number>', 'requests a second to begin with (console: 1, verify: 20)')
		.option('--max-rate <number>', 'requests a second at most (50)')
		.option('--timeout <seconds>', 'until an answer must be complete (10)')
		.option('--no-keepalive', 'open a connection for each request')
		.option('--path <path>', 'what to ask the service for (/)')
		.option(
			'--fingerprint <what>',
			'what tells revisions apart: first-line, status, header:NAME, json:PATH or /REGEXP/',
		)
		.option(
			'--header <line>',
			"a header of each request: 'Name: value', 'Name: $VARIABLE', 'Name: @file'; may be repeated",
			repeated,
		)
		.option('--cookie <pair>', 'a cookie of each request: name=value; may be repeated', repeated)
		.option('--method <name>', 'the method of each request (GET; POST with --data)')
		.option('--data <text>', 'the body of each request; @file reads it from a file')
		.option('--expect-status <list>', 'statuses that are no failure, all others are: 200, 200-299, 2xx,404')
		.option('--grpc-method <package.Service/Method>', 'what to call of a gRPC service (its health check)')
		.option('--grpc-data <json>', 'the request of that call ({})')
		.option('--proto <file>', 'where that method is described; else the server is asked by reflection')
		.addOption(paceOption(1))
		.addOption(seedOption())
		.showHelpAfterError('(--help says what there is)')
		.exitOverride(error => process.exit(endOf(program, error)))
		.helpCommand(true)
		.action(async (flags: ConsoleFlags, {args}: Command) => {
			const [unknown] = args;
			if (unknown !== undefined) {
				return program.error(`error: unknown command '${unknown}'`, {exitCode: exitCodes.usage});
			}
			if (!flags.sandbox && (flags.services ?? flags.revisions) !== undefined) {
				return program.error('error: --services and --revisions make a crowd in a sandbox: add --sandbox', {
					exitCode: exitCodes.usage,
				});
			}
			const asking = checkedAsking(program, flags, {rate: 1});
			if (process.stdout.isTTY && process.stdin.isTTY) {
				if (process.env['TERM'] === 'dumb') {
					return program.error(
						'kn-canary draws on the whole screen, which a terminal with TERM=dumb cannot do. `kn-canary demo` shows a ' +
							'release as plain lines; `kn-canary verify`, `split`, `complete` and `rollback` need no screen.',
					);
				}
				return openConsole(flags, asking, keepCode);
			}
			if (flags.sandbox) {
				const {runDemo} = await import('./run-sandbox.js');
				return runDemo({pace: demoPace});
			}
			return program.error(
				'kn-canary needs a terminal for its console. Without one, `kn-canary demo` shows a release as plain lines.',
			);
		});
	for (const option of crowdOptions()) {
		program.addOption(option);
	}

	addKubeFlags(program);
	addSandbox(program);
	addHeadless(program);
	addReadCommands(program);
	// So that the action can say that there is no such command, rather than that there are too many arguments.
	return program.allowExcessArguments();
}

function addSandbox(program: Command): void {
	const sandbox = program
		.command('sandbox')
		.description('run the sandbox alone, for kubectl, kn and curl, until ctrl-c')
		.option('--api-port <port>', 'port of the API server', port, 0)
		.option('--gateway-port <port>', 'port of the gateway', port, 0)
		.option('--switch-port <port>', 'port of the switches for what goes wrong on purpose', port, 0)
		.addOption(paceOption(1))
		.addOption(seedOption())
		.action(async (_own: unknown, command: {optsWithGlobals(): SandboxFlags}) => {
			const {runSandbox} = await import('./run-sandbox.js');
			await runSandbox(command.optsWithGlobals());
		});
	for (const option of crowdOptions()) {
		sandbox.addOption(option);
	}

	program
		.command('demo')
		.description('play a whole canary release on a fresh sandbox and print it as plain lines')
		.addOption(paceOption(demoPace))
		.action(async (_own: unknown, command: {optsWithGlobals(): PaceFlags}) => {
			const {runDemo} = await import('./run-sandbox.js');
			const {pace = demoPace} = command.optsWithGlobals();
			await runDemo({pace});
		});
}

/** What is to be typed at a terminal, said beforehand. */
const despite = () =>
	new Option('--despite <what...>', 'apply it although the canary is worse, or was rejected').choices([
		'worse',
		'rejected',
	]);

function addHeadless(program: Command): void {
	program
		.command('verify <service>')
		.description(
			'ask a service and say whether users get the split that is configured; exit code 0: it agrees, 1: it disagrees, 2: cannot tell, 3: could not ask',
		)
		.option('--n <number>', 'how many requests', requests, 200)
		.option('--alpha <number>', 'chance of calling a split wrong that is right', alpha, 0.01)
		.option('--expect <shares>', '50/50 or stable=90,canary=10, instead of what the route has')
		.addOption(
			new Option(
				'--source <source>',
				'whose requests: probes sends --n of its own; users counts those of real users, and sends none',
			)
				.choices(['probes', 'users'])
				.default('probes'),
		)
		.option('--for <seconds>', 'with --source users: how long at most, such as 60s', duration, 60)
		.addOption(outputOption())
		.action(async (service: string, _own: unknown, command: {optsWithGlobals(): VerifyFlags}) => {
			const flags = command.optsWithGlobals();
			if (flags.source === 'users') {
				const {runVerifyUsers} = await import('./run-headless.js');
				return runVerifyUsers(service, flags);
			}
			const asking = checkedAsking(program, flags, {rate: 20}, couldNotAsk);
			const {runVerify} = await import('./run-headless.js');
			await runVerify(service, flags, asking);
		});
	const release = (verb: ReleaseCommand, description: string) =>
		program
			.command(verb)
			.description(description)
			.argument('<service>')
			.option('--dry-run', 'ask the server what it would say, and write nothing')
			.option(
				'-y, --yes',
				'skip the question; not in production (but for rollback), and not for a target that cannot take the traffic',
			)
			.option('--reason <text>', 'why, for the history')
			.option('--wait <seconds>', 'how long to wait for the gateway; 0 does not wait', seconds, 60)
			.addOption(outputOption());
	const which = `the revision that is meant: ${wordsHelp}`;
	release('split', 'give shares of the traffic: kn-canary split cart cart-00001=50 cart-00002=50')
		.argument('<share...>', `revision=percent; a revision by ${wordsHelp}`)
		.addOption(despite())
		.action(async (service: string, shares: string[], flags: ReleaseFlags) => {
			const {runRelease} = await import('./run-headless.js');
			await runRelease('split', {service, shares}, program.opts<ConsoleFlags>(), flags);
		});
	const run = (verb: ReleaseCommand) => async (service: string, flags: ReleaseFlags) => {
		const {runRelease} = await import('./run-headless.js');
		await runRelease(verb, {service}, program.opts<ConsoleFlags>(), flags);
	};
	release('complete', 'promote the canary: give it 100 %')
		.alias('promote')
		.option('--no-compare', 'do not send the canary and what users had requests in pairs before')
		.option('--to <revision>', which)
		.option('--no-previous', 'do not keep what users had in the split, at 0 % and tagged previous')
		.addOption(despite())
		.action(async (service: string, flags: ReleaseFlags) => {
			const common = program.opts<ConsoleFlags>();
			const asking = flags.compare === false ? undefined : checkedAsking(program, common, {rate: 20});
			const {runRelease} = await import('./run-headless.js');
			await runRelease('complete', {service}, common, flags, asking);
		});
	release('rollback', 'give 100 % back to what users had before the release')
		.option('--to <revision>', which)
		.action(run('rollback'));
	release('abandon', 'give a release up: the canary leaves the split and is marked as rejected')
		.option('--to <revision>', which)
		.option('--template', 'put the template back to what users run, too: that makes a revision, at 0 %')
		.action(run('abandon'));
	release('undo', 'put back the split before the last change').addOption(despite()).action(run('undo'));
	program
		.command('history')
		.description('who changed which split, when, from what to what, as far as this machine knows')
		.argument('[service]')
		.addOption(outputOption())
		.action(async (service: string | undefined, {output}: {output: OutputFormat}) => {
			const {runHistory} = await import('./run-headless.js');
			await runHistory(service, program.opts<ConsoleFlags>(), output);
		});
}

function checkedAsking(
	program: Command,
	flags: RequestFlags,
	usual: {rate: number},
	exitCode: number = exitCodes.usage,
): RequestOptions {
	try {
		return requestOptionsOf(flags, usual);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return program.error(`error: ${error.message}`, {exitCode});
	}
}
