/**
 * Every control character there is, through every border of the commands: what the cluster, its webhooks, the gateway, the kubeconfig,
 * the history, the arguments and the operator's files say reaches the terminal as text alone.
 */
import {spawn} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {hostile, hostileArgument as argument, through} from '../../support/hostile.js';
import {name, startHostileWorld, type HostileWorld} from './parts/hostile-world.js';

let world: HostileWorld;

beforeAll(async () => {
	world = await startHostileWorld();
});

afterAll(async () => {
	await world.stop();
});

const run = async (...args: string[]) => runWith({}, ...args);

async function runWith(env: Record<string, string>, ...args: string[]): Promise<string> {
	const child = spawn(process.execPath, [path.resolve('dist/cli.js'), ...args], {
		env: {...world.environment, ...env},
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
		const output = await run('--kubeconfig', world.kubeconfig, '--gateway', world.gateway, ...args);
		expect(output).not.toBe('');
		expect(through(output, {isScreen: false})).toEqual([]);
	});

	it.each([
		['a grpc-message', 'message', []],
		['an error of reflection', 'reflection', ['--grpc-method', 'a.B/C']],
		['the names of types and files that reflection tells', 'types', ['--grpc-method', 'a.B/C']],
	] as const)('of %s', async (_, kind, args) => {
		for (const format of ['text', 'json']) {
			const where = ['--kubeconfig', world.kubeconfig, '--gateway', world.grpc[kind].address];
			const method = args.length > 0 ? args : ['--grpc-method', 'grpc.health.v1.Health/Check'];
			const output = await run(...where, 'verify', name, '--n', '2', '-o', format, ...method);
			expect(output).not.toBe('');
			expect(through(output, {isScreen: false})).toEqual([]);
		}
	});

	it.each(['', '1'])('of a warning of Node, traced or not (%j)', async KN_CANARY_TRACE => {
		const output = await runWith(
			{NODE_OPTIONS: `--require ${world.warner}`, KN_CANARY_TRACE},
			'--kubeconfig',
			world.kubeconfig,
			'--gateway',
			world.gateway,
			'verify',
			name,
			'--n',
			'10',
		);
		expect(through(output, {isScreen: false})).toEqual([]);
		expect(output.includes('Warned')).toBe(KN_CANARY_TRACE === '1');
	});

	it('of the names in a kubeconfig', async () => {
		const file = path.join(world.directory, 'named');
		const config = world.scripted.server
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
		const file = path.join(world.directory, 'broken');
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
		const file = path.join(world.directory, 'settings');
		await writeFile(file, text);
		const output = await run('--config', file, '--kubeconfig', world.kubeconfig, 'get');
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
		const file = path.join(world.directory, 'wrong');
		const config: object = JSON.parse(world.scripted.server.kubeconfig());
		await writeFile(file, JSON.stringify({...config, ...part}));
		const output = await run('--kubeconfig', file, '-v', 'get');
		expect(output).not.toBe('');
		expect(through(output, {isScreen: false})).toEqual([]);
		expect(output).not.toMatch(/s3cr3t/);
	});

	it('of the contexts that a shell is offered, and of how to get a plugin that is not there', async () => {
		const file = path.join(world.directory, 'offered');
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1',
			command: 'no-such-plugin',
			installHint: `Hint${hostile}`,
			interactiveMode: 'Never',
		};
		const config = world.scripted.server.kubeconfig({user: {exec}});
		await writeFile(file, config.replaceAll('"test"', JSON.stringify(`ctx${hostile}`)));
		const said = await run('--kubeconfig', file, 'get');
		expect(said).toContain('Hint');
		const offered = await run('complete', 'bash', '--', 'get', '--kubeconfig', file, '--context', '');
		expect(through(said + offered, {isScreen: false})).toEqual([]);
	});

	it('of a plugin that prints neither JSON nor YAML, and nothing of what it prints is said', async () => {
		const file = path.join(world.directory, 'plugin');
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1',
			command: 'sh',
			args: ['-c', `printf '{"status": s3cr3t-token'; printf '%s' "$H" >&2`],
			env: [{name: 'H', value: argument}],
			interactiveMode: 'Never',
		};
		await writeFile(file, world.scripted.server.kubeconfig({user: {exec}}));
		const output = await run('--kubeconfig', file, 'rollback', name);
		expect(through(output, {isScreen: false})).toEqual([]);
		expect(output).toMatch(/is neither JSON nor YAML/);
		expect(output).not.toMatch(/s3cr3t/);
	});
});
