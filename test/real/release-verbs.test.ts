/**
 * What the verbs of a release store beside the shares: the note, tags that move, rows that go, what kn is told of the image, and
 * the mark on what was given up.
 */
import {afterAll, beforeAll, expect, it} from 'vitest';
import type {TestTerminal} from '../support/terminal/terminal.js';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {splitWords, type StoredService} from './parts/stored.js';
import {agree, openRealConsole, runCommand, stateDirectory} from './parts/real-console.js';

let world: RealWorld;

beforeAll(async () => {
	world = await openRealWorld();
});

afterAll(async () => world.close());

/** The service once its split reads so, and the controllers are done. */
async function split(words: string): Promise<StoredService> {
	await world.until('cart', stored => splitWords(stored) === words);
	return world.ready('cart');
}

/** What is noted on it, which has to be about the generation that it has: written in the same patch. */
function noteOf({metadata}: StoredService): unknown {
	const note: unknown = JSON.parse(metadata.annotations['kn-canary.dev/release'] ?? '{}');
	expect(note).toMatchObject({v: 1, generation: metadata.generation});
	return note;
}

/** Fills in the image, which is selected whole, and asks for the review. */
async function newRevision(terminal: TestTerminal, image: string): Promise<void> {
	terminal.press('r');
	await terminal.until(/New revision of cart/);
	terminal.type(image);
	await terminal.until(screen => screen.includes(image));
	terminal.press('ctrl-s');
}

it('r, c, t and X store the note, the tags, the image for kn and the mark, each in the requests that it says', async () => {
	await using state = await stateDirectory();
	await world.create('cart', `${world.image}:1`);
	await world.ready('cart');
	const free = await world.occupy('canary-cart');
	await using terminal = await openRealConsole(world, {state: state.path, shows: ['cart', '…00001']});

	// A tag whose name somebody else's Service has is refused in the form, and nothing is sent.
	await newRevision(terminal, `${world.image}:2`);
	await terminal.until(/The tag canary needs the name canary-cart/);
	expect(await world.writes()).toEqual([]);
	await free();
	terminal.press('ctrl-s');
	await agree(terminal, {world, of: 'newRevision'});
	const revised = await split('cart-00001=100:stable @latest=0:canary');
	expect(noteOf(revised)).toMatchObject({
		verb: 'new revision',
		stable: 'cart-00001',
		followed: true,
		by: 'real-admin',
		split: [
			{to: 'cart-00001', percent: 100, tags: ['stable']},
			{percent: 0, tags: ['canary']},
		],
	});
	expect(revised.spec.template.spec.containers).toMatchObject([{image: `${world.image}:2`}]);
	expect(revised.spec.template.metadata.annotations).toMatchObject({
		'client.knative.dev/user-image': `${world.image}:2`,
	});
	expect(await world.annotations('cart-00002')).toMatchObject({
		'client.knative.dev/user-image': `${world.image}:2`,
	});

	// Promoting moves the tags; a row at 0 % without one goes.
	await world.patch('cart', {
		spec: {
			traffic: [
				{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
				{revisionName: 'cart-00002', percent: 10, tag: 'canary'},
			],
		},
	});
	await split('cart-00001=90:stable cart-00002=10:canary');
	await terminal.until(/cart[\s█▓▒░#=.]+90│10/);
	terminal.press('c');
	await agree(terminal, {world, of: 'complete'});
	const promoted = await split('cart-00001=0:previous cart-00002=100:stable');
	expect(noteOf(promoted)).toMatchObject({verb: 'promote', stable: 'cart-00002', previous: 'cart-00001'});

	await newRevision(terminal, `${world.image}:3`);
	await agree(terminal, {world, of: 'newRevision'});
	await split('cart-00001=0:previous cart-00002=100:stable @latest=0:canary');
	await world.patch('cart', {
		spec: {
			traffic: [
				{revisionName: 'cart-00001', percent: 0},
				{revisionName: 'cart-00002', percent: 90, tag: 'stable'},
				{revisionName: 'cart-00003', percent: 10, tag: 'canary'},
			],
		},
	});
	await split('cart-00001=0 cart-00002=90:stable cart-00003=10:canary');
	await terminal.until(/cart\s[^\n]*90│10 +Ready/);

	// A tag that moves is taken from where it is, in the same patch.
	terminal.press('2', 'G');
	await terminal.until(/▸.*…00003/);
	terminal.press('t');
	await terminal.until(/Tags of cart-00003/);
	terminal.press('ctrl-u');
	terminal.type('canary, stable');
	await terminal.until(/canary, stable/);
	terminal.press('ctrl-s');
	await terminal.until(/The tag stable moves from cart-00002 to cart-00003/);
	await agree(terminal, {world, of: 'tag'});
	const tagged = await world.until('cart', stored => splitWords(stored).includes('cart-00003=0:stable'));
	expect(splitWords(tagged)).toBe('cart-00001=0 cart-00002=90 cart-00003=10:canary cart-00003=0:stable');
	expect(noteOf(tagged)).toMatchObject({verb: 'tag'});
	await world.ready('cart');
	await terminal.until(/…00003[^\n]*canary, stable/);
	terminal.press('u');
	await agree(terminal, {world, of: 'undo'});
	await split('cart-00001=0 cart-00002=90:stable cart-00003=10:canary');
	await terminal.until(/…00002[^\n]*stable/);

	// The canary leaves the split, and is marked: by the note in the same patch, and by an annotation of its own.
	terminal.press('X');
	await terminal.until(/Give up the release of cart/);
	terminal.press('down', 'enter');
	await agree(terminal, {world, of: 'abandon'}, ['patch services 200', 'patch revisions 200']);
	const given = await split('cart-00001=0 cart-00002=100:stable');
	expect(noteOf(given)).toMatchObject({
		verb: 'abandon',
		canary: 'cart-00003',
		rejected: [{revision: 'cart-00003', by: 'real-admin'}],
	});
	expect(JSON.parse((await world.annotations('cart-00003'))['kn-canary.dev/rejected'] ?? '{}')).toMatchObject(
		{
			by: 'real-admin',
		},
	);
	await terminal.until(/…00003[^\n]*Rejected/);

	// What was given up is not made again without its name.
	terminal.press('r');
	await terminal.until(/New revision of cart/);
	terminal.press('esc');
	expect(await runCommand(world, state.path, 'split', 'cart', '00003=100', '--yes')).toMatchObject({
		code: 1,
		stderr: expect.stringMatching(/cart-00003 was rejected .*--despite rejected/),
	});
	expect(
		await runCommand(world, state.path, 'split', 'cart', '00003=100', '--yes', '--despite', 'rejected'),
	).toMatchObject({code: 0});
	// Without a way back, and with nothing left at 0 %.
	expect(await runCommand(world, state.path, 'rollback', 'cart', '--to', '00002', '--yes')).toMatchObject({
		code: 0,
	});
	await world.ready('cart');
	expect(noteOf(await world.service('cart'))).toMatchObject({verb: 'roll back', stable: 'cart-00002'});
});
