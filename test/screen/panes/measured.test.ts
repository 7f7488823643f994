import {expect, test} from 'vitest';
import {verdictOf} from '../../../source/console/live/verdicts.js';
import type {LoopSnapshot} from '../../../source/console/state/state.js';
import {failuresOf, isOld, measuredOf} from '../../../source/screen/panes/measured.js';
import {serviceView} from '../../knative/objects.js';
import {usersRow, usersSnapshot, usersWindow} from '../../users/snapshots.js';
import {comparisonOf, rowOf, snapshotOf} from '../live/snapshot.js';
import {one, two} from '../parts/state.js';

const service = serviceView();
const {uid} = service;

const measured = (part: Partial<LoopSnapshot>, users?: Parameters<typeof measuredOf>[0]['users']) => {
	const snapshot = snapshotOf({
		state: 'running',
		rows: [rowOf(one, 80, 90), rowOf(two, 20, 10)],
		weights: [{revision: one, percent: 100}],
		answered: 100,
		errors: 7,
		gateway: {kind: 'answers'},
		...part,
	});
	return measuredOf(
		{
			live: {uid, page: 0, background: 0, snapshot},
			verdicts: new Map([[uid, verdictOf(uid, snapshot)]]),
			users,
		},
		service,
	);
};

const since = 1_700_000_000_000;
const down = {kind: 'down', since, requests: 3, sentence: ''} as const;
const itself = {kind: 'answers itself', since, last: since, requests: 9, code: '503', text: '503'} as const;

test('what the loop is answered stands beside each revision, as long as revisions answer', () => {
	const told = {
		[`err ${one}`]: '7 %',
		[`got ${one}`]: '80 %',
		[`got ${two}`]: '20 %',
		[`p95 ${one}`]: '31 ms',
		[`p95 ${two}`]: '31 ms',
	};
	expect(measured({})).toEqual(told);
	expect(measured({gateway: {...itself, isAll: false}})).toEqual(told);
	// One request that is lost changes nothing.
	expect(measured({gateway: {...down, requests: 1}})).toEqual(told);
});

test.each([
	['cannot be reached', down],
	['answers everything itself', {...itself, isAll: true}],
] as const)('nothing of before stands there while the gateway %s', (_, gateway) => {
	expect(measured({gateway, silentSince: since})).toEqual({});
});

test('what fails at tags stands there while only users get no answer of a revision', () => {
	const comparison = comparisonOf(one, two, {failed: 20});
	const silent = (gateway: LoopSnapshot['gateway']) => measured({gateway, comparison, silentSince: since});
	expect(silent({...itself, isAll: true})).toEqual({[`err ${one}`]: '0 %', [`err ${two}`]: '50 %'});
	expect(silent(down)).toEqual({});
});

test('what users got when somebody looked last stands there no more', () => {
	const rows = [usersRow(one, 8, {requests: 100, failed: 4}), usersRow(two, 2)];
	const users = {uid, snapshot: usersSnapshot(usersWindow(rows)), isPaused: false, alarm: undefined};
	expect(measured({errors: 0}, users)).toMatchObject({[`err ${one}`]: '4 %'});
	expect(measured({errors: 0}, {...users, isPaused: true})).toMatchObject({[`err ${one}`]: '0 %'});
});

test('failures are nobody’s for certain where another revision at 0 % answers as the one with all users does', () => {
	const alike = {...rowOf(one, 100, 100), revision: undefined, why: 'alike', candidates: [one, two]} as const;
	const failed = {...rowOf(one, 7, 100), key: 'failed', revision: undefined, errors: 7, candidates: [one]};
	const found = measured({rows: [alike, failed]});
	expect([failuresOf(found, one), failuresOf(found, two)]).toEqual([{kind: 'unknown'}, {kind: 'unknown'}]);
	expect(failuresOf(measured({rows: [rowOf(one, 100, 100), failed]}), one)).toMatchObject({kind: 'share'});
});

test('what fails and may be of a revision is not known of it, until it is counted', () => {
	const stray = {...rowOf(two, 5, 10), revision: undefined, errors: 5, candidates: [one, two]};
	const ofBoth = (part: Partial<LoopSnapshot>) => {
		const found = measured({rows: [rowOf(one, 80, 90), stray], weights: [], ...part});
		return [failuresOf(found, one), failuresOf(found, two)];
	};
	expect(ofBoth({})).toEqual([{kind: 'unknown'}, {kind: 'unknown'}]);
	expect(ofBoth({comparison: comparisonOf(one, two, {failed: 20})})).toEqual([
		{kind: 'share', part: '0 %', isNone: true, isOld: false},
		{kind: 'share', part: '50 %', isNone: false, isOld: false},
	]);
	expect(failuresOf(measured({rows: [], weights: []}), one)).toBeUndefined();
});

test('what a paused loop has found is of then, unless users are counted now', () => {
	const comparison = comparisonOf(one, two, {failed: 20});
	const paused = measured({state: 'paused', comparison});
	expect([failuresOf(paused, two), isOld(paused, 'p95', two)]).toMatchObject([
		{part: '50 %', isOld: true},
		true,
	]);
	const asking = measured({comparison});
	expect([failuresOf(asking, two), isOld(asking, 'p95', two)]).toMatchObject([{isOld: false}, false]);
	expect(failuresOf(measured({state: 'paused', burstLeft: 5, comparison}), two)).toMatchObject({
		isOld: false,
	});
	const rows = [usersRow(one, 8, {requests: 100}), usersRow(two, 2, {requests: 100, failed: 4})];
	const users = {uid, snapshot: usersSnapshot(usersWindow(rows)), isPaused: false, alarm: undefined};
	expect(failuresOf(measured({state: 'paused', comparison}, users), two)).toMatchObject({
		part: '4 %',
		isOld: false,
	});
});
