/** One request by hand: what it got, and how sure it is whose answer that was. */
import {expect, onTestFinished, test} from 'vitest';
import type {Console} from '../../source/store/console.js';
import type {VerifySheet} from '../../source/store/sheets.js';
import {verifyRevision, verifyService} from '../../source/store/verify.js';
import {startWorld, until} from '../support/world.js';

async function consoleOn(service: string): Promise<Console> {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	const console = await world.console(service);
	await until(console.store, 'the gateway', ({gateway}) => gateway.kind === 'found');
	return console;
}

function sheetOf({store}: Console): VerifySheet {
	const sheet = store.getState().sheets.at(-1);
	if (sheet?.kind !== 'verify') throw new Error('nothing was asked');
	return sheet;
}

test('a tag is asked at its own URL, and its revision answers', async () => {
	const console = await consoleOn('cart');
	console.store.setState(({revision}) => ({revision: new Map(revision).set('cart', 'cart-00002')}));
	await verifyRevision(console.store);
	expect(sheetOf(console)).toMatchObject({
		tag: 'canary',
		revision: 'cart-00002',
		isSettling: false,
		url: 'http://canary-cart.default.example.com',
		phase: {kind: 'answered', answer: {outcome: {body: 'Hello Cart v2!\n'}}},
	});
});

test('while the route settles no revision is said to have answered, be it at a tag or with all of the traffic', async () => {
	const console = await consoleOn('checkout');
	await verifyService(console.store);
	expect(sheetOf(console)).toMatchObject({revision: 'checkout-00001', isSettling: false});
	// As it is between a write and the gateway's last pod.
	console.store.setState(({services}) => ({
		services: services.map(service => ({...service, generation: service.generation + 1})),
	}));
	await verifyService(console.store);
	expect(sheetOf(console)).toMatchObject({revision: 'checkout-00001', isSettling: true});
});
