/** The program and its commands; what each does is imported when it is asked for. */
import {addExamples, showCommonFlags, showSharedFlags} from './commands/help-parts.js';
import {Option, type Command} from 'commander';
import {exitCodeLines, exitCodes} from '../headless/exit-codes.js';
import {addAboutCommands} from './commands/about-commands.js';
import {addEvidenceCommands} from './commands/evidence-commands.js';
import {addReadCommands} from './commands/read-commands.js';
import {addReleaseCommands} from './commands/release-commands.js';
import {addWriteCommands} from './commands/write-commands.js';
import {addSandboxCommands} from './commands/sandbox-commands.js';
import {endInWords, Program, wantsJson} from './command-errors.js';
import {hasConfig} from './config/config-place.js';
import {visibleJson} from '../headless/said.js';
import {isExecutable, versionOf} from './version.js';
import {
	crowdOptions,
	demoPace,
	gateway,
	paceOption,
	pattern,
	prometheus,
	seedOption,
	alertOption,
	themeOption,
	type ConsoleFlags,
} from './flags.js';
import {undrawableTerminal} from '../terminal/terminal-name.js';
import {invokedName, parentName} from './invoked-name.js';
import type {OfContext} from './cluster-from-flags.js';
import {forgetEmpty} from './commands/go-flags.js';
import {unusedFlag} from './commands/unused-flags.js';
import {addKubeFlags, mayBeEmpty} from './kube-flags.js';
import {openConsole, type KeepCode} from './open-console.js';
import {heedOutputErrors} from './output-errors.js';
import type {openLinear as OpenLinear} from './run/open-linear.js';
import {addRequestFlags, requestOptionsFor} from './request-flags.js';
import {requestOptionsOf} from '../probe/transport/request-options.js';

/** Commands that are for no cluster, and take none of its flags. */
const ofNoCluster: ReadonlySet<string> = new Set(['sandbox', 'demo', 'version', 'completion', 'man', 'help']);

/**
 * @param keepCode Called when a console has come up, and when it has been used: the code that it took may be kept for the next start.
 * @param words Of the command line.
 * @param isAsNeeded Without the commands where the words cannot mean one: forty of them, with all their flags, take as long as the
 * first frame.
 */
export function createProgram({
	keepCode = () => {},
	words = process.argv.slice(2),
	isAsNeeded = false,
}: {keepCode?: KeepCode; words?: readonly string[]; isAsNeeded?: boolean} = {}): Command {
	const program = new Program(invokedName(isExecutable() ? process.argv0 : process.argv[1], parentName));
	endInWords(program, words);

	function addCommands(): void {
		if (program.commands.length > 0) return;
		addSandboxCommands(program);
		addReleaseCommands(program);
		addWriteCommands(program);
		addEvidenceCommands(program);
		addReadCommands(program);
		for (const command of program.commands) {
			if (ofNoCluster.has(command.name())) showCommonFlags(command);
			else showSharedFlags(command);
		}
		addAboutCommands(program);
	}

	program
		.usage('[options] [command | ksvc/NAME]')
		.description('Release a new revision of a Knative Service, step by step, by keyboard.')
		.version(wantsJson(words) ? visibleJson(versionOf(), 2) : versionOf().version)
		.option('--sandbox', 'open on the sandbox: a small Knative inside this program')
		.option('--gateway <host[:port]>', 'where the gateway is, if it cannot be found; 443 speaks TLS', gateway)
		.option('--cacert <file>', 'CA certificates to trust for the gateway, in addition to those of the system')
		.option('--insecure-gateway', 'do not check the certificate of the gateway')
		.option('--host <name>', 'host to ask for, instead of that of the URL of the service')
		.option('--read-only', 'never write to the cluster')
		.addOption(
			new Option(
				'--production <pattern>',
				'contexts matching this regular expression are production',
			).argParser(pattern),
		)
		.option('--ascii', 'draw with ASCII characters only')
		.addOption(themeOption())
		.addOption(alertOption())
		.addOption(
			new Option('--screen-reader', 'no frames: one change a line, commands by number or word').env(
				'INK_SCREEN_READER',
			),
		)
		.option(
			'--prometheus <where>',
			'what users get, from Prometheus instead of the pods: a URL, or namespace/service:port in the cluster',
			prometheus,
		);
	addExamples(program, ['--sandbox', '--context prod-eu -n shop --read-only', '-n shop ksvc/cart']);
	program
		.option('-q, --quiet', 'print only errors, rows and objects; the exit code says the rest')
		.option('-v, --verbose', 'print each request and its answer on standard error; no headers, no bodies')
		.option('--config <file>', 'settings, instead of $XDG_CONFIG_HOME/kn-canary/config.yaml')
		.option(
			'--log <file>',
			'write what --verbose prints to a file that only you can read; beyond 5 MB it goes to <file>.1',
		)
		.helpCommand(true)
		.addHelpText(
			'after',
			'\nEach flag has a variable: --max-rate is KN_CANARY_MAX_RATE. A flag comes first, then its variable, then the file.',
		)
		.addHelpText('after', `\nExit codes:\n${exitCodeLines(Object.values(exitCodes).slice(3)).join('\n')}`)
		.hook('preAction', async (_program, command) => {
			forgetEmpty(program, mayBeEmpty);
			await settleFlags(command, addCommands);
			await startTelling(command.optsWithGlobals<ConsoleFlags>());
		})
		.action(async (flags: ConsoleFlags, {args}: Command) => {
			const only = await serviceOf(args);
			if (args.length > 0 && only === undefined) return program.unknownCommand();
			if (only !== undefined && flags.allNamespaces === true) {
				return program.error(`error: ${args[0]} is one service: give its namespace with -n instead of -A`, {
					exitCode: exitCodes.usage,
				});
			}
			const requestOptions = requestOptionsFor(program, flags, {rate: 1});
			// Of its own from now on: what applies to another context is settled in the program's.
			const own = {...flags, ...(only !== undefined && {only})};
			const ofContext: OfContext = async name => settledFor(program, name);
			const {stdin, stdout} = process;
			const isDumb = undrawableTerminal(process.env) !== undefined;
			if (flags.screenReader ?? false) return openLines(own, requestOptions, {isViewOnly: false, ofContext});
			if (stdout.isTTY && stdin.isTTY && !isDumb) {
				return openConsole(own, requestOptions, {keepCode, ofContext});
			}
			// It can be written to, but not drawn on, or nobody can press a key.
			if (stdout.isTTY) return openLines(own, requestOptions, {isViewOnly: true, ofContext});
			if (flags.sandbox) {
				const {runDemo} = await import('./run/run-sandbox.js');
				return runDemo({pace: demoPace});
			}
			return program.error(
				'kn-canary needs a terminal for its console. Without one, `kn-canary demo` shows a release as plain lines.',
			);
		});
	addRequestFlags(program);
	for (const option of [paceOption(1), seedOption(), ...crowdOptions()]) {
		program.addOption(option.helpGroup('The sandbox (--sandbox):'));
	}

	addKubeFlags(program);
	program.hook('preAction', (_, command) => {
		refuseAllNamespaces(program, command);
		refuseUnused(program, command);
	});
	if (!isAsNeeded || !areOwnFlags(program, words)) addCommands();
	// So that the action can say that there is no such command, rather than that there are too many arguments.
	return program.allowExcessArguments();
}

/** Whether the words are flags of the program, with their values, and nothing else; false where that is not certain. */
function areOwnFlags({options}: Command, words: readonly string[]): boolean {
	let isValue = false;
	return words.every(word => {
		if (isValue) {
			isValue = false;
			return true;
		}
		const [name = ''] = word.split('=');
		const option = options.find(({short, long}) => name === short || name === long);
		isValue = option?.required === true && !word.includes('=');
		return option !== undefined && !option.optional && !option.variadic;
	});
}

/** `ksvc/NAME`, and nothing beside it; the name alone may be a command that was mistyped. */
async function serviceOf([word, ...more]: readonly string[]): Promise<string | undefined> {
	if (word === undefined || more.length > 0 || !word.includes('/')) return undefined;
	const {serviceMeant} = await import('../knative/release/revision-by-word.js');
	return serviceMeant(word);
}

/**
 * What is not there is not loaded: most starts have neither a variable nor a file.
 *
 * @param addCommands Adds those of the program that are not there yet.
 */
async function settleFlags(command: Command, addCommands: () => void): Promise<void> {
	const isSet = Object.keys(process.env).some(name => name.startsWith('KN_CANARY_'));
	if (!isSet && !hasConfig(command.optsWithGlobals<{config?: string}>())) return;
	// What they say may be of any command.
	addCommands();
	const {settle} = await import('./config/settle.js');
	await settle(command);
}

/** What the file says of another context; most operators have no file. */
async function settledFor(program: Command, name: string): ReturnType<OfContext> {
	if (!hasConfig(program.opts<{config?: string}>())) return undefined;
	const {settleFor} = await import('./config/settle.js');
	const settled = await settleFor(program, name);
	return settled && {...settled, requestOptions: requestOptionsOf(settled.flags, {rate: 1})};
}

async function openLines(...args: Parameters<typeof OpenLinear>): Promise<void> {
	const {openLinear} = await import('./run/open-linear.js');
	return openLinear(...args);
}

async function startTelling({verbose, log}: ConsoleFlags): Promise<void> {
	if (!verbose && log === undefined) return;
	const {tellRequests} = await import('./request-log.js');
	tellRequests({verbose: verbose ?? false, log});
}

/** Runs the command line; what a shell asks of the words that it has so far is answered before anything reads them. */
export async function runProgram({keepCode}: {keepCode: KeepCode}): Promise<void> {
	heedOutputErrors();
	const words = process.argv.slice(2);
	if (words[0] !== '__complete') {
		return void (await createProgram({keepCode, words, isAsNeeded: true}).parseAsync());
	}
	const {completionLines} = await import('./complete/complete.js');
	const lines = await completionLines(createProgram({words: []}), words.slice(1));
	process.stdout.write(`${lines.join('\n')}\n`);
}

/** Commands that want the name of a service are of one, whose namespace has to be known. */
function refuseAllNamespaces(program: Command, command: Command): void {
	const isOfOne = command.registeredArguments.some(
		({required}) => required && command.name() !== 'completion',
	);
	if (program.opts<ConsoleFlags>().allNamespaces !== true || !isOfOne) return;
	program.error(`error: ${command.name()} is of one service: give its namespace with -n instead of -A`, {
		exitCode: exitCodes.usage,
	});
}

/** Whoever typed a flag expects it to count. What a variable or the file says is for many commands. */
function refuseUnused(program: Command, command: Command): void {
	const sentence = unusedFlag(program, command);
	if (sentence !== undefined) program.error(`error: ${sentence}`, {exitCode: exitCodes.usage});
}
