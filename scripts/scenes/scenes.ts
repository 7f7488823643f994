/** The scenes in which the console is drawn: what it knows in each of them. Nothing is asked of a cluster. */
import type {BesideView, ConsoleState, LiveView} from '../../source/console/state/state.js';
import {unreadLog} from '../../source/console/logs/logs.js';
import {verdictOf} from '../../source/console/live/verdicts.js';
import type {ReviewSheet} from '../../source/console/sheets/sheets.js';
import {gatewayKind} from '../../source/console/state/gateway-kind.js';
import {keyOf} from '../../source/console/tables/object-name.js';
import type {RevisionView} from '../../source/knative/revision/revision.js';
import type {ServiceView} from '../../source/knative/service/service.js';
import {splitOf} from '../../source/knative/split/split.js';
import {planSplit} from '../../source/release/plan-split.js';
import {playedLoop, type PlayedLoop} from './loop.js';
import {ago, flaky, nameOf, present, revisionOf, serviceOf, type ServiceParts} from './objects.js';

export type Scene = {
	/** As its files are named. */
	name: string;
	/** What is to be seen, in a few words. */
	title: string;
	state: () => Promise<Partial<ConsoleState>>;
};

const server = 'https://203.0.113.7:6443';

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
const stableRevision = revisionOf(1);
const canaryRevision = revisionOf(2, {
	createdAt: ago.minutes(6),
	env: {TARGET: 'Cart v2'},
	image: 'registry.example.com/shop/helloworld-go:a90c2214',
});

function changeOf(
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
		reason: own ? 'split' : 'seen by the watch',
		before: splitOf(before),
		after: splitOf(after),
		command: '',
	};
}

/** What is known of cart and its neighbours. */
function knowing(
	cart: ServiceView,
	revisions: readonly RevisionView[],
	{others = [checkout, payments]}: {others?: readonly ServiceView[]} = {},
): Partial<ConsoleState> {
	return {
		...connected,
		services: [cart, ...others].toSorted((one, other) => (one.name < other.name ? -1 : 1)),
		selected: {uid: cart.uid, name: cart.name, namespace: cart.namespace, wasSeen: true},
		beside: besideOf(cart, revisions[0]?.generation ?? 1),
		revisions: new Map([
			[keyOf(cart), revisions],
			...others.map(other => [keyOf(other), [revisionOf(1, {service: other.name})]] as const),
		]),
	};
}

/** What the cluster and a revision said, as a wide window shows it beside the answers. */
function besideOf(service: ServiceView, generation: number): BesideView {
	const revision = nameOf(service.name, generation);
	const events = [
		{
			reason: 'RevisionReady',
			message: 'Revision becomes ready upon all resources being ready',
			kind: 'Revision',
		},
		{reason: 'Started', message: 'Started container user-container', kind: 'Pod'},
		{reason: 'Pulled', message: `Successfully pulled image "${flaky}" in 1.2s`, kind: 'Pod'},
	].map((event, index) => ({
		...event,
		name: `event-${index}`,
		isWarning: false,
		about: event.kind === 'Pod' ? `${revision}-deployment-6c9f7` : revision,
		count: 1,
		last: ago.minutes(5) - index * 1000,
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
				'helloworld: listening on port 8080',
				...Array.from({length: 81}, () => 'helloworld: received a request'),
			],
		},
	};
}

function withLoop(live: LiveView): Partial<ConsoleState> {
	return {live, verdicts: new Map([[live.uid, verdictOf(live.uid, live.snapshot)]])};
}

const cart = serviceOf(released);

/** What a colleague has made of it, with another tool. */
const theirs = serviceOf({
	generation: 4,
	modifiedBy: 'bob',
	tool: 'kubectl-patch',
	traffic: [
		{revision: 1, percent: 50, tag: 'stable'},
		{revision: 2, percent: 50, tag: 'canary'},
	],
});

const canaryLoop: PlayedLoop = {
	uid: cart.uid,
	set: [90, 10],
	compares: {old: 0, fresh: 1},
	revisions: [
		{revision: nameOf('cart', 1), says: 'Hello Cart!', tag: 'stable'},
		{revision: nameOf('cart', 2), says: 'Hello Cart v2!', tag: 'canary', latency: 6},
	],
};

const ownRelease = changeOf(serviceOf(unreleased), cart, {at: ago.minutes(4), by: 'ann', own: true});

const canary = async (loop: Partial<PlayedLoop> = {}): Promise<Partial<ConsoleState>> => ({
	...knowing(cart, [canaryRevision, stableRevision]),
	history: [ownRelease],
	...withLoop(await playedLoop({...canaryLoop, ...loop})),
});

export const scenes: readonly Scene[] = [
	{
		name: 'healthy',
		title: 'nothing is released, all is well',
		state: async () => ({
			...knowing(serviceOf({traffic: [{revision: 1, percent: 100, latest: true}]}), [stableRevision]),
			...withLoop(
				await playedLoop({
					uid: cart.uid,
					set: [100],
					revisions: [{revision: nameOf('cart', 1), says: 'Hello Cart!'}],
				}),
			),
		}),
	},
	{name: 'canary-fine', title: 'a canary at 10 % that is not worse', state: async () => canary()},
	{
		name: 'canary-worse',
		title: 'a canary at 10 % that fails and is slower',
		state: async () => ({
			...(await canary({
				revisions: [
					canaryLoop.revisions[0]!,
					{revision: nameOf('cart', 2), says: 'Hello Cart v2!', tag: 'canary', fails: 0.22, latency: 180},
				],
			})),
			...knowing(cart, [
				revisionOf(2, {
					createdAt: ago.minutes(6),
					image: flaky,
					env: {TARGET: 'Cart v2', ERROR_RATE: '0.22', LATENCY_MS: '180'},
				}),
				stableRevision,
			]),
		}),
	},
	{
		name: 'gateway-lying',
		title: 'the route says 90│10, users get 50│50',
		state: async () => canary({got: [50, 50]}),
	},
	{name: 'gateway-down', title: 'no request reaches the gateway', state: async () => canary({downFor: 12})},
	{
		name: 'api-away',
		title: 'the API server does not answer',
		state: async () => ({
			...(await canary()),
			feeds: {
				services: {
					kind: 'stale',
					since: present - 39_000,
					why: 'No connection to 203.0.113.7:6443 (connection refused).',
				},
				revisions: {
					kind: 'stale',
					since: present - 39_000,
					why: 'No connection to 203.0.113.7:6443 (connection refused).',
				},
			},
		}),
	},
	{
		name: 'conflict',
		title: 'a colleague was first while a review was open',
		async state() {
			const planned = planSplit(
				{service: cart, revisions: [canaryRevision, stableRevision], changes: []},
				splitOf(
					serviceOf({
						traffic: [
							{revision: 1, percent: 75, tag: 'stable'},
							{revision: 2, percent: 25, tag: 'canary'},
						],
					}),
				),
			);
			if (!planned.ok) throw new Error(planned.reason);
			const review: ReviewSheet = {
				kind: 'review',
				id: 1,
				on: {context: 'shop-eu', server},
				plan: planned.plan,
				confirmation: 'enter',
				word: '',
				because: '',
				typed: '',
				dryRun: {kind: 'accepted'},
				phase: {kind: 'open'},
				isDisarmed: false,
				timesAsked: 1,
				wake: undefined,
			};
			return {
				...(await canary()),
				...knowing(theirs, [canaryRevision, stableRevision]),
				history: [ownRelease, changeOf(cart, theirs, {at: present - 4000, by: 'bob', own: false})],
				sheets: [review],
			};
		},
	},
	{
		name: 'colleagues-change',
		title: 'a colleague has changed the split with another tool',
		async state() {
			return {
				...(await canary({set: [50, 50], seconds: 20})),
				...knowing(theirs, [canaryRevision, stableRevision]),
				history: [ownRelease, changeOf(cart, theirs, {at: present - 20_000, by: 'bob', own: false})],
			};
		},
	},
	{
		name: 'failed-start',
		title: 'the newest revision does not start; the one before serves',
		async state() {
			const failed = {
				reason: 'ExitCode1',
				message: 'Container failed with: cannot open /etc/cart/prices.json',
			};
			const service = serviceOf({
				traffic: [{revision: 1, percent: 100, tag: 'stable'}],
				created: 2,
				ready: 1,
				failed,
			});
			return knowing(service, [
				revisionOf(2, {createdAt: ago.minutes(2), image: flaky, pods: 0, failed}),
				stableRevision,
			]);
		},
	},
	{
		name: 'thousand-services',
		title: 'a namespace with 1,000 services, five of them failing',
		state: async () =>
			knowing(
				serviceOf({name: 'shop-0400', traffic: [{revision: 1, percent: 100}]}),
				[revisionOf(1, {service: 'shop-0400'})],
				{
					others: Array.from({length: 999}, (_, index) => {
						const number = index < 399 ? index + 1 : index + 2;
						const name = `shop-${String(number).padStart(4, '0')}`;
						return serviceOf({
							name,
							createdAt: ago.days(1 + (number % 90)),
							traffic: [{revision: 1, percent: 100}],
							...(number % 200 === 3 && {
								created: 2,
								ready: 1,
								failed: {reason: 'ExitCode1', message: 'Container failed with: no space left on device'},
							}),
						});
					}),
				},
			),
	},
	{
		name: 'five-revisions',
		title: 'five revisions in one split, one of them a canary that fails',
		async state() {
			const shares = [60, 20, 10, 5, 5];
			const service = serviceOf({
				traffic: shares.map((percent, index) => ({
					revision: index + 1,
					percent,
					...(index === 0 && {tag: 'stable'}),
					...(index === 4 && {tag: 'canary'}),
				})),
			});
			const live = await playedLoop({
				uid: service.uid,
				set: shares,
				compares: {old: 0, fresh: 4},
				revisions: shares.map((_, index) => ({
					revision: nameOf('cart', index + 1),
					says: index === 0 ? 'Hello Cart!' : `Hello Cart v${index + 1}!`,
					...(index === 0 && {tag: 'stable'}),
					...(index === 4 && {tag: 'canary', fails: 0.3, latency: 40}),
				})),
			});
			return {
				...knowing(
					service,
					shares
						.map((_, index) =>
							revisionOf(index + 1, {createdAt: ago.days(5 - index), ...(index === 4 && {image: flaky})}),
						)
						.toReversed(),
				),
				...withLoop(live),
			};
		},
	},
	{
		name: 'rollout-duration',
		title: 'Knative moves the traffic of @latest over ten minutes',
		async state() {
			const service = serviceOf({
				generation: 4,
				annotations: {'serving.knative.dev/rollout-duration': '600s'},
				traffic: [{revision: 2, percent: 100, latest: true}],
				routed: [
					{revision: 1, percent: 62},
					{revision: 2, percent: 38, latest: true},
				],
			});
			return {
				...knowing(service, [canaryRevision, stableRevision]),
				...withLoop(
					await playedLoop({
						uid: service.uid,
						set: [62, 38],
						seconds: 30,
						revisions: canaryLoop.revisions.map(({revision, says}) => ({revision, says})),
					}),
				),
			};
		},
	},
];
