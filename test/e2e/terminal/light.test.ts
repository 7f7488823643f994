/**
 * What the built console sends to its terminal in a crowded namespace: bytes, never times. The bounds are some four times
 * what it takes, so that only a gross regression is refused; `npm run bench` says what it is.
 */
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {isNarrow} from '../../../source/terminal/output/graphemes.js';
import {openBuiltConsole} from '../../support/program/console.js';
import {crowdName, startCrowdedCluster, type CrowdedCluster} from '../../support/kube/crowded-cluster.js';
import {framesOf} from '../../support/terminal/repairs.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';

/** Bytes: about half a line of the screen. */
const mostOfAKey = 500;
/** Bytes: one number, and the way there and back. */
const mostOfANumber = 150;

const size = {columns: 120, rows: 40};

/** Of the frames that have changed something since, beside those that draw a row again as it is. */
async function bytesOfChanges(terminal: TestTerminal, before: string): Promise<number> {
	const {changing} = await framesOf(size, before, terminal.written().slice(before.length));
	return changing.reduce((sum, bytes) => sum + bytes, 0);
}

async function open(): Promise<{crowd: CrowdedCluster; terminal: TestTerminal}> {
	const crowd = await startCrowdedCluster({services: 100, revisions: 10});
	onTestFinished(async () => crowd.server.close());
	const folder = await mkdtemp(path.join(tmpdir(), 'kn-canary-light-'));
	onTestFinished(async () => rm(folder, {recursive: true}));
	const kubeconfig = path.join(folder, 'kubeconfig');
	await writeFile(kubeconfig, crowd.server.kubeconfig(), {mode: 0o600});
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', kubeconfig, '--gateway', '127.0.0.1:1', '-n', 'default'],
	});
	onTestFinished(async () => terminal[Symbol.asyncDispose]());
	await terminal.until(
		screen => screen.includes('watching') && screen.includes(`Revisions of ${crowdName(1)}`),
	);
	await terminal.until(/…00010 .* 1\/2 /);
	// The pods are asked about their users once the selection rests: what they say comes of itself.
	await terminal.until(screen => /users {2}/.test(screen) && !screen.includes('asking the pods'));
	return {crowd, terminal};
}

/** Gives the newest revision of the selected service that many pods, where two are wanted, and waits for the screen to show them. */
async function scaled(
	{crowd, terminal}: {crowd: CrowdedCluster; terminal: TestTerminal},
	pods: number,
): Promise<void> {
	crowd.scale(9, pods);
	await terminal.until(new RegExp(String.raw`…00010 .* ${pods}→2 `));
}

test('a key that moves the selection sends the lines that change, also where the list scrolls', async () => {
	const {terminal} = await open();
	const sent: number[] = [];
	for (let number = 2; number <= 30; number++) {
		const before = terminal.bytes();
		terminal.press('down');
		await terminal.until(
			new RegExp(
				`▸ . ${crowdName(number)}[^]*Revisions of ${crowdName(number)}|Revisions of ${crowdName(number)}[^]*▸ . ${crowdName(number)}`,
			),
		);
		sent.push(terminal.bytes() - before);
	}
	expect(sent.reduce((sum, bytes) => sum + bytes, 0) / sent.length).toBeLessThan(mostOfAKey);
});

test('a change on the screen sends what it changes, and hundreds beside the screen send nothing', async () => {
	const world = await open();
	const {crowd, terminal} = world;
	// The first change also settles what was still to be drawn.
	await scaled(world, 31);
	let before = terminal.written();
	await scaled(world, 32);
	expect(await bytesOfChanges(terminal, before)).toBeLessThan(mostOfANumber);
	before = terminal.written();
	for (let index = 50; index < 100; index++) crowd.change(index);
	for (let index = 10; index < 1000; index++) crowd.scale(index, 5);
	await scaled(world, 33);
	expect(await bytesOfChanges(terminal, before)).toBeLessThan(mostOfANumber);
});

test('events that change nothing visible of what is on the screen send nothing', async () => {
	const world = await open();
	const {crowd, terminal} = world;
	await scaled(world, 31);
	await scaled(world, 32);
	const before = terminal.written();
	const begun = performance.now();
	for (let event = 0; event < 400; event++) {
		crowd.touch('services', event % 5);
		crowd.touch('revisions', event % 10);
		if (event % 20 === 0) await new Promise(resolve => setImmediate(resolve));
	}
	await scaled(world, 33);
	const seconds = (performance.now() - begun) / 1000;
	const {changing, repairs} = await framesOf(size, before, terminal.written().slice(before.length));
	// The two bytes of the number.
	expect(changing).toHaveLength(1);
	// One a second at most, of rows that are drawn again in their turn.
	expect(repairs).toBeLessThanOrEqual(seconds + 1);
});

test('the console draws nothing of its own that takes ICU to measure', async () => {
	const {terminal} = await open();
	const drawn = [terminal.screen()];
	for (const [key, shown] of [
		['?', /╭.Keys/],
		['esc', /1 Services/],
	] as const) {
		terminal.press(key);
		await terminal.until(shown);
		drawn.push(terminal.screen());
	}
	const characters = new Set(drawn.join('').replaceAll('\n', ''));
	expect(characters.size).toBeGreaterThan(50);
	expect([...characters].filter(character => !isNarrow(character))).toEqual([]);
});
