/** The scenes in which the console is drawn: what it knows in each of them. Nothing is asked of a cluster. */
import type {ConsoleState} from '../../source/console/state/state.js';
import {newReview} from '../../source/console/sheets/review/review.js';
import type {ReviewSheet} from '../../source/console/sheets/sheets.js';
import {splitOf} from '../../source/knative/split/split.js';
import {planSplit} from '../../source/release/plan-split.js';
import {
	canary,
	canaryLoop,
	canaryRevision,
	cart,
	changeOf,
	knowing,
	ownRelease,
	server,
	stableRevision,
	theirs,
	withLoop,
} from './known.js';
import {playedLoop} from './loop.js';
import {ago, flaky, nameOf, present, revisionOf, serviceOf} from './objects.js';

export type Scene = {
	/** As its files are named. */
	name: string;
	/** What is to be seen, in a few words. */
	title: string;
	state: () => Promise<Partial<ConsoleState>>;
};

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
				...newReview(planned.plan, {context: 'shop-eu', server}),
				id: 1,
				dryRun: {kind: 'accepted'},
			};
			return {
				...(await canary({before: [90, 10], set: [50, 50], seconds: 4})),
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
				...(await canary({before: [90, 10], set: [50, 50], seconds: 20})),
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
				isRollingOut: true,
				traffic: [{revision: 2, percent: 100, latest: true}],
				routed: [
					{revision: 1, percent: 62, latest: true},
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
