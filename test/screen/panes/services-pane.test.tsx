import {describe, expect, it, vi} from 'vitest';
import {verdictOf} from '../../../source/console/live/verdicts.js';
import {gatewayKind} from '../../../source/console/state/gateway-kind.js';
import type {ConsoleState} from '../../../source/console/state/state.js';
import {cycleSort} from '../../../source/console/state/select.js';
import {ServicesPane} from '../../../source/screen/panes/services-pane.js';
import type {ServiceView} from '../../../source/knative/service/service.js';
import {condition, serviceView} from '../../knative/objects.js';
import {snapshotOf} from '../live/snapshot.js';
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

	it('calls one good for as long as it is asked', async () => {
		const service = named('cart');
		const verdict = {...verdictOf(service.uid, snapshotOf()), tone: 'good' as const, word: 'fine'};
		const {screen, store} = await open({
			services: [service],
			verdicts: new Map([[service.uid, {...verdict, isRunning: true}]]),
		});
		expect(screen()).toMatch(/✓ cart .* fine/);
		store.setState({verdicts: new Map([[service.uid, {...verdict, isRunning: false}]])});
		await vi.waitFor(() => expect(screen()).toMatch(/● cart .* Ready/));
	});

	it.each([30, 34, 40, 60])(
		'names every state to filter by where nothing is found, in %i columns',
		async width => {
			const {text} = await openOnConsole(() => <ServicesPane width={width} height={7} />, {
				columns: width,
				rows: 7,
				state: {...connected, services: [named('cart')], filter: 'storefront-checkout'},
			});
			expect(text()).toMatch(/Esc clears.*States: failed, deploying, ready, releasing/);
		},
	);

	it('says with a sign that there is more of a sentence than room', async () => {
		const why = 'The API server at 203.0.113.9:6443 is away: connect ETIMEDOUT, tried again since 03:04:05.';
		const {screen} = await openOnConsole(() => <ServicesPane width={30} height={5} />, {
			columns: 30,
			rows: 5,
			state: {
				...connected,
				feeds: {services: {kind: 'missing', why}, revisions: {kind: 'live'}},
			},
		});
		expect(screen()).toMatch(/The API server at[^]*…/);
	});

	it.each([
		[28, 5, /By name: kn-canary ksvc\/NAME -n shop/, /kn-canary status cart -n shop/],
		[
			60,
			5,
			/not list services.*kn-canary ksvc\/NAME -n shop/,
			/not list cart.*kn-canary status cart -n shop/,
		],
	])(
		'says in %i columns how one service is reached where they may not be listed',
		async (width, height, said, saidAlone) => {
			const why =
				'services.serving.knative.dev is forbidden: User "dev" cannot list resource "services" in API group "serving.knative.dev" in the namespace "default"';
			const state = {
				...connected,
				namespace: 'shop',
				feeds: {services: {kind: 'forbidden', why, status: 403}, revisions: {kind: 'live'}},
			} as const;
			const drawn = () => <ServicesPane width={width} height={height} />;
			const {text} = await openOnConsole(drawn, {columns: width, rows: height, state});
			expect(text()).toMatch(said);
			const alone = await openOnConsole(drawn, {
				columns: width,
				rows: height,
				state: {...state, only: 'cart'},
			});
			expect(alone.text()).toMatch(saidAlone);
			// What leads to the same cluster, as the same user, has no room here, and that is said.
			const who = {kind: 'connected', context: 'c', server: '', user: '', readOnly: false} as const;
			const connection = {...who, production: false, flags: ['--as', 'jane']} as const;
			const acting = {...state, connection};
			const other = await openOnConsole(drawn, {
				columns: width,
				rows: height,
				state: {...acting, only: 'cart'},
			});
			expect(other.text().replaceAll(/\s+/g, ' ')).toMatch(/status cart -n shop(?: --as jane|, same flags)/);
		},
	);

	it('says how to get away from the name of a service that is not there', async () => {
		const {text} = await openOnConsole(() => <ServicesPane width={40} height={6} />, {
			columns: 40,
			rows: 6,
			state: {...connected, namespace: 'shop', only: 'crat'},
		});
		expect(text()).toMatch(/No service crat in .*shop\. q leaves; without the name all are listed\./);
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
			/Waiting for the list of the services/,
		],
		[
			'before there is a connection',
			{
				connection: {kind: 'connecting', to: 'prod-eu', since: new Date(2026, 0, 1, 3, 4, 5).getTime()},
				feeds: {services: {kind: 'connecting'}, revisions: {kind: 'connecting'}},
			},
			/Connecting to prod-eu since[^]*03:04:05/,
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
			/You may not list services in/,
		],
	])('%s says so', async (_, state, sentence) => {
		expect((await open(state)).screen()).toMatch(sentence);
	});
});

const titleAt = async (width: number, services: readonly ServiceView[]) => {
	const {screen} = await openOnConsole(() => <ServicesPane width={width} height={8} />, {
		columns: width,
		rows: 8,
		state: {...connected, services},
	});
	return screen().split('\n')[0];
};

it('says how many failed, be it that they are not to be seen, and leaves out how many there are before that', async () => {
	const many = Array.from({length: 1000}, (_, index) => named(`shop-${String(index).padStart(4, '0')}`));
	const failing = {...broken, name: 'zoo', uid: 'zoo'};
	expect(await titleAt(30, [...many, failing])).toMatch(/ 1 failed ─╮/);
	expect(await titleAt(40, [...many, failing])).toMatch(/ 1 failed · 1001 ─╮/);
	expect(await titleAt(40, many)).toMatch(/─ 1000 ─╮/);
});

it('the list says in which order it is, and the selection stays on its service', async () => {
	const {screen, store, until} = await open({services: [named('cart'), broken]});
	cycleSort(store);
	await until(/by trouble · 1 failed · 2/);
	expect(screen()).toMatch(/checkout[^]*cart/);
	await until(/▸ . cart/);
	cycleSort(store);
	await until(/by age · 1 failed · 2/);
	cycleSort(store);
	await vi.waitFor(() => expect(screen()).toMatch(/cart[^]*checkout/));
	expect(screen()).not.toContain('by ');
});

const at = async (columns: number, services: readonly ServiceView[]) =>
	openOnConsole(() => <ServicesPane width={columns} height={8} />, {
		columns,
		rows: 8,
		state: {...connected, services, gatewayNames: new Map([['external ', 'kourier']])},
	});

it('each split is a bar of its revisions where there is room, and names are never cut for a column', async () => {
	const wide = await at(110, [named('cart'), broken]);
	expect(wide.screen()).toMatch(/DOMAIN +GATEWAY/);
	expect(wide.screen()).toMatch(/ cart +█{9}▓ 90│10 +Ready .*example\.com kourier/);
	const narrow = await at(56, [named('cart')]);
	expect(narrow.screen()).toMatch(/ cart +█{9}▓ 90│10 +Ready/);
	expect(narrow.screen()).not.toContain('GATEWAY');
	expect((await at(30, [named('cart')])).screen()).toMatch(/ cart +90│10 /);
	const name = `storefront-${'web-'.repeat(8)}eu`;
	const long = await at(110, [named(name)]);
	expect(long.screen()).toContain(name);
	expect(long.screen()).not.toContain('GATEWAY');
});

it('the gateway is that of services that are alike in class and visibility', async () => {
	const alike = named('cart');
	const other = {...named('inside'), clusterLocal: true};
	const own = {...named('own'), ingressClass: 'istio.ingress.networking.knative.dev'};
	const {screen} = await openOnConsole(() => <ServicesPane width={120} height={8} />, {
		columns: 120,
		rows: 8,
		state: {
			...connected,
			services: [alike, other, own],
			gatewayNames: new Map([[gatewayKind(alike), 'kourier']]),
		},
	});
	expect(screen()).toMatch(/ cart .*kourier/);
	expect(screen()).not.toMatch(/ (?:inside|own) .*kourier/);
});
