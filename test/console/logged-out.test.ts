/** What becomes of the watches, and of what they have told, when the API server does not let the operator in any more. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import {connect} from '../../source/kube/connect.js';
import type {Console} from '../../source/console/console.js';
import {oldSince} from '../../source/console/state/read.js';
import {reviewOf, splitWords, startWorld, until, type World} from '../support/world.js';

/** Milliseconds: less than a watch that was refused waits by itself, more than any machine needs. */
const atOnce = 30_000;

let world: World;
let console: Console;

beforeEach(async () => {
	world = await startWorld();
	const cluster = await connect({kubeconfig: world.sandbox.kubeconfigPath});
	console = await world.console('cart', {cluster});
});

afterEach(async () => {
	await world.stop();
});

async function refused(status: 401 | 403): Promise<void> {
	const {apiFaults} = world.sandbox;
	if (status === 401) apiFaults.set({expireTokens: true});
	else apiFaults.set({answers: [{code: 403}]});
	apiFaults.cutWatches();
	await until(console.store, `${status} on both watches`, ({feeds}) =>
		[feeds.services, feeds.revisions].every(feed => feed.kind === 'forbidden' && feed.status === status),
	);
}

async function watched(): Promise<void> {
	await until(
		console.store,
		'both watches',
		({feeds}) => feeds.services.kind === 'live' && feeds.revisions.kind === 'live',
		atOnce,
	);
}

it('is told of while the watches stay open, from the first request that is refused to the first that is not', async () => {
	const {apiFaults} = world.sandbox;
	apiFaults.set({expireTokens: true});
	console.rollBack();
	await until(console.store, 'the refusal', ({standing}) => standing.isRefused === true);
	expect(console.store.getState().feeds.services.kind).toBe('live');
	apiFaults.set({expireTokens: false});
	console.store.setState({sheets: []});
	console.rollBack();
	await until(console.store, 'the login', ({standing}) => standing.isRefused === false);
});

it.each([401, 403] as const)('keeps what was told before a %i, and says how old it is', async status => {
	const split = splitWords(console.store.getState());
	const before = Date.now();
	await refused(status);
	const state = console.store.getState();
	expect(splitWords(state)).toBe(split);
	expect([oldSince(state.feeds.services), oldSince(state.feeds.revisions)]).toEqual([
		expect.toSatisfy((since: number) => since <= Date.now() && since > before - 60_000),
		expect.toSatisfy((since: number) => since <= Date.now() && since > before - 60_000),
	]);
});

it('watches again as soon as a request goes through with the new token, which the first one does', async () => {
	await refused(401);
	await world.sandbox.rotateTokens();
	console.rollBack();
	const {dryRun} = await until(console.store, 'what the dry run says', state => {
		const review = reviewOf(state);
		return review.dryRun.kind !== 'asking' && review;
	});
	expect(dryRun).toEqual({kind: 'accepted'});
	await watched();
});

it('watches again when the operator has it ask again', async () => {
	await refused(403);
	world.sandbox.apiFaults.clear();
	console.askAnew();
	await watched();
	expect(console.store.getState().feeds).toEqual({services: {kind: 'live'}, revisions: {kind: 'live'}});
});

it('says nothing of an age where nothing was ever told', async () => {
	world.sandbox.apiFaults.set({answers: [{code: 403, path: '/revisions'}]});
	void console.changeNamespace('kube-system');
	const feed = await until(console.store, 'the revisions refused', ({namespace, feeds}) =>
		namespace === 'kube-system' && feeds.revisions.kind === 'forbidden' ? feeds.revisions : undefined,
	);
	expect(feed).toMatchObject({kind: 'forbidden', status: 403});
	expect(oldSince(feed)).toBeUndefined();
});
