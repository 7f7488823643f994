/**
 * That a preview is one, for every key that opens a review: the API server takes the request for a dry run, and all objects
 * are, by uid and resourceVersion, what they were.
 */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {splitWords} from './parts/stored.js';
import {
	backToPanes,
	nextWrites,
	openRealConsole,
	previewed,
	previewOf,
	stateDirectory,
} from './parts/real-console.js';
import {previews} from './tried/keys.js';

let world: RealWorld;

beforeAll(async () => {
	world = await openRealWorld();
	await world.release('hello');
});

afterAll(async () => world.close());

describe('nothing is written by', () => {
	let before: string[];

	beforeAll(async () => {
		before = await world.settled();
	});

	it.each(previews)('$what, then Esc', async ({action, request, beside, open}) => {
		await using state = await stateDirectory();
		await using terminal = await openRealConsole(world, {state: state.path, shows: ['…00003']});
		if (request === 'patch services') {
			// Somebody else's change of the split is one that can be undone.
			await world.patch('hello', {spec: {traffic: swapped(await world.service('hello'))}});
			await world.ready('hello');
			before = await world.settled();
			const words = splitWords(await world.service('hello'));
			const share = /hello-00002=(\d+)/.exec(words)?.[1] ?? '';
			await terminal.until(new RegExp(`…00002\\s+${share} %`));
		}
		const seen = (await world.writes()).length;
		await open(terminal, world.image);
		await previewOf(terminal, action);
		const writes = await nextWrites(world, seen);
		expect(writes.map(({verb, resource, isDry}) => `${verb} ${resource}${isDry ? ' dry' : ''}`)).toEqual([
			`${request} dry`,
			...(beside === undefined ? [] : [`${beside} dry`]),
		]);
		await backToPanes(terminal);
		expect(await world.versions()).toEqual(before);
		// What was typed into a form is kept, and `q` would ask whether to lose it.
		terminal.press('ctrl-c');
		await terminal.exited;
		expect(await world.settled()).toEqual(before);
		expect(await world.writes()).toHaveLength(seen + writes.length);
	});
});

it('nothing is written by m on a conflict, then Esc', async () => {
	await using state = await stateDirectory();
	await using terminal = await openRealConsole(world, {state: state.path, shows: ['…00003']});
	terminal.press('R');
	await previewed(terminal);
	// Between the look and the Enter; the watch tells of it, and Enter shows both.
	await world.patch('hello', {spec: {traffic: swapped(await world.service('hello'))}});
	await world.ready('hello');
	const before = await world.settled();
	const seen = (await world.writes()).length;
	await terminal.until(screen => !/✓ Dry run/.test(screen) || /changed/.test(screen));
	await terminal.settle(200);
	terminal.press('enter');
	await terminal.until(/base\s+theirs\s+mine/);
	await terminal.settle(200);
	terminal.press('m');
	await previewed(terminal);
	const writes = await nextWrites(world, seen);
	expect(writes.filter(({isDry}) => !isDry)).toEqual([]);
	await backToPanes(terminal);
	expect(await world.settled()).toEqual(before);
});

/** The other of two splits that take turns. */
function swapped(stored: Awaited<ReturnType<RealWorld['service']>>): object[] {
	const [stable, canary] = splitWords(stored).includes('hello-00002=90') ? [80, 20] : [90, 10];
	return [
		{revisionName: 'hello-00002', percent: stable, tag: 'stable'},
		{revisionName: 'hello-00003', percent: canary, tag: 'canary'},
	];
}
