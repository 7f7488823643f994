/** What the console and the commands say, and leave alone, when the API server does not do what it is asked. */
import {readFile} from 'node:fs/promises';
import {afterAll, beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import {latestGuard} from '../../source/knative/objects/patch.js';
import {connect} from '../../source/kube/connect.js';
import {guardedPatch} from '../../source/kube/write/write.js';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {splitWords} from './parts/stored.js';
import {openRealConsole, previewed, runCommand, stateDirectory} from './parts/real-console.js';

let world: RealWorld;

beforeAll(async () => {
	world = await openRealWorld();
	await world.release('hello');
});

afterAll(async () => world.close());

const split = 'hello-00002=90:stable hello-00003=10:canary';

describe('with an admission webhook down', () => {
	let restore: () => Promise<void>;

	beforeAll(async () => {
		restore = await world.loseWebhook();
		// The API server hears of it in its own time.
		await world.client.until(
			'PATCH',
			`${world.collection('services')}/hello?dryRun=All`,
			code => code === 500,
			{metadata: {labels: {asked: 'yes'}}},
		);
	});

	afterAll(async () => restore());

	it('the review tells the error of the dry run, and Enter that of the write; nothing is stored', async () => {
		await using state = await stateDirectory();
		await using terminal = await openRealConsole(world, {state: state.path, shows: ['…00003']});
		const before = await world.versions();
		terminal.press('c');
		await terminal.until(/Dry run failed: .*failed calling webhook/);
		expect(terminal.screen()).not.toMatch(/no answer/);
		await terminal.settle(200);
		terminal.press('enter');
		await terminal.until(/Not applied: the API server failed \(500\)/);
		expect(await world.versions()).toEqual(before);
	});

	it('the commands tell it too, and end with 1', async () => {
		await using state = await stateDirectory();
		const words = ['split', 'hello', 'stable=50', 'canary=50'];
		const dry = await runCommand(world, state.path, ...words, '--dry-run');
		expect(dry.code).toBe(1);
		expect(dry.stdout + dry.stderr).toMatch(
			/Dry run failed\. Nothing was written\. .*failed calling webhook/,
		);
		const real = await runCommand(world, state.path, ...words, '--yes');
		expect(real.code).toBe(1);
		expect(real.stderr).toMatch(/Not applied: the API server failed \(500\)\. .*failed calling webhook/);
		expect(splitWords(await world.service('hello'))).toBe(split);
	});
});

it('with a policy that denies the change Enter sends nothing, and the commands end with 1', async () => {
	await using state = await stateDirectory();
	const thaw = await world.freeze('frozen', 'hello');
	try {
		await using terminal = await openRealConsole(world, {state: state.path, shows: ['…00003']});
		const before = await world.versions();
		const seen = (await world.writes()).length;
		terminal.press('c');
		await terminal.until(/frozen/);
		await terminal.settle(200);
		terminal.press('enter');
		await terminal.settle(500);
		expect(terminal.screen()).toMatch(/frozen/);
		expect((await world.writes()).slice(seen).map(({isDry}) => isDry)).toEqual([true]);
		expect(await world.versions()).toEqual(before);
		const real = await runCommand(world, state.path, 'complete', 'hello', '--yes');
		expect(real.code).toBe(1);
		expect(real.stderr).toMatch(/frozen/);
		expect(await world.versions()).toEqual(before);
	} finally {
		await thaw();
	}
});

it('a right that is taken away while a review is open takes its Enter', async () => {
	await using state = await stateDirectory();
	const revoke = await world.grant('real-viewer');
	await using terminal = await openRealConsole(world, {
		state: state.path,
		shows: ['…00003'],
		args: ['--context', 'real-viewer'],
	});
	terminal.press('R');
	await terminal.until(/✓ Dry run[^]*⏎ apply/);
	const seen = (await world.writes()).length;
	await revoke();
	await terminal.until(/you may not patch services[^]*Nothing was sent/);
	expect(terminal.screen()).not.toMatch(/⏎ apply|✓ Dry run/);
	terminal.press('enter');
	await terminal.settle(500);
	expect(await world.writes()).toHaveLength(seen);
});

it('a right that is taken away and not noticed yet: the server says no, and the sheet says nothing else', async () => {
	await using state = await stateDirectory();
	const revoke = await world.grant('real-viewer');
	await using terminal = await openRealConsole(world, {
		state: state.path,
		shows: ['…00003'],
		args: ['--context', 'real-viewer'],
	});
	terminal.press('R');
	await previewed(terminal);
	const before = await world.versions();
	await revoke();
	terminal.press('enter');
	await terminal.until(/Not done\. The server refused: .*"hello" is forbidden|you may not patch services/);
	expect(terminal.screen()).not.toMatch(/⏎ apply|✓ Dry run/);
	expect(await world.versions()).toEqual(before);
});

it('a revision that has its share by following the latest is named, and gets what it was given', async () => {
	await using state = await stateDirectory();
	await world.patch('hello', {
		spec: {
			traffic: [
				{revisionName: 'hello-00002', percent: 90, tag: 'stable'},
				{latestRevision: true, percent: 10, tag: 'canary'},
			],
		},
	});
	await world.ready('hello');
	expect(
		await runCommand(world, state.path, 'split', 'hello', '00002=50', '00003=50', '--yes'),
	).toMatchObject({code: 0});
	expect(splitWords(await world.service('hello'))).toBe('hello-00002=50:stable hello-00003=50:canary');
});

it('a split that is meant for another latest revision is refused by the server itself', async () => {
	const {metadata, spec, status} = await world.service('hello');
	const target = {
		namespace: world.namespace,
		name: 'hello',
		uid: metadata.uid,
		generation: metadata.generation,
	};
	const cluster = await connect({kubeconfigText: await readFile(world.kubeconfig, 'utf8')});
	onTestFinished(() => cluster.close());
	const before = await world.versions();
	const meantFor = async (revision: string) =>
		guardedPatch(
			cluster,
			target,
			[latestGuard(revision), {op: 'replace', path: '/spec/traffic', value: spec.traffic}],
			{dryRun: true},
		);
	expect(status.latestReadyRevisionName).toBe('hello-00003');
	expect(await meantFor('hello-00003')).toMatchObject({kind: 'done'});
	expect(await meantFor('hello-00002')).toMatchObject({kind: 'conflict', latest: true});
	expect(await world.versions()).toEqual(before);
});
