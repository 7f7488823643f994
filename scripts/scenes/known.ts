/** What the console knows in the scenes: the shop of cart, checkout and payments, and a canary of cart. */
import {unreadLog} from '../../source/console/logs/logs.js';
import {verdictOf} from '../../source/console/live/verdicts.js';
import type {BesideView, ConsoleState, LiveView} from '../../source/console/state/state.js';
import {gatewayKind} from '../../source/console/state/gateway-kind.js';
import {keyOf} from '../../source/console/tables/object-name.js';
import type {RevisionView} from '../../source/knative/revision/revision.js';
import type {ServiceView} from '../../source/knative/service/service.js';
import {splitOf} from '../../source/knative/split/split.js';
import {playedLoop, type PlayedLoop} from './loop.js';
import {ago, flaky, nameOf, present, revisionOf, serviceOf, type ServiceParts} from './objects.js';

export const server = 'https://203.0.113.7:6443';

const connected: Partial<ConsoleState> = {
	connection: {
		kind: 'connected',
		context: 'shop-eu',
		server,
		user: 'ann',
		flags: [],
		readOnly: false,
		production: false,
	},
	feeds: {services: {kind: 'live'}, revisions: {kind: 'live'}},
	gateway: {kind: 'found', host: '203.0.113.10', port: 80, tls: false, via: 'kourier'},
	gatewayNames: new Map([[gatewayKind({clusterLocal: false}), 'kourier']]),
};

const checkout = serviceOf({
	name: 'checkout',
	createdAt: ago.days(21),
	traffic: [{revision: 1, percent: 100}],
});
const payments = serviceOf({
	name: 'payments',
	createdAt: ago.days(9),
	traffic: [{revision: 1, percent: 100}],
	created: 2,
	ready: 1,
	failed: {reason: 'ExitCode1', message: 'Container failed with: cannot reach the ledger'},
});

/** The split of cart before its canary got users, and as it is now. */
const unreleased: ServiceParts = {
	generation: 2,
	traffic: [
		{revision: 1, percent: 100, tag: 'stable'},
		{revision: 2, percent: 0, tag: 'canary'},
	],
};
const released: ServiceParts = {
	generation: 3,
	traffic: [
		{revision: 1, percent: 90, tag: 'stable'},
		{revision: 2, percent: 10, tag: 'canary'},
	],
};
export const stableRevision = revisionOf(1);
export const canaryRevision = revisionOf(2, {
	createdAt: ago.minutes(6),
	env: {TARGET: 'Cart v2'},
	image: 'registry.example.com/shop/helloworld-go:a90c2214',
});

export function changeOf(
	before: ServiceView,
	after: ServiceView,
	{at, by, own}: {at: number; by: string; own: boolean},
): ConsoleState['history'][number] {
	return {
		at,
		server,
		context: 'shop-eu',
		namespace: after.namespace,
		service: after.name,
		uid: after.uid,
		generation: after.generation,
		from: before.generation,
		by,
		own,
		reason: own ? 'split' : 'not from this console',
		before: splitOf(before),
		after: splitOf(after),
		command: '',
	};
}

/** What is known of cart and its neighbours. */
export function knowing(
	cart: ServiceView,
	revisions: readonly RevisionView[],
	{others = [checkout, payments]}: {others?: readonly ServiceView[]} = {},
): Partial<ConsoleState> {
	return {
		...connected,
		services: [cart, ...others].toSorted((one, other) => (one.name < other.name ? -1 : 1)),
		selected: {uid: cart.uid, name: cart.name, namespace: cart.namespace, wasSeen: true},
		beside: besideOf(cart, revisions[0]),
		revisions: new Map([
			[keyOf(cart), revisions],
			...others.map(other => [keyOf(other), [revisionOf(1, {service: other.name})]] as const),
		]),
	};
}

/** What the cluster and a revision said, as a wide window shows it beside the answers. */
function besideOf(service: ServiceView, newest: RevisionView | undefined): BesideView {
	const revision = nameOf(service.name, newest?.generation ?? 1);
	const failure =
		newest?.state.kind === 'failed' ? newest.state.sentence.replace(/^.*failed with: /, '') : undefined;
	const started = {reason: 'Started', message: 'Started container user-container', kind: 'Pod'};
	const pulled = {reason: 'Pulled', message: `Successfully pulled image "${flaky}" in 1.2s`, kind: 'Pod'};
	const events = [
		failure === undefined
			? {
					reason: 'RevisionReady',
					message: 'Revision becomes ready upon all resources being ready',
					kind: 'Revision',
				}
			: {
					reason: 'BackOff',
					message: `Back-off restarting failed container user-container in pod ${revision}-deployment-6c9f7`,
					kind: 'Pod',
				},
		started,
		pulled,
	].map((event, index) => ({
		...event,
		name: `event-${index}`,
		isWarning: event.reason === 'BackOff',
		about: event.kind === 'Pod' ? `${revision}-deployment-6c9f7` : revision,
		count: 1,
		last: ago.minutes(failure === undefined ? 5 : 1) - index * 1000,
		version: 9 - index,
	}));
	return {
		uid: service.uid,
		events: {kind: 'followed', events, isCut: false, problem: undefined},
		log: {
			...unreadLog(service.namespace, revision),
			pod: `${revision}-deployment-6c9f7`,
			container: 'user-container',
			phase: {kind: 'following'},
			lines: [
				'helloworld: starting server...',
				...(failure === undefined
					? [
							'helloworld: listening on port 8080',
							...Array.from({length: 81}, () => 'helloworld: received a request'),
						]
					: [`helloworld: ${failure}`]),
			],
		},
	};
}

export function withLoop(live: LiveView): Partial<ConsoleState> {
	return {live, verdicts: new Map([[live.uid, verdictOf(live.uid, live.snapshot)]])};
}

export const cart = serviceOf(released);

/** What a colleague has made of it, with another tool. */
export const theirs = serviceOf({
	generation: 4,
	modifiedBy: 'bob',
	tool: 'kubectl-patch',
	traffic: [
		{revision: 1, percent: 50, tag: 'stable'},
		{revision: 2, percent: 50, tag: 'canary'},
	],
});

export const canaryLoop: PlayedLoop = {
	uid: cart.uid,
	set: [90, 10],
	compares: {old: 0, fresh: 1},
	revisions: [
		{revision: nameOf('cart', 1), says: 'Hello Cart!', tag: 'stable'},
		{revision: nameOf('cart', 2), says: 'Hello Cart v2!', tag: 'canary', latency: 6},
	],
};

export const ownRelease = changeOf(serviceOf(unreleased), cart, {
	at: present - 80_600,
	by: 'ann',
	own: true,
});

export const canary = async (loop: Partial<PlayedLoop> = {}): Promise<Partial<ConsoleState>> => ({
	...knowing(cart, [canaryRevision, stableRevision]),
	history: [ownRelease],
	...withLoop(await playedLoop({...canaryLoop, ...loop})),
});
