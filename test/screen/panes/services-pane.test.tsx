import {describe, expect, it, vi} from 'vitest';
import type {ConsoleState} from '../../../source/console/state/state.js';
import {ServicesPane} from '../../../source/screen/panes/services-pane.js';
import type {ServiceView} from '../../../source/knative/service/service.js';
import {condition, serviceView} from '../../knative/objects.js';
import {openOnConsole} from '../parts/on-console.js';
import {canaryTraffic, connected} from '../parts/state.js';

const named = (name: string, edit: Parameters<typeof serviceView>[0] = {}): ServiceView =>
	serviceView({
		traffic: canaryTraffic,
		ready: 2,
		...edit,
		edit(object) {
			object.metadata.name = name;
			object.metadata.uid = `uid of ${name}`;
			edit.edit?.(object);
		},
	});

const broken = named('checkout', {
	edit(object) {
		object.status.conditions = [
			condition('ConfigurationsReady', 'True'),
			condition('Ready', 'False', 'RevisionMissing', 'no'),
			condition('RoutesReady', 'False', 'RevisionMissing', 'no'),
		];
	},
});

const open = async (state: Partial<ConsoleState>) =>
	openOnConsole(() => <ServicesPane width={60} height={10} />, {
		columns: 60,
		rows: 10,
		state: {...connected, ...state},
	});

describe('the list of services', () => {
	it('has each with its state and its split', async () => {
		const {screen} = await open({services: [named('cart'), broken]});
		expect(screen()).toMatch(/▸.* cart .*90.*10.*Ready/);
		expect(screen()).toMatch(/checkout .*Failed/);
		expect(screen()).toMatch(/ 2 ─/);
	});

	it('is filtered as one types, and says how many are left', async () => {
		const {screen, store, type, until} = await open({
			services: [named('cart'), broken],
			filtering: true,
		});
		type('che');
		await until(/1 of 2/);
		await until(/\/che/);
		expect(store.getState().filter).toBe('che');
		expect(screen()).not.toContain('cart');
		type('z');
		await until(/0 of 2/);
		expect(screen()).toContain('“chez”');
	});

	it('keeps the place of one that was deleted, and selects no other', async () => {
		const {screen, store} = await open({services: [named('cart'), named('payments')]});
		store.setState({services: [named('payments')]});
		await vi.waitFor(() => expect(screen()).toMatch(/▸ ✗ cart .*dele/));
		expect(screen()).toMatch(/^│ [^▸]*payments/m);
	});

	it.each<[string, Partial<ConsoleState>, RegExp]>([
		[
			'while it is asked for',
			{feeds: {services: {kind: 'connecting'}, revisions: {kind: 'connecting'}}},
			/Connecting/,
		],
		['that has none', {namespace: 'shop'}, /No services in namespace shop/],
		['of a namespace that is not there', {namespace: 'shop', namespaceMissing: true}, /no namespace shop/],
		['without a connection', {connection: {kind: 'failed', sentence: 'Nobody listens.'}}, /Nobody listens\./],
		[
			'that may not be read',
			{
				feeds: {
					services: {kind: 'forbidden', status: 403, why: 'You may not list.'},
					revisions: {kind: 'live'},
				},
			},
			/You may not list\./,
		],
	])('%s says so', async (_, state, sentence) => {
		expect((await open(state)).screen()).toMatch(sentence);
	});
});
