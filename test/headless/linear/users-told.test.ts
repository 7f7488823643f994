/** What the linear mode tells of users: a line when it is of another kind, with what to type against what is bad. */
import {expect, it} from 'vitest';
import {createConsoleStore, type ConsoleState, type UsersAlarm} from '../../../source/console/state/state.js';
import {selectionOf} from '../../../source/console/state/selection.js';
import {tellChanges} from '../../../source/headless/linear/linear.js';
import {countLines} from '../../../source/headless/linear/told.js';
import type {UsersSnapshot} from '../../../source/users/users.js';
import {serviceView} from '../../knative/objects.js';
import {rowOf, snapshotOf} from '../../screen/live/snapshot.js';
import {usersRow, usersSnapshot, usersWindow} from '../../users/snapshots.js';

const [one, two] = ['helloworld-go-00001', 'helloworld-go-00002'] as const;

const service = serviceView({
	traffic: [
		{revisionName: one, percent: 90, tag: 'stable'},
		{revisionName: two, percent: 10, tag: 'canary'},
	],
	ready: 2,
});

const rows = (requests: number) => [
	usersRow(one, 36, {percent: 90, share: 0.87, requests}),
	usersRow(two, 5, {percent: 10, share: 0.13, requests, failed: 18}),
];

/** What is heard of these, one after the other. */
function heard(isAsked = () => false) {
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	store.setState({services: [service], selected: selectionOf(service), namespace: 'default'});
	const said: string[] = [];
	tellChanges({store}, line => said.push(line), {isAsked});
	said.length = 0;
	return {
		store,
		tell: (snapshot: UsersSnapshot, more: {alarm?: UsersAlarm; isPaused?: boolean} = {}) => {
			const users: ConsoleState['users'] = {uid: service.uid, snapshot, isPaused: false, ...more};
			store.setState({users});
			return said.splice(0);
		},
	};
}

const counted = (requests: number, part: Partial<UsersSnapshot['view']> = {}) =>
	usersSnapshot(usersWindow(rows(requests)), part);

const errors = (state: 'worse' | 'not worse'): UsersSnapshot['view']['errors'] => ({
	state,
	logE: 0,
	by: '5xx',
	fresh: two,
	old: one,
});

it('tells what they get once, and not again with each request', () => {
	const {tell} = heard();
	const sentence = `Users of helloworld-go: 41 requests a second; ${one} gets 87 %, set 90 %; ${two} gets 13 %, set 10 %.`;
	expect(tell(counted(81))).toEqual([sentence]);
	expect(tell(counted(82))).toEqual([]);
	expect(tell(counted(83, {errors: errors('not worse')}))).toEqual([
		`${sentence} users: canary not worse so far (5xx: 18 of 83 against 0 of 83)`,
	]);
	expect(tell(counted(84, {errors: errors('not worse')}))).toEqual([]);
});

it('says how to leave a question that would take the remedy for an answer', () => {
	let isAsked = true;
	const {tell} = heard(() => isAsked);
	const worse = counted(81, {errors: errors('worse')});
	expect(tell(worse, {alarm: 'worse'})).toEqual([
		expect.stringMatching(/counts \(20\) says more\. Type cancel first to leave this question\.$/),
	]);
	expect(tell(counted(82))).toEqual([expect.not.stringContaining('cancel')]);
	isAsked = false;
	expect(tell(worse, {alarm: 'worse'})).toEqual([expect.not.stringContaining('cancel')]);
});

it('tells what they get now, by the same half a minute as the panes', () => {
	const {tell} = heard();
	const sinceSplit = usersWindow([usersRow(one, 36, {share: 0.51}), usersRow(two, 35, {share: 0.49})]);
	expect(tell(counted(81, {sinceSplit}))[0]).toContain(`${two} gets 13 %, set 10 %`);
	// By Prometheus nothing is known of all of the split.
	const unknown = {...usersWindow([]), seconds: 0};
	const none = {...unknown, certainty: {...unknown.certainty, told: 'nobody' as const}};
	expect(tell(counted(82, {sinceSplit: none}))).toEqual([]);
});

it('tells an alarm with its evidence, and what to type against it', () => {
	const {tell} = heard();
	tell(counted(81));
	const worse = counted(81, {errors: errors('worse')});
	expect(tell(worse, {alarm: 'worse'})).toEqual([
		'ALARM: helloworld-go, users: canary is WORSE (5xx: 18 of 81 against 0 of 81). rollback (8) takes it back; counts (20) says more.',
	]);
	expect(tell(worse, {alarm: 'worse'})).toEqual([]);
	expect(tell(worse, {alarm: 'wrong'})).toEqual([
		expect.stringMatching(/^ALARM: .* again \(23\) sends the split once more; counts \(20\) says more\.$/),
	]);
	// That it is over is news as well.
	expect(tell(counted(82))).toEqual([expect.stringMatching(/^Users of helloworld-go: 41 requests a second/)]);
});

it('tells that nobody uses it, that nothing is known, and that they are not read any more', () => {
	const {tell} = heard();
	const stretch = usersWindow(rows(1));
	const nobody = usersSnapshot({...stretch, certainty: {...stretch.certainty, told: 'nobody'}});
	expect(tell(nobody)).toEqual(['Users of helloworld-go: nobody uses it, or too few to tell.']);
	const problem = {kind: 'unread', sentence: 'you may not read pods'} as const;
	expect(tell(usersSnapshot(stretch, {}, {state: 'unknown', problems: [problem]}))).toEqual([
		'Users of helloworld-go are not known: you may not read pods.',
	]);
	expect(tell(usersSnapshot(stretch, {}, {state: 'waiting'}))).toEqual([]);
	expect(tell(counted(81), {isPaused: true})).toEqual([
		'Users of helloworld-go are not read any more, because nothing was chosen for ten minutes; use (2) reads them again.',
	]);
});

it('reads them out with the counts, whether it is news or not', () => {
	const {store, tell} = heard();
	tell(counted(81));
	expect(countLines(store.getState())).toEqual([
		expect.stringMatching(/^Users of helloworld-go: 41 requests a second/),
		'No requests were sent yet; start sends them.',
	]);
});

it('says of answers of nobody in particular how many there are, and no share that was set', () => {
	const {store} = heard();
	const unattributed = {...rowOf(one, 4, 100), key: 'body Hello', revision: undefined};
	const snapshot = snapshotOf({rows: [rowOf(two, 6, 10), unattributed], answered: 10});
	store.setState({live: {uid: service.uid, snapshot, page: 0, background: 0}});
	const lines = countLines(store.getState());
	expect(lines).toContainEqual(expect.stringMatching(/^helloworld-go-00002: 6 answers, set 10 %/));
	expect(lines).toContainEqual(expect.stringMatching(/^unattributed: 4 answers, got 100\.0 %/));
});
