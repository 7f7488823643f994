#!/usr/bin/env node
/**
 * The way in: checks Node, reads the flags, decides which cluster, draws the first frame and loads the rest behind it.
 * Everything is imported when it is needed: an older Node gets a sentence instead of a syntax error, and the first frame
 * does not wait for what it does not show.
 */
// As a whole: a name that an older Node does not export would be a syntax error before the sentence below.
import module from 'node:module';
import type {Cluster} from './source/cluster/cluster.js';
import type {GatewayAddress} from './source/cluster/gateway-address.js';
import type {Asking, AskingFlags} from './source/probe/asking.js';
import type {Verb} from './source/headless/release.js';
import type {Output, ReleaseFlags} from './source/headless/run.js';
import type {HistoryFile} from './source/history/history-file.js';
import type {Sandbox} from './source/sandbox/sandbox.js';
import type {Lifecycle} from './source/terminal/lifecycle.js';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
	process.stderr.write(
		`kn-canary needs Node.js 24 or newer, and this is ${process.versions.node}. ` +
			'Install a newer one, or start it with `npm start` in its own folder, which brings one along.\n',
	);
	process.exit(1);
}

module.enableCompileCache();

type ConsoleFlags = {
	sandbox?: true;
	kubeconfig?: string;
	context?: string;
	namespace?: string;
	gateway?: string;
	readOnly?: true;
	production?: string;
	ascii?: true;
} & PaceFlags &
	AskingFlags;
type PaceFlags = {pace: number; seed?: number};
type VerifyFlags = ConsoleFlags & {n: number; alpha: number; expect?: string; output: 'text' | 'json'};
type SandboxFlags = {
	apiPort: number;
	gatewayPort: number;
	switchPort: number;
	services?: number;
	revisions: number;
} & PaceFlags;

/** The demo's sandbox lives faster than a newcomer could follow by hand, and still waits for what it must. */
const demoPace = 10;

const {Command, InvalidArgumentError, Option} = await import('commander');

const port = (text: string): number => {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 0 || value > 65_535) {
		throw new InvalidArgumentError('A port is a whole number from 1 to 65535, or 0 for any free one.');
	}
	return value;
};
const pace = (text: string): number => {
	const value = Number(text);
	if (!(value > 0))
		throw new InvalidArgumentError('The pace is a number above 0; 1 is as fast as a real cluster.');
	return value;
};
const seed = (text: string): number => {
	const value = Number(text);
	if (!Number.isInteger(value)) throw new InvalidArgumentError('A seed is a whole number.');
	return value;
};
const requests = (text: string): number => {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 1_000_000) {
		throw new InvalidArgumentError('Give a whole number of requests from 1 to 1000000.');
	}
	return value;
};
const alpha = (text: string): number => {
	const value = Number(text);
	if (!(value > 0 && value < 1)) throw new InvalidArgumentError('Alpha lies between 0 and 1, such as 0.01.');
	return value;
};
const count = (text: string): number => {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 10_000) {
		throw new InvalidArgumentError('A whole number from 1 to 10000.');
	}
	return value;
};
const seedOption = () =>
	new Option('--seed <number>', 'draw the same revisions for the same requests each time').argParser(seed);
const paceOption = () =>
	new Option('--pace <factor>', 'how many times faster than a real cluster the sandbox lives')
		.argParser(pace)
		.default(1);

const seconds = (text: string): number => {
	const value = Number(text);
	if (!(value >= 0) || value > 86_400)
		throw new InvalidArgumentError('Seconds are a number from 0 to 86400.');
	return value;
};
const outputOption = () =>
	new Option('-o, --output <format>', 'lines, or one JSON object').choices(['text', 'json']).default('text');

const program = new Command('kn-canary')
	.description('Release a new revision of a Knative Service, step by step, by keyboard.')
	.version(process.env['KN_CANARY_VERSION'] ?? '')
	.option('--sandbox', 'open on the sandbox: a small Knative inside this program')
	.option('--kubeconfig <file>', 'instead of $KUBECONFIG or ~/.kube/config')
	.option('--context <name>', 'context of the kubeconfig')
	.option('-n, --namespace <name>', 'namespace to begin in')
	.option('--gateway <host[:port]>', 'where the gateway is, if it cannot be found')
	.option('--read-only', 'never write to the cluster')
	.addOption(
		new Option('--production <pattern>', 'contexts of such a name (a regular expression) are production').env(
			'KN_CANARY_PRODUCTION',
		),
	)
	.option('--ascii', 'draw with ASCII characters only')
	.option('--rate <number>', 'requests a second to begin with (console: 1, verify: 20)')
	.option('--max-rate <number>', 'requests a second at most (50)')
	.option('--timeout <seconds>', 'until an answer must be complete (10)')
	.option('--no-keepalive', 'open a connection for each request')
	.option('--path <path>', 'what to ask the service for (/)')
	.option(
		'--fingerprint <what>',
		'what tells revisions apart: first-line, status, header:NAME, json:PATH or /REGEXP/',
	)
	.addOption(paceOption())
	.addOption(seedOption())
	.showHelpAfterError('(--help says what there is)')
	.action(openConsole);
program
	.command('sandbox')
	.description('run the sandbox alone, for kubectl, kn and curl, until ctrl-c')
	.option('--api-port <port>', 'port of the API server', port, 0)
	.option('--gateway-port <port>', 'port of the gateway', port, 0)
	.option('--switch-port <port>', 'port of the switches for what goes wrong on purpose', port, 0)
	.option('--services <count>', 'add that many services, scaled to zero', count)
	.option('--revisions <count>', 'how many revisions each of them has', count, 1)
	.addOption(paceOption())
	.addOption(seedOption())
	.action(runSandbox);
program
	.command('verify <service>')
	.description(
		'ask a service and say whether users get the split that is configured; exit code 0: it agrees, 1: it disagrees, 2: cannot tell, 3: could not ask',
	)
	.option('--n <number>', 'how many requests', requests, 200)
	.option('--alpha <number>', 'chance of calling a split wrong that is right', alpha, 0.01)
	.option('--expect <shares>', '50/50 or stable=90,canary=10, instead of what the route has')
	.addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
	// A pipeline must not take a mistyped flag for a split that disagrees.
	.exitOverride(({exitCode}) => process.exit(exitCode === 0 ? 0 : 3))
	.action(runVerify);
program
	.command('demo')
	.description('play a whole canary release on a fresh sandbox and print it as plain lines')
	.addOption(
		new Option('--pace <factor>', 'how many times faster than a real cluster')
			.argParser(pace)
			.default(demoPace),
	)
	.action(runDemo);
const shared = (command: typeof program) =>
	command
		.option('--dry-run', 'ask the server what it would say, and write nothing')
		.option(
			'-y, --yes',
			'agree beforehand; not in production, and not to a target that cannot take the traffic',
		)
		.option('--reason <text>', 'why, for the history')
		.option('--wait <seconds>', 'how long to wait for the gateway; 0 does not wait', seconds, 60)
		.addOption(outputOption());
shared(
	program
		.command('split')
		.description('give shares of the traffic: kn-canary split cart cart-00001=50 cart-00002=50')
		.argument('<service>')
		.argument('<share...>', 'revision=percent; a revision by its name, the end of it, its tag, or @latest'),
).action(async (service: string, shares: string[], flags: ReleaseFlags) =>
	runReleaseCommand('split', service, shares, flags),
);
shared(
	program.command('complete').description('give 100 % to the newest ready revision').argument('<service>'),
).action(async (service: string, flags: ReleaseFlags) => runReleaseCommand('complete', service, [], flags));
shared(
	program
		.command('rollback')
		.description('give 100 % back to the revision that had it before the release')
		.argument('<service>'),
).action(async (service: string, flags: ReleaseFlags) => runReleaseCommand('rollback', service, [], flags));
shared(
	program.command('undo').description('put back the split before the last change').argument('<service>'),
).action(async (service: string, flags: ReleaseFlags) => runReleaseCommand('undo', service, [], flags));
program
	.command('history')
	.description('who changed which split, when, from what to what, as far as this machine knows')
	.argument('[service]')
	.addOption(outputOption())
	.action(runHistoryCommand);
await program.parseAsync();

async function runReleaseCommand(
	verb: Verb,
	service: string,
	shares: readonly string[],
	flags: ReleaseFlags,
): Promise<void> {
	const {kubeconfig, context, namespace, readOnly = false, production} = program.opts<ConsoleFlags>();
	const [{connect}, {runRelease}] = await Promise.all([
		import('./source/cluster/connect.js'),
		import('./source/headless/run.js'),
	]);
	let cluster: Cluster;
	try {
		cluster = await connect({
			readOnly,
			...(namespace !== undefined && {namespace}),
			...(kubeconfig !== undefined && {kubeconfig}),
			...(context !== undefined && {context}),
		});
	} catch (error) {
		const {describeError} = await import('./source/terminal/lifecycle.js');
		process.stderr.write(`${describeError(error)}\n`);
		process.exitCode = 1;
		return;
	}
	try {
		const {stdin, stdout, stderr} = process;
		process.exitCode = await runRelease(verb, {service, shares, namespace}, flags, {
			cluster,
			history: await historyOf(),
			production: production === undefined ? undefined : patternOf(production),
			terminal: {stdin, stdout, stderr, isTerminal: stdin.isTTY && stderr.isTTY},
		});
	} finally {
		await cluster.close();
	}
}

async function runHistoryCommand(service: string | undefined, {output}: {output: Output}): Promise<void> {
	const {namespace, context} = program.opts<ConsoleFlags>();
	const {runHistory} = await import('./source/headless/run.js');
	const which = {
		service,
		...(namespace !== undefined && {namespace}),
		...(context !== undefined && {context}),
	};
	process.exitCode = await runHistory(which, output, await historyOf(), process);
}

/** @param assurance Said after the last words of the console: what its end means for the cluster. */
async function install({assurance}: {assurance?: string} = {}): Promise<Lifecycle> {
	const {installLifecycle} = await import('./source/terminal/lifecycle.js');
	return installLifecycle({
		name: 'kn-canary',
		isTracing: process.env['KN_CANARY_TRACE'] === '1',
		...(assurance !== undefined && {assurance}),
	});
}

async function openConsole(flags: ConsoleFlags): Promise<void> {
	const gateway = await gatewayOf(flags.gateway);
	const asking = await askingOf(flags, {rate: 1});
	if (!process.stdout.isTTY || !process.stdin.isTTY) {
		if (flags.sandbox) return runDemo({pace: demoPace});
		process.stderr.write(
			'kn-canary needs a terminal for its console. Without one, `kn-canary demo` shows a release as plain lines.\n',
		);
		process.exitCode = 1;
		return;
	}
	const lifecycle = await install();
	const to = flags.sandbox ? 'sandbox' : (flags.context ?? 'the cluster');
	const theme = flags.ascii ? {isAscii: true} : {};
	const {showFirstFrame} = await import('./source/screen/first-frame.js');
	const first = showFirstFrame(to, {theme});
	const forget = lifecycle.onRestore(first.leave);
	const [{createConsole}, {openScreen}] = await Promise.all([
		import('./source/store/console.js'),
		import('./source/screen/open.js'),
	]);
	const console = createConsole({
		to,
		namespace: flags.namespace,
		gateway,
		asking,
		production: flags.production === undefined ? undefined : patternOf(flags.production),
		// The sandbox is gone with this process, and so would be all that its history speaks of.
		history: flags.sandbox ? undefined : await historyOf(),
	});
	lifecycle.onLeave(async () => console.stop());
	const closed = openScreen(console, {lifecycle, first, theme});
	forget();
	try {
		console.connected(await clusterOf(flags, lifecycle));
	} catch (error) {
		const {describeError} = await import('./source/terminal/lifecycle.js');
		console.failed(describeError(error));
	}
	try {
		await closed;
	} catch (error) {
		await lifecycle.fail(error);
	}
	await lifecycle.leave(0);
}

async function askingOf(flags: AskingFlags, usual: {rate: number}, exitCode = 1): Promise<Asking> {
	const asking = await import('./source/probe/asking.js');
	try {
		return asking.askingOf(flags, usual);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return program.error(`error: ${error.message}`, {exitCode});
	}
}

function patternOf(text: string): RegExp {
	try {
		return new RegExp(text);
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return program.error(`error: --production is no regular expression: ${why}`);
	}
}

async function historyOf(): Promise<HistoryFile> {
	const [{historyPath, openHistoryFile}, {homedir}] = await Promise.all([
		import('./source/history/history-file.js'),
		import('node:os'),
	]);
	return openHistoryFile(historyPath(process.env, homedir()));
}

async function gatewayOf(text: string | undefined, exitCode = 1): Promise<GatewayAddress | undefined> {
	if (text === undefined) return undefined;
	const {parseGatewayAddress} = await import('./source/cluster/gateway-address.js');
	const parsed = parseGatewayAddress(text);
	if (parsed.kind === 'address') return parsed;
	return program.error(`error: ${parsed.sentence}`, {exitCode});
}

async function clusterOf(flags: ConsoleFlags, lifecycle: Lifecycle): Promise<Cluster> {
	const {connect} = await import('./source/cluster/connect.js');
	const {kubeconfig, context, namespace, readOnly = false} = flags;
	const common = {readOnly, ...(namespace !== undefined && {namespace})};
	if (flags.sandbox) {
		const sandbox = await sandboxOf(lifecycle, flags);
		return connect({...common, kubeconfig: sandbox.kubeconfigPath});
	}
	return connect({
		...common,
		...(kubeconfig !== undefined && {kubeconfig}),
		...(context !== undefined && {context}),
	});
}

async function runVerify(
	service: string,
	_own: unknown,
	command: {optsWithGlobals(): VerifyFlags},
): Promise<void> {
	const flags = command.optsWithGlobals();
	const [gateway, asking] = await Promise.all([gatewayOf(flags.gateway, 3), askingOf(flags, {rate: 20}, 3)]);
	const lifecycle = await install({assurance: ''});
	const {runVerify: run} = await import('./source/headless/verify-run.js');
	await lifecycle.leave(
		await run({
			connect: async () => clusterOf({...flags, readOnly: true}, lifecycle),
			...flags,
			service,
			gateway,
			asking,
			version: process.env['KN_CANARY_VERSION'],
			stdout: process.stdout,
			stderr: process.stderr,
		}),
	);
}

async function runSandbox(flags: SandboxFlags): Promise<void> {
	const lifecycle = await install({assurance: ''});
	const {services, revisions} = flags;
	const sandbox = await sandboxOf(lifecycle, {
		...flags,
		...(services !== undefined && {crowd: {services, revisions}}),
	});
	process.stdout.write(
		`KUBECONFIG=${sandbox.kubeconfigPath}\nGATEWAY=${sandbox.gatewayAddress}\nSWITCHES=${sandbox.switchesUrl}\n` +
			`\nTry:  kubectl --kubeconfig ${sandbox.kubeconfigPath} get ksvc\n` +
			`      curl -H 'Host: checkout.default.example.com' http://${sandbox.gatewayAddress}\n` +
			'ctrl-c stops it; nothing is kept.\n',
	);
}

/** A sandbox that stops with the program. */
async function sandboxOf(
	lifecycle: Lifecycle,
	{
		apiPort = 0,
		gatewayPort = 0,
		switchPort = 0,
		pace: factor,
		seed: number,
		crowd,
	}: Pick<Partial<SandboxFlags>, 'apiPort' | 'gatewayPort' | 'switchPort'> &
		PaceFlags & {crowd?: {services: number; revisions: number}},
): Promise<Sandbox> {
	const [{startSandbox}, {seededRandom}] = await Promise.all([
		import('./source/sandbox/sandbox.js'),
		import('./source/sandbox/seeded-random.js'),
	]);
	const sandbox = await startSandbox({
		apiPort,
		gatewayPort,
		switchPort,
		pace: factor,
		...(number !== undefined && {random: seededRandom(number)}),
		...(crowd && {crowd}),
	});
	lifecycle.onLeave(async () => sandbox.stop());
	return sandbox;
}

async function runDemo({pace: factor}: {pace: number}): Promise<void> {
	const lifecycle = await install({assurance: ''});
	const [{connect}, {playDemo}] = await Promise.all([
		import('./source/cluster/connect.js'),
		import('./source/demo/demo.js'),
	]);
	// Seeded: even a fair draw would look suspicious to a sound test in one run of many, and this one must not fail by luck.
	const sandbox = await sandboxOf(lifecycle, {pace: factor, seed: 1});
	const cluster = await connect({kubeconfig: sandbox.kubeconfigPath});
	lifecycle.onLeave(async () => cluster.close());
	const passed = await playDemo(cluster, line => process.stdout.write(`${line}\n`));
	await lifecycle.leave(passed ? 0 : 1);
}
