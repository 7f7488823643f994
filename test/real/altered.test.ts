/**
 * A mutating webhook of the API server keeps something else than was sent: the review says so before, the console and the
 * commands after, with a code of its own, and the history has what was stored.
 */
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {hasOpenssl} from '../support/kube/authority.js';
import {
	startMutatingWebhook,
	type Admitted,
	type Change,
	type MutatingWebhook,
} from '../support/kube/mutating-webhook.js';
import {shows} from '../support/program/on-world.js';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {splitWords} from './parts/stored.js';
import {agree, openRealConsole, runCommand, stateDirectory} from './parts/real-console.js';

let world: RealWorld;
let webhook: MutatingWebhook;
let change: (admitted: Admitted) => readonly Change[];
let remove: () => Promise<void>;
let state: Awaited<ReturnType<typeof stateDirectory>>;

const released = 'hello-00002=90:stable hello-00003=10:canary';
const kept = [
	{revisionName: 'hello-00002', percent: 95, tag: 'stable'},
	{revisionName: 'hello-00003', percent: 5, tag: 'canary'},
];

/** Of those who write with consoles and commands; the world sets up what it likes. */
const ofConsoles = (changes: readonly Change[]) => (admitted: Admitted) =>
	admitted.user === 'real-admin' ? changes : [];
const keepsSplit = ofConsoles([{op: 'replace', path: '/spec/traffic', value: kept}]);

/** Of the history. */
async function lines(): Promise<string[]> {
	return (await readFile(path.join(state.path, 'kn-canary/history.jsonl'), 'utf8')).trim().split('\n');
}

describe.skipIf(!hasOpenssl)('a webhook that changes what is written', () => {
	beforeAll(async () => {
		world = await openRealWorld();
		await world.release('hello');
	});

	afterAll(async () => {
		await world.close();
	});

	beforeEach(async () => {
		change = () => [];
		webhook = await startMutatingWebhook(admitted => change(admitted));
		state = await stateDirectory();
		await world.patch('hello', {
			spec: {
				traffic: [
					{revisionName: 'hello-00002', percent: 90, tag: 'stable'},
					{revisionName: 'hello-00003', percent: 10, tag: 'canary'},
				],
			},
		});
		await world.ready('hello');
		remove = await world.changeBy(webhook, 'hello');
	});

	afterEach(async () => {
		await remove();
		await webhook.close();
		await state[Symbol.asyncDispose]();
	});

	it('keeps another split: before, wanted and stored are on the sheet and in the history, and u takes back what was stored', async () => {
		change = keepsSplit;
		await using terminal = await openRealConsole(world, {state: state.path, shows: ['…00003']});
		terminal.press('R');
		await terminal.until(
			shows(
				'Dry run: the server would store something else: hello-00002 90 % stable → wanted 100 % stable → stored 95 % stable',
			),
		);
		await terminal.settle(200);
		terminal.press('enter');
		await terminal.until(
			shows(
				'The server stored something else: hello-00002 90 % stable → wanted 100 % stable → stored 95 % stable',
			),
		);
		expect(splitWords(await world.service('hello'))).toBe('hello-00002=95:stable hello-00003=5:canary');
		const last = JSON.parse((await lines()).at(-1) ?? '');
		expect(last).toMatchObject({
			own: true,
			reason: 'roll back',
			before: [{percent: 90}, {percent: 10}],
			after: [{percent: 95}, {percent: 5}],
		});
		change = () => [];
		terminal.press('esc');
		await terminal.until(screen => !/Roll back hello/.test(screen));
		await terminal.until(/…00002\s+95 %/);
		terminal.press('u');
		await agree(terminal, {world, of: 'undo'});
		expect(splitWords(await world.service('hello'))).toBe(released);
	});

	it.each([
		[['rollback', 'hello'], 'hello-00002 90 % stable → wanted 100 % stable → stored 95 % stable'],
		[
			['split', 'hello', 'stable=50', 'canary=50'],
			'hello-00002 90 % stable → wanted 50 % stable → stored 95 % stable',
		],
		[['complete', 'hello'], 'hello-00003 10 % canary → wanted 100 % stable → stored 5 % canary'],
		[['abandon', 'hello'], 'hello-00003 10 % canary → wanted – → stored 5 % canary'],
		[['tag', 'hello', 'hello-00003=next'], 'stored 5 % canary'],
	])('keeps another split: %j', async (args, words) => {
		change = keepsSplit;
		const dry = await runCommand(world, state.path, ...args, '--dry-run');
		expect(dry.stdout + dry.stderr).toContain(
			'Dry run: the server would store something else. Nothing was written.',
		);
		expect(dry.stdout + dry.stderr).toContain(words);
		expect(dry.code).toBe(1);
		expect(splitWords(await world.service('hello'))).toBe(released);
		const {code, stdout, stderr} = await runCommand(world, state.path, ...args, '--yes');
		expect(stdout + stderr).toContain('The server stored something else: ');
		expect(stdout + stderr).toContain(words);
		expect(code).toBe(7);
		expect(splitWords(await world.service('hello'))).toBe('hello-00002=95:stable hello-00003=5:canary');
		expect(JSON.parse((await lines()).at(-1) ?? '')).toMatchObject({
			own: true,
			before: [{percent: 90}, {percent: 10}],
			after: [{percent: 95}, {percent: 5}],
		});
	});

	it('keeps the split as it was: nothing was changed, and nothing is called a change', async () => {
		change = ({user, before}) => (user === 'real-admin' ? [{op: 'replace', path: '', value: before}] : []);
		const {code, stdout, stderr} = await runCommand(world, state.path, 'rollback', 'hello', '--yes');
		expect(stdout + stderr).toContain('The server changed nothing: ');
		expect(code).toBe(7);
		expect(splitWords(await world.service('hello'))).toBe(released);
		expect(JSON.parse((await lines()).at(-1) ?? '')).toMatchObject({how: 'not made'});
	});

	it('keeps another variable: its name is told, its value nowhere', async () => {
		change = ofConsoles([
			{
				op: 'replace',
				path: '/spec/template/spec/containers/0/env',
				value: [{name: 'TARGET', value: 'se-cret'}],
			},
		]);
		const args = ['revision', 'create', 'hello', '-e', 'TARGET=hid-den', '--yes'];
		// The template is that of what was given up above.
		const meant = ['--from', 'template', '--despite', 'rejected'];
		const {code, stdout, stderr} = await runCommand(world, state.path, ...args, ...meant);
		expect(stdout + stderr).toMatch(/The server stored something else: .*env.* not as wanted/);
		expect(code).toBe(7);
		const history = (await lines()).join('\n');
		for (const value of ['se-cret', 'hid-den']) expect(history + stdout + stderr).not.toContain(value);
	});
});
