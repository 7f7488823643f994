/**
 * Every control character there is, through every border of the console: what the cluster, its webhooks, the gateway, the kubeconfig and
 * the history say is drawn as text alone.
 */
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openBuiltConsole} from '../../support/program/console.js';
import {hostile, hostileArgument as argument, through} from '../../support/hostile.js';
import {startHostileWorld, type HostileWorld} from './parts/hostile-world.js';

let world: HostileWorld;

beforeAll(async () => {
	world = await startHostileWorld();
});

afterAll(async () => {
	await world.stop();
});

const open = (env: Record<string, string> = {}, args: readonly string[] = []) =>
	openBuiltConsole({
		args: ['--kubeconfig', world.kubeconfig, '--gateway', world.gateway, '--rate', '20', ...args],
		cols: 120,
		rows: 40,
		env: {...world.environment, ...env},
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
		const file = path.join(world.directory, 'many');
		const config = world.scripted.server
			.kubeconfig()
			.replaceAll(/"(?:test|test-user|test-cluster)"/g, JSON.stringify(`x${hostile}`));
		await writeFile(file, config);
		await using terminal = openBuiltConsole({
			args: ['--kubeconfig', file],
			cols: 120,
			rows: 40,
			env: world.environment,
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
		await using terminal = open({NODE_OPTIONS: `--require ${world.warner}`, KN_CANARY_TRACE});
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
		const file = path.join(world.directory, 'talking');
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1',
			command: 'sh',
			args: ['-c', 'printf "Code%s\\n" "$H" >&2; sleep 60'],
			env: [{name: 'H', value: argument}],
			interactiveMode: 'Never',
		};
		await writeFile(file, world.scripted.server.kubeconfig({user: {exec}}));
		await using terminal = openBuiltConsole({
			args: ['--kubeconfig', file],
			cols: 120,
			rows: 40,
			env: world.environment,
		});
		await terminal.until(/Ж/);
		await terminal.settle();
		expect(through(terminal.written(), {isScreen: true})).toEqual([]);
	});
});
