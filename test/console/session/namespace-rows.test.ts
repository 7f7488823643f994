/** What several namespaces have in common, as one. */
import {expect, test} from 'vitest';
import {joined, noRows, type NamespaceRows} from '../../../source/console/session/namespace-rows.js';
import type {ReflectorState} from '../../../source/console/state/state.js';

const names = ['bank', 'shop', 'test'];
const live: ReflectorState = {kind: 'live'};
const offline: ReflectorState = {kind: 'offline', since: 0, why: 'no way'};
const stale: ReflectorState = {kind: 'stale', since: 0, why: 'quiet'};

const rows = (services: ReflectorState, revisions: ReflectorState = live): NamespaceRows => ({
	...noRows,
	feeds: {services, revisions},
});

test.each([
	['of one', [live, offline, live], {...offline, of: 'shop'}],
	['of several', [live, stale, stale], {...stale, of: 'shop and 1 more'}],
	['the worst of several', [stale, offline, live], {...offline, of: 'shop'}],
	['of all', [offline, offline, offline], offline],
	['nothing', [live, live, live], live],
	['that they connect', [live, {kind: 'connecting'} as const, live], {kind: 'connecting'}],
])('what is the matter says with which of them: %s', (_, states, expected) => {
	expect(
		joined(
			states.map(state => rows(state)),
			noRows,
			names,
		).feeds,
	).toEqual({services: expected, revisions: live});
});

test('what did not change is what it was', () => {
	const all = [rows(live, stale), rows(live), rows(live)];
	const before = joined(all, noRows, names);
	expect(joined([...all.slice(0, 2), rows(live)], before, names)).toBe(before);
	expect(before.feeds.revisions).toEqual({...stale, of: 'bank'});
});
