import {afterEach, beforeEach, expect, it} from 'vitest';
import type {Console} from '../../../source/console/console.js';
import {changeRevisionForm, openRevisionForm} from '../../../source/console/forms/forms.js';
import {notify} from '../../../source/console/state/select.js';
import {startWorld, until, type World} from '../../support/world.js';

let world: World;
let console: Console;

beforeEach(async () => {
	world = await startWorld({pace: 20});
	console = await world.console('cart');
});

afterEach(async () => world.stop());

const said = () => console.store.getState().notice?.text ?? '';

/** Everything that was said from now on, in order. */
function listen(): string[] {
	const all: string[] = [];
	let last = console.store.getState().notice;
	// Told once more where a listener before this one has said it.
	console.store.subscribe(({notice}) => {
		if (notice && notice !== last) all.push(notice.text);
		last = notice;
	});
	return all;
}

async function createRevision(image: string, newTag = ''): Promise<void> {
	openRevisionForm(console.store);
	changeRevisionForm(console.store, {image, newTag});
	await console.submitForm();
	await console.confirm();
}

it('says of a revision that it is being created only until it is Ready', async () => {
	const all = listen();
	await createRevision('registry.example.com/shop/helloworld-go:2', 'trial');
	await until(console.store, 'cart-00003 is Ready', () => said().includes('cart-00003 is Ready'));
	expect(all).toEqual([
		'Creating a revision of cart… V tests it once it is Ready.',
		'cart-00003 is Ready. V tests it at its tag.',
	]);
});

it('offers V where a tag leads to it, and where none does first what adds one', async () => {
	const all = listen();
	await createRevision('registry.example.com/shop/helloworld-go:2');
	await until(console.store, 'cart-00003 is Ready', () => said().includes('cart-00003 is Ready'));
	expect(all).toEqual([
		'Creating a revision of cart…',
		'cart-00003 is Ready. t adds a tag, at which V tests it.',
	]);
});

it('says why it failed, in the words of the server, and what to do', async () => {
	await createRevision('registry.example.com/shop/no-such-image:1');
	await until(console.store, 'the failure', () => said().startsWith('cart-00003 failed'));
	expect(said()).toMatch(/Unable to fetch image.*e events · L log · r new revision$/);
	expect(console.store.getState().notice?.tone).toBe('bad');
});

it('leaves what was said since', async () => {
	await createRevision('registry.example.com/shop/helloworld-go:2');
	notify(console.store, {tone: 'info', text: 'Something else.'});
	await until(console.store, 'cart-00003', ({revisions}) =>
		(revisions.get('default/cart') ?? []).some(({name, state}) => name === 'cart-00003' && state.ready),
	);
	expect(said()).toBe('Something else.');
});
