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
	ascii?: true;
} & PaceFlags;
type PaceFlags = {pace: number; seed?: number};
type SandboxFlags = {apiPort: number; gatewayPort: number; switchPort: number} & PaceFlags;

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
const seedOption = () =>
	new Option('--seed <number>', 'draw the same revisions for the same requests each time').argParser(seed);
const paceOption = () =>
	new Option('--pace <factor>', 'how many times faster than a real cluster the sandbox lives')
		.argParser(pace)
		.default(1);

const program = new Command('kn-canary')
	.description('Release a new revision of a Knative Service, step by step, by keyboard.')
	.version(process.env['KN_CANARY_VERSION'] ?? '')
	.option('--sandbox', 'open on the sandbox: a small Knative inside this program')
	.option('--kubeconfig <file>', 'instead of $KUBECONFIG or ~/.kube/config')
	.option('--context <name>', 'context of the kubeconfig')
	.option('-n, --namespace <name>', 'namespace to begin in')
	.option('--gateway <host[:port]>', 'where the gateway is, if it cannot be found')
	.option('--read-only', 'never write to the cluster')
	.option('--ascii', 'draw with ASCII characters only')
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
	.addOption(paceOption())
	.addOption(seedOption())
	.action(runSandbox);
program
	.command('demo')
	.description('play a whole canary release on a fresh sandbox and print it as plain lines')
	.addOption(
		new Option('--pace <factor>', 'how many times faster than a real cluster')
			.argParser(pace)
			.default(demoPace),
	)
	.action(runDemo);
await program.parseAsync();

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

async function gatewayOf(text: string | undefined): Promise<GatewayAddress | undefined> {
	if (text === undefined) return undefined;
	const {parseGatewayAddress} = await import('./source/cluster/gateway-address.js');
	const parsed = parseGatewayAddress(text);
	if (parsed.kind === 'address') return parsed;
	return program.error(`error: --gateway ${parsed.sentence}`);
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

async function runSandbox(flags: SandboxFlags): Promise<void> {
	const lifecycle = await install({assurance: ''});
	const sandbox = await sandboxOf(lifecycle, flags);
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
	}: Partial<SandboxFlags> & PaceFlags,
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
