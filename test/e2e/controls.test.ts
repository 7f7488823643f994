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
import {status} from '../support/api-server.js';
import {startScriptedCluster, type ScriptedCluster} from '../support/scripted-cluster.js';

/** C0 with DEL, C1, what reorders, hides or breaks lines. */
const controls = [
	...Array.from({length: 0x20}, (_, code) => code),
	...Array.from({length: 0x21}, (_, code) => 0x7f + code),
	0xad,
	0x61c,
	0x200b,
	0x200e,
	0x200f,
	0x2028,
	0x2029,
	0x202a,
	0x202b,
	0x202c,
	0x202d,
	0x202e,
	0x2060,
	0x2066,
	0x2067,
	0x2068,
	0x2069,
	0xfeff,
].map(code => String.fromCodePoint(code));
/** Each before a letter that follows none of them otherwise. */
const hostile = controls.map(character => `${character}Ж`).join('');

/** Those that got through as they are. A line may begin with the letter, without a screen. */
const through = (output: string, {isScreen}: {isScreen: boolean}) =>
	controls
		.filter(character => (isScreen || character !== '\n') && output.includes(`${character}Ж`))
		.map(character => `U+${character.charCodeAt(0).toString(16)}`);

const name = 'helloworld-go';
let scripted: ScriptedCluster;
let directory: string;
let kubeconfig: string;
let gateway: string;
const stops: (() => void)[] = [];

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
	scripted.onDryRun(exchange => exchange.answer(403, status(403, 'Forbidden', `no ${hostile}`)));
	const server = createServer((_, response) => {
		response.setHeader('x-envoy', 'x');
		response.end(`${hostile}\nsecond${hostile}`);
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	stops.push(() => server.close());
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the gateway has no port');
	gateway = `127.0.0.1:${address.port}`;
	kubeconfig = path.join(directory, 'config');
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

async function run(...args: string[]): Promise<string> {
	const child = spawn(process.execPath, [path.resolve('dist/cli.js'), ...args], {env: environment()});
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
	const argument = hostile.replaceAll('\0', '');

	it.each([
		['of a refused dry run', ['rollback', name, '--dry-run']],
		['of a plan, as JSON', ['rollback', name, '--dry-run', '-o', 'json']],
		['of the history', ['history']],
		['of the history, as JSON', ['history', '-o', 'json']],
		['of what the gateway answers', ['verify', name, '--requests', '3']],
		['of what the gateway answers, as JSON', ['verify', name, '--requests', '3', '-o', 'json']],
		['of an argument', ['rollback', argument]],
		['of a share', ['split', name, `${argument}=100`]],
		['of a .proto file', ['verify', name, '--grpc-method', 'a.B/C', '--proto', argument]],
	])('%s', async (_, args) => {
		const output = await run('--kubeconfig', kubeconfig, '--gateway', gateway, ...args);
		expect(output).not.toBe('');
		expect(through(output, {isScreen: false})).toEqual([]);
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

it('in the console nothing acts on the terminal', async () => {
	await using terminal = openBuiltConsole({
		args: ['--kubeconfig', kubeconfig, '--gateway', gateway, '--rate', '20'],
		cols: 120,
		rows: 40,
		env: environment(),
	});
	await terminal.until(/Revisions of helloworld-go/);
	terminal.press('space');
	await terminal.until(/␛Ж/);
	for (const [key, shown] of [
		['y', /helloworld-go/],
		['w', /./],
		['R', /Roll back|roll back/],
	] as const) {
		terminal.press(key);
		await terminal.until(shown);
		await terminal.settle();
		terminal.press('esc');
		await terminal.until(/1 Services/);
	}
	expect(through(terminal.written(), {isScreen: true})).toEqual([]);
});
