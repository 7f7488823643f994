/** What becomes of the loop when other namespaces are shown. */
import {expect, onTestFinished, test} from 'vitest';
import {servingPath} from '../../../../source/kube/paths.js';
import {greeter} from '../../../headless/sandbox.js';
import {selectNamed} from '../../../support/select.js';
import {startWorld, until} from '../../../support/world.js';

/** More services than one page of a list has, before the one that is asked. */
const crowd = {services: 120, revisions: 1};

test('the loop goes on with its service while all namespaces are listed, page by page, and back', async () => {
	const world = await startWorld({crowd});
	onTestFinished(async () => world.stop());
	const console = await world.console('payments');
	const {store, live} = console;
	await until(store, 'the gateway', ({gateway}) => gateway.kind === 'found');
	await live.toggle();
	const {uid} = store.getState().selected!;
	await until(store, 'an answer', state => (state.live?.snapshot.answered ?? 0) > 0);
	for (let times = 0; times < 2; times++) {
		console.toggleAllNamespaces();
		await until(store, 'the whole list', ({feeds}) => feeds.services.kind === 'live');
		expect(live.snapshotOf(uid)?.state).toBe('running');
		expect(store.getState().live?.snapshot.answered).toBeGreaterThan(0);
	}
	expect(store.getState().notice).toBeUndefined();
});

test('a loop of a namespace that is not shown any more ends, and that is said', async () => {
	const world = await startWorld();
	onTestFinished(async () => world.stop());
	const console = await world.console('cart');
	const {store, live} = console;
	await world.other.request({
		method: 'POST',
		path: '/api/v1/namespaces',
		body: {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'bank'}},
	});
	await world.other.request({
		method: 'POST',
		path: servingPath('services', 'bank'),
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name: 'ledger', namespace: 'bank'},
			spec: {template: {spec: {containers: [greeter('Ledger')]}}},
		},
	});
	console.toggleAllNamespaces();
	await until(store, 'the other service', ({services}) => services.some(({name}) => name === 'ledger'));
	selectNamed(store, 'ledger');
	await until(store, 'its gateway', ({gateway}) => gateway.kind === 'found');
	await live.toggle();
	const {uid} = store.getState().selected!;
	expect(live.snapshotOf(uid)?.state).toBe('running');
	console.toggleAllNamespaces();
	await until(store, 'the end of the loop', ({notice}) => notice !== undefined);
	expect(store.getState().notice?.text).toBe(
		'The loop of bank/ledger ended: its namespace is not shown any more.',
	);
	expect(live.snapshotOf(uid)).toBeUndefined();
});
