/**
 * That a preview is one, for every key that opens a review: the API server takes the request for a dry run, and all objects
 * are, by uid and resourceVersion, what they were.
 */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {TestTerminal} from '../support/terminal.js';
import {openRealWorld, splitWords, type RealWorld} from './console-world.js';
import {backToPanes, nextWrites, openRealConsole, previewed, stateDirectory} from './real-console.js';

let world: RealWorld;

beforeAll(async () => {
	world = await openRealWorld();
	await world.release('hello');
});

afterAll(async () => world.close());

type Preview = {
	what: string;
	request: string;
	/** From the panes to the review. */
	open: (terminal: TestTerminal) => Promise<void> | void;
};

/** What the form of a new service is filled in with; the image is known when the cluster is. */
const previews: readonly Preview[] = [
	{
		what: 'n, a new service',
		request: 'create services',
		async open(terminal) {
			terminal.press('n');
			await terminal.until(/New service/);
			terminal.type('other');
			terminal.press('tab');
			terminal.type(world.image);
			await terminal.until(screen => screen.includes('other') && screen.includes(world.image));
			terminal.press('ctrl-s');
		},
	},
	{
		what: 'r, a new revision',
		request: 'patch services',
		async open(terminal) {
			terminal.press('r');
			await terminal.until(/New revision of hello/);
			// It begins at the image; past the variable that is there.
			terminal.press('tab', 'tab');
			terminal.type('OTHER=Preview');
			await terminal.until(/OTHER=Preview/);
			terminal.press('ctrl-s');
		},
	},
	{
		what: 's, autoscaling',
		request: 'patch services',
		async open(terminal) {
			terminal.press('s');
			await terminal.until(/Autoscaling of hello/);
			terminal.press('tab', 'ctrl-u');
			terminal.type('5');
			await terminal.until(/ 5\b/);
			terminal.press('ctrl-s');
		},
	},
	{
		what: 't, tags',
		request: 'patch services',
		async open(terminal) {
			terminal.press('2', 't');
			await terminal.until(/Tags of hello-0000\d/);
			terminal.press('ctrl-u');
			terminal.type('next');
			await terminal.until(/next/);
			terminal.press('ctrl-s');
		},
	},
	{what: 'c, complete', request: 'patch services', open: terminal => terminal.press('c')},
	{what: 'R, roll back', request: 'patch services', open: terminal => terminal.press('R')},
	{what: 'u, undo', request: 'patch services', open: terminal => terminal.press('u')},
	{
		what: 'Enter in the slider',
		request: 'patch services',
		async open(terminal) {
			terminal.press('3', '=');
			await terminal.until(/50 %/);
			terminal.press('enter');
		},
	},
	{
		what: 'D on a revision',
		request: 'delete revisions',
		async open(terminal) {
			terminal.press('2', 'G');
			await terminal.until(/▸[^│]*…00001/);
			terminal.press('D');
		},
	},
	{what: 'D on a service', request: 'delete services', open: terminal => terminal.press('1', 'D')},
];

describe('nothing is written by', () => {
	let before: string[];

	beforeAll(async () => {
		before = await world.versions();
	});

	it.each(previews)('$what, then Esc', async ({request, open}) => {
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
		await open(terminal);
		await previewed(terminal);
		const writes = await nextWrites(world, seen);
		expect(writes.map(({verb, resource, isDry}) => `${verb} ${resource}${isDry ? ' dry' : ''}`)).toEqual([
			`${request} dry`,
		]);
		await backToPanes(terminal);
		expect(await world.versions()).toEqual(before);
		// What was typed into a form is kept, and `q` would ask whether to lose it.
		terminal.press('ctrl-c');
		await terminal.exited;
		expect(await world.settled()).toEqual(before);
		expect(await world.writes()).toHaveLength(seen + 1);
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
