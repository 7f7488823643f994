/**
 * Every control character there is, through every border: what the cluster, its webhooks, the gateway, the kubeconfig, the
 * history, the arguments and the operator's files say reaches the terminal as text alone, in the console and without it.
 */
import {spawn} from 'node:child_process';
import {createServer} from 'node:http';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openBuiltConsole} from '../support/console.js';
import {status, type Exchange} from '../support/api-server.js';
import {answerCall, endCall, startGrpcGateway, type GrpcGateway} from '../support/grpc-gateway.js';
import {hostile, hostileArgument as argument, percentEncoded, through} from '../support/hostile.js';
import {startScriptedCluster, type ScriptedCluster} from '../support/scripted-cluster.js';

const name = 'helloworld-go';
let scripted: ScriptedCluster;
let directory: string;
let kubeconfig: string;
let gateway: string;
let grpc: {message: GrpcGateway; reflection: GrpcGateway; types: GrpcGateway};
/** Has Node warn of something from outside, again and again. */
let warner: string;
const stops: (() => void)[] = [];

/** A field of Protocol Buffers with a length. */
function field(id: number, content: Buffer): Buffer {
	const length: number[] = [];
	for (let left = content.length; length.length === 0 || left > 0; left >>= 7) {
		length.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
	}
	return Buffer.concat([Buffer.from([(id << 3) | 2, ...length]), content]);
}

const pod = {
	apiVersion: 'v1',
	kind: 'Pod',
	metadata: {
		name: 'helloworld-go-00002-pod',
		namespace: 'default',
		uid: 'p-1',
		resourceVersion: '1',
		creationTimestamp: '2026-01-02T03:04:05Z',
		labels: {'serving.knative.dev/revision': 'helloworld-go-00002'},
	},
	spec: {containers: [{name: 'user-container'}, {name: `queue-proxy${hostile}`}]},
	status: {
		conditions: [{type: 'PodScheduled', status: 'False', reason: hostile, message: hostile}],
		containerStatuses: [
			{
				name: 'user-container',
				restartCount: 3,
				state: {waiting: {reason: `CrashLoopBackOff${hostile}`, message: hostile}},
				lastState: {terminated: {exitCode: 1, reason: hostile, message: `${hostile}\n${hostile}`}},
			},
		],
	},
};

const event = {
	apiVersion: 'v1',
	kind: 'Event',
	metadata: {name: 'e-1', namespace: 'default', uid: 'e-1', resourceVersion: '1'},
	type: `Warning${hostile}`,
	reason: `Reason${hostile}`,
	message: `Message${hostile}`,
	involvedObject: {kind: 'Service', name, namespace: 'default'},
	source: {component: hostile},
	count: 1,
	lastTimestamp: '2026-01-02T03:04:05Z',
};

const list = (...items: object[]) => ({kind: 'List', metadata: {resourceVersion: '1'}, items});

/** Pods, their logs, events and namespaces. */
function answerOther(exchange: Exchange): void {
	const {path: at, query} = exchange;
	if (query.get('watch') === '1') {
		exchange.stream();
		return;
	}
	if (at.endsWith('/log')) return exchange.stream().raw(`2026-01-02T03:04:05.1Z Log${hostile}\n`);
	if (at.endsWith('/pods')) return exchange.answer(200, list(pod));
	if (at.endsWith('/events')) return exchange.answer(200, list(event));
	if (at.endsWith('/namespaces')) {
		const metadata = {name: `ns${hostile}`, uid: 'n-1', resourceVersion: '1'};
		return exchange.answer(200, list({kind: 'Namespace', metadata}));
	}
	exchange.answer(404, status(404, 'NotFound', `none ${hostile}`), {warning: `299 - "${percentEncoded}"`});
}

beforeAll(async () => {
	scripted = await startScriptedCluster();
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-controls-'));
	const {service} = scripted;
	const said = {type: 'Ready', status: 'False' as const, reason: `R${hostile}`, message: `M${hostile}`};
	Object.assign(service.metadata, {
		annotations: {
			'serving.knative.dev/lastModifier': `who${hostile}`,
			'serving.knative.dev/creator': hostile,
			'serving.knative.dev/rollout-duration': hostile,
		},
		labels: {'argocd.argoproj.io/instance': hostile},
	});
	// The route is settled, so that nothing waits for it.
	const routed = {...said, type: 'RoutesReady', status: 'True' as const};
	service.status = {...service.status, conditions: [said, routed]};
	scripted.onOther(answerOther);
	scripted.onDryRun(exchange => exchange.answer(403, status(403, 'Forbidden', `no ${hostile}`)));
	const server = createServer((_, response) => {
		response.setHeader('x-envoy', 'x');
		response.end(`${hostile}\nsecond${hostile}`);
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	grpc = {
		message: await startGrpcGateway(stream => endCall(stream, {status: 13, message: percentEncoded})),
		// ErrorResponse, field 7 of a response of the reflection protocol: an error_message in field 2.
		reflection: await startGrpcGateway(stream =>
			answerCall(stream, field(7, field(2, Buffer.from(hostile)))),
		),
		// FileDescriptorResponse, field 4: a file that is none, with a name, a package and a type.
		types: await startGrpcGateway(stream =>
			answerCall(
				stream,
				field(4, field(1, Buffer.concat([1, 2, 3, 4].map(id => field(id, Buffer.from(hostile)))))),
			),
		),
	};
	stops.push(() => server.close());
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the gateway has no port');
	gateway = `127.0.0.1:${address.port}`;
	kubeconfig = path.join(directory, 'config');
	warner = path.join(directory, 'warner.cjs');
	await writeFile(
		warner,
		`setInterval(() => process.emitWarning(${JSON.stringify(`Warned${hostile}`)}, {code: ${JSON.stringify(hostile)}}), 20).unref();`,
	);
	const config: unknown = JSON.parse(scripted.server.kubeconfig());
	await writeFile(
		kubeconfig,
		JSON.stringify(config).replaceAll('test-user', JSON.stringify(`user${hostile}`).slice(1, -1)),
	);
	await mkdir(path.join(directory, 'kn-canary'));
	const split = [{key: `k${hostile}`, percent: 100, tags: [hostile]}];
	const entry = {
		at: 1,
		server: hostile,
		context: hostile,
		namespace: 'default',
		service: name,
		uid: service.metadata.uid,
		generation: 3,
		by: hostile,
		own: false,
		reason: hostile,
		before: split,
		after: split,
		command: hostile,
	};
	await writeFile(
		path.join(directory, 'kn-canary', 'history.jsonl'),
		`${JSON.stringify(entry)}\n${JSON.stringify({attempt: 'a', of: {...entry, generation: 1}})}\n`,
	);
});

afterAll(async () => {
	for (const stop of stops) stop();
	await scripted.server.close();
	await rm(directory, {recursive: true, force: true});
});

const environment = () => ({...process.env, XDG_STATE_HOME: directory, KUBECONFIG: ''});

const run = async (...args: string[]) => runWith({}, ...args);

async function runWith(env: Record<string, string>, ...args: string[]): Promise<string> {
	const child = spawn(process.execPath, [path.resolve('dist/cli.js'), ...args], {
		env: {...environment(), ...env},
	});
	let said = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
	}
	await new Promise(resolve => {
		child.once('close', resolve);
	});
	return said;
}

describe('without a screen nothing acts on the terminal', () => {
	it.each([
		['of a refused dry run', ['rollback', name, '--dry-run']],
		['of a plan, as JSON', ['rollback', name, '--dry-run', '-o', 'json']],
		['of the history', ['history']],
		['of the history, as JSON', ['history', '-o', 'json']],
		['of what the gateway answers', ['verify', name, '--n', '3']],
		['of what the gateway answers, as JSON', ['verify', name, '--n', '3', '-o', 'json']],
		['of the services, as a table', ['get']],
		['of a service, with more columns', ['get', name, '-o', 'wide']],
		['of a service, as YAML', ['get', name, '-o', 'yaml']],
		['of a service, as JSON', ['get', name, '-o', 'json']],
		['of a service, by its name', ['get', name, '-o', 'name']],
		[
			'of a part of it',
			['get', name, '-o', 'jsonpath={.metadata.annotations}{.status.conditions[*].message}'],
		],
		[
			'of columns of it',
			['get', name, '-o', 'custom-columns=A:.metadata.annotations,B:.status.conditions[0].message'],
		],
		['of a template of output', ['get', name, '-o', `jsonpath={.a}${argument.replaceAll('\t', '')}`]],
		['of a format of output', ['get', '-o', argument]],
		['of a selector', ['get', '-l', argument]],
		['of what users get', ['users', name, '--for', '1']],
		['of an argument', ['rollback', argument]],
		['of a share', ['split', name, `${argument}=100`]],
		['of a namespace', ['get', '-n', argument]],
		['of a context', ['get', '--context', argument]],
		['of the name of a file', ['get', '--kubeconfig', path.join('/tmp', argument.replaceAll('/', ''))]],
		[
			'of a file of authorities',
			['verify', name, '--cacert', path.join('/tmp', argument.replaceAll('/', ''))],
		],
		['of a .proto file', ['verify', name, '--grpc-method', 'a.B/C', '--proto', argument]],
		['of a flag', [`--${argument}`]],
		['of a command', [argument]],
	])('%s', async (_, args) => {
		const output = await run('--kubeconfig', kubeconfig, '--gateway', gateway, ...args);
		expect(output).not.toBe('');
		expect(through(output, {isScreen: false})).toEqual([]);
	});

	it.each([
		['a grpc-message', 'message', []],
		['an error of reflection', 'reflection', ['--grpc-method', 'a.B/C']],
		['the names of types and files that reflection tells', 'types', ['--grpc-method', 'a.B/C']],
	] as const)('of %s', async (_, kind, args) => {
		for (const format of ['text', 'json']) {
			const where = ['--kubeconfig', kubeconfig, '--gateway', grpc[kind].address];
			const method = args.length > 0 ? args : ['--grpc-method', 'grpc.health.v1.Health/Check'];
			const output = await run(...where, 'verify', name, '--n', '2', '-o', format, ...method);
			expect(output).not.toBe('');
			expect(through(output, {isScreen: false})).toEqual([]);
		}
	});

	it.each(['', '1'])('of a warning of Node, traced or not (%j)', async KN_CANARY_TRACE => {
		const output = await runWith(
			{NODE_OPTIONS: `--require ${warner}`, KN_CANARY_TRACE},
			'--kubeconfig',
			kubeconfig,
			'--gateway',
			gateway,
			'verify',
			name,
			'--n',
			'10',
		);
		expect(through(output, {isScreen: false})).toEqual([]);
		expect(output.includes('Warned')).toBe(KN_CANARY_TRACE === '1');
	});

	it('of the names in a kubeconfig', async () => {
		const file = path.join(directory, 'named');
		const config = scripted.server
			.kubeconfig({context: {namespace: `ns${hostile}`}})
			.replaceAll(/"(?:test|test-user|test-cluster)"/g, JSON.stringify(`x${hostile}`));
		await writeFile(file, config);
		for (const args of [['rollback', name, '--dry-run'], ['get'], ['verify', name, '--n', '1']]) {
			const output = await run('--kubeconfig', file, ...args);
			expect(output).not.toBe('');
			expect(through(output, {isScreen: false})).toEqual([]);
		}
	});

	it('of a kubeconfig that is none, and nothing of what stands in it is said', async () => {
		const file = path.join(directory, 'broken');
		await writeFile(
			file,
			`users:\n- name: a\n  user:\n    token: s3cr3t-token\n   password: s3cr3t-${hostile}\n`,
		);
		const output = await run('--kubeconfig', file, 'history');
		const asked = await run('--kubeconfig', file, 'rollback', name);
		expect(through(output + asked, {isScreen: false})).toEqual([]);
		expect(asked).toMatch(/is not valid YAML \(line \d+, column \d+\)/);
		expect(output + asked).not.toMatch(/s3cr3t/);
	});

	it.each([
		['is no YAML', `header: s3cr3t-${hostile}\n bad: [\n`],
		['has no such key', `${JSON.stringify(`k${hostile}`)}: s3cr3t\n`],
		['has no such value', `theme: ${JSON.stringify(hostile)}\n`],
	])('of a configuration that %s, and nothing secret of what stands in it is said', async (_, text) => {
		const file = path.join(directory, 'settings');
		await writeFile(file, text);
		const output = await run('--config', file, '--kubeconfig', kubeconfig, 'get');
		expect(output).not.toBe('');
		expect(through(output, {isScreen: false})).toEqual([]);
		expect(output).not.toMatch(/s3cr3t/);
	});

	it.each([
		['clusters are a text', {clusters: 's3cr3t'}],
		['token is a list', {users: [{name: 'test-user', user: {token: ['s3cr3t'], password: {a: 's3cr3t'}}}]}],
		[
			'server has a password and is no URL',
			{clusters: [{name: 'test-cluster', cluster: {server: 'ht!p://u:s3cr3t@x y'}}]},
		],
	])('of a kubeconfig whose %s: neither there nor in the log', async (_, part) => {
		const file = path.join(directory, 'wrong');
		const config: object = JSON.parse(scripted.server.kubeconfig());
		await writeFile(file, JSON.stringify({...config, ...part}));
		const output = await run('--kubeconfig', file, '-v', 'get');
		expect(output).not.toBe('');
		expect(through(output, {isScreen: false})).toEqual([]);
		expect(output).not.toMatch(/s3cr3t/);
	});

	it('of the contexts that a shell is offered, and of how to get a plugin that is not there', async () => {
		const file = path.join(directory, 'offered');
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1',
			command: 'no-such-plugin',
			installHint: `Hint${hostile}`,
			interactiveMode: 'Never',
		};
		const config = scripted.server.kubeconfig({user: {exec}});
		await writeFile(file, config.replaceAll('"test"', JSON.stringify(`ctx${hostile}`)));
		const said = await run('--kubeconfig', file, 'get');
		expect(said).toContain('Hint');
		const offered = await run('complete', 'bash', '--', 'get', '--kubeconfig', file, '--context', '');
		expect(through(said + offered, {isScreen: false})).toEqual([]);
	});

	it('of a plugin that prints no JSON, and nothing of what it prints is said', async () => {
		const file = path.join(directory, 'plugin');
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1',
			command: 'sh',
			args: ['-c', `printf '{"status": s3cr3t-token'; printf '%s' "$H" >&2`],
			env: [{name: 'H', value: argument}],
			interactiveMode: 'Never',
		};
		await writeFile(file, scripted.server.kubeconfig({user: {exec}}));
		const output = await run('--kubeconfig', file, 'rollback', name);
		expect(through(output, {isScreen: false})).toEqual([]);
		expect(output).toMatch(/is no JSON/);
		expect(output).not.toMatch(/s3cr3t/);
	});
});

const open = (env: Record<string, string> = {}, args: readonly string[] = []) =>
	openBuiltConsole({
		args: ['--kubeconfig', kubeconfig, '--gateway', gateway, '--rate', '20', ...args],
		cols: 120,
		rows: 40,
		env: {...environment(), ...env},
	});

describe('in the console nothing acts on the terminal', () => {
	it.each([
		['of an object', ['y'], /Service helloworld-go[^]*apiVersion/],
		['of what was written', ['w'], /History/],
		['of a review and its dry run', ['R'], /Roll back|roll back/],
		['of a promotion', ['c'], /Promote/],
		['of the details', ['2', 'enter'], /Revision|Environment/],
		['of events', ['e'], /Reason/],
		['of logs', ['L'], /Log of/],
		['of one answer', ['v'], /Ask|Test request|HTTP|200/],
		['of all answers', ['4', 'enter'], /␛Ж|answers/],
		['of what is sent', ['i'], /Path|path/],
		['of a form', ['r'], /New revision/],
		['of scaling', ['s'], /Autoscaling/],
		['of the pods of what is not ready', ['2', 'j'], /CrashLoop|Revisions/],
		['of help', ['?'], /Keys in/],
	] as const)('%s', async (_, keys, shown) => {
		await using terminal = open();
		await terminal.until(/Revisions of helloworld-go/);
		for (const key of keys) {
			terminal.press(key);
			await terminal.settle(50);
		}
		await terminal.until(shown);
		await terminal.settle();
		expect(through(terminal.written(), {isScreen: true})).toEqual([]);
	});

	it('of what the gateway answers', async () => {
		await using terminal = open();
		await terminal.until(/Revisions of helloworld-go/);
		terminal.press('space');
		await terminal.until(/␛Ж/);
		expect(through(terminal.written(), {isScreen: true})).toEqual([]);
	});

	it('of the contexts and the namespaces', async () => {
		const file = path.join(directory, 'many');
		const config = scripted.server
			.kubeconfig()
			.replaceAll(/"(?:test|test-user|test-cluster)"/g, JSON.stringify(`x${hostile}`));
		await writeFile(file, config);
		await using terminal = openBuiltConsole({
			args: ['--kubeconfig', file],
			cols: 120,
			rows: 40,
			env: environment(),
		});
		await terminal.until(/Revisions of helloworld-go/);
		for (const command of ['ctx', 'ns']) {
			terminal.press(':');
			await terminal.settle(50);
			terminal.type(command);
			await terminal.settle(50);
			terminal.press('enter');
			await terminal.settle();
			terminal.press('esc');
			await terminal.until(/1 Services/);
		}
		expect(through(terminal.written(), {isScreen: true})).toEqual([]);
	});

	it.each(['', '1'])('of a warning of Node, which is never drawn (traced: %j)', async KN_CANARY_TRACE => {
		await using terminal = open({NODE_OPTIONS: `--require ${warner}`, KN_CANARY_TRACE});
		await terminal.until(/Revisions of helloworld-go/);
		terminal.press('w');
		await terminal.until(/History/);
		await terminal.settle(300);
		expect(terminal.written()).not.toContain('Warned');
		terminal.press('esc');
		await terminal.until(/1 Services/);
		terminal.press('ctrl-c');
		await terminal.exited;
		expect(through(terminal.written(), {isScreen: true})).toEqual([]);
		expect(terminal.written().includes('Warned')).toBe(KN_CANARY_TRACE === '1');
	});

	it('of a plugin that talks while it is waited for', async () => {
		const file = path.join(directory, 'talking');
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1',
			command: 'sh',
			args: ['-c', 'printf "Code%s\\n" "$H" >&2; sleep 60'],
			env: [{name: 'H', value: argument}],
			interactiveMode: 'Never',
		};
		await writeFile(file, scripted.server.kubeconfig({user: {exec}}));
		await using terminal = openBuiltConsole({
			args: ['--kubeconfig', file],
			cols: 120,
			rows: 40,
			env: environment(),
		});
		await terminal.until(/Ж/);
		await terminal.settle();
		expect(through(terminal.written(), {isScreen: true})).toEqual([]);
	});
});
