import {describe, expect, it} from 'vitest';
import {verdictOf} from '../../../../source/console/live/verdicts.js';
import {splitOf} from '../../../../source/knative/split/split.js';
import {
	asideOf,
	gotOf,
	isGotByUsers,
	saidLines,
} from '../../../../source/screen/panes/traffic/traffic-lines.js';
import {createTheme} from '../../../../source/terminal/output/theme.js';
import type {ServiceVerdict} from '../../../../source/console/state/state.js';
import type {UsersSnapshot} from '../../../../source/users/users.js';
import {usersRow, usersSnapshot, usersWindow} from '../../../users/snapshots.js';
import {snapshotOf} from '../../live/snapshot.js';
import {condition, serviceView} from '../../../knative/objects.js';
import {canaryTraffic, one, refusedByRoute, two} from '../../parts/state.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});
const theme = createTheme({env: {}});
const refused = refusedByRoute();

const verdictWith = (part: Partial<ServiceVerdict>): ServiceVerdict => ({
	...verdictOf(service.uid, snapshotOf()),
	isRunning: true,
	...part,
});

describe('beside the title', () => {
	const calm = {isDraft: false, isTyping: false, isChanged: false, verdict: undefined};

	it('stands what others did before what is typed, and that before the draft', () => {
		expect(asideOf(service, undefined, {...calm, isChanged: true, isTyping: true})).toContain(
			'changed the split meanwhile',
		);
		expect(asideOf(service, undefined, {...calm, isTyping: true, isDraft: true})).toContain('type 0 to 100');
		expect(asideOf(service, undefined, {...calm, isDraft: true})).toContain('sums to 100');
	});

	it('stands how far a split has got that was sent', () => {
		const move = {
			generation: service.generation + 1,
			askedAt: 0,
			own: true,
			movedAt: undefined,
			refusalTold: false,
		};
		expect(asideOf(service, move, calm)).toBe('sent · waiting for the watch');
		expect(asideOf(refused, undefined, calm)).toMatch(/^Route not ready; /);
		const behind = serviceView({
			traffic: canaryTraffic,
			edit(object) {
				object.metadata.generation = 5;
				object.status.observedGeneration = 4;
			},
		});
		expect(asideOf(behind, undefined, calm)).toBe('waiting for the controller');
	});

	it('says of a gradual rollout over how long it goes, and how far it is', () => {
		const rolling = serviceView({
			traffic: [{latestRevision: true, percent: 100}],
			ready: 2,
			edit(object) {
				object.metadata.annotations = {'serving.knative.dev/rollout-duration': '600s'};
				object.status.traffic = [
					{revisionName: one, latestRevision: true, percent: 62},
					{revisionName: two, latestRevision: true, percent: 38},
				];
				object.status.conditions = [
					condition('ConfigurationsReady', 'True'),
					condition('Ready', 'Unknown', 'RolloutInProgress', 'in progress'),
					condition('RoutesReady', 'Unknown', 'RolloutInProgress', 'in progress'),
				];
			},
		});
		expect(asideOf(rolling, undefined, calm)).toBe('rolling out over 600s · now 62│38');
	});
});

describe('what contradicts a split', () => {
	it('is said in the words of the server, cut where it can be seen, and leaves one row', () => {
		const whole = saidLines(refused, undefined, {width: 60, height: 12}, theme).map(({text}) => text);
		expect(whole.join(' ')).toContain('Revision "x" not found');
		// What to do is whole, however little room there is for why.
		const [said, remedy, ...more] = saidLines(refused, undefined, {width: 76, height: 3}, theme);
		expect(more).toEqual([]);
		expect(said?.text).toMatch(/^✗ \w+: /);
		expect(remedy?.text).toBe('Remove that revision from the split (x), or u undoes it, R rolls back.');
		expect(saidLines(refused, undefined, {width: 60, height: 1}, theme)).toEqual([]);
	});

	it('takes one row of three, so that the split keeps two', () => {
		const verdict = verdictWith({
			splitAlarm: {since: 0, last: 10_000, isOver: false},
			at: 10_000,
			shares: [
				{revision: one, set: 90, got: 49},
				{revision: two, set: 10, got: 51},
			],
		});
		const said = saidLines(service, verdict, {width: 74, height: 3}, theme);
		expect(said.map(({text}) => text)).toEqual(['✗ set 90│10, users get 49│51 for 10 s · S sends it again']);
		expect(saidLines(service, verdict, {width: 74, height: 4}, theme)[1]?.text).toContain('gateway pods');
	});

	it('is nothing where the route is ready', () => {
		expect(saidLines(service, undefined, {width: 60, height: 12}, theme)).toEqual([]);
		expect(isGotByUsers(service, undefined)).toBe(true);
	});
});

const usersGetting = (first: number | undefined, second: number | undefined) =>
	usersWindow([usersRow(one, 40, {share: first}), usersRow(two, 10, {share: second})]);
const asUsers = (snapshot: UsersSnapshot) => ({uid: service.uid, snapshot, isPaused: false});

describe('what is got', () => {
	const split = splitOf(service);
	const shares = [
		{revision: one, set: 90, got: 74.6},
		{revision: two, set: 10, got: 25.4},
	];

	it('is what the loop was answered, in the order of the rows, in whole percents', () => {
		expect(gotOf(split, verdictWith({shares}), undefined)).toEqual({
			label: 'got',
			revisions: [one, two],
			percents: [75, 25],
			values: ['75', '25'],
		});
		expect(gotOf(split, verdictWith({shares: []}), undefined)).toBeUndefined();
	});

	it('has at its end what is of no certain revision, and no number of what may be among that', () => {
		const [first, second] = shares;
		const failing = [first, {...second!, got: 20}].flatMap(share => share ?? []);
		expect(gotOf(split, verdictWith({shares: failing}), undefined)).toEqual({
			label: 'got',
			revisions: [one, two, undefined],
			percents: [75, 20, 5],
			values: ['75', '20', '?'],
		});
		const open = [first, {...second!, got: 0, isOpen: true as const}].flatMap(share => share ?? []);
		expect(gotOf(split, verdictWith({shares: open}), undefined)?.values).toEqual(['75', '?', '?']);
	});

	it('is the same whatever the draft is: what it took out is told after its rows', () => {
		const drafted = split.filter(({revision}) => revision === one);
		const half = shares.map(share => ({...share, got: 50}));
		expect(gotOf(drafted, verdictWith({shares: half}), undefined)).toMatchObject({
			revisions: [one, two],
			percents: [50, 50],
		});
	});

	it('is told once of a revision that has two rows', () => {
		const [, canary] = split;
		const twice = canary ? [canary, {...canary, key: 'latest', latest: true}] : [];
		const all = [{revision: two, set: 100, got: 100}];
		expect(gotOf(twice, verdictWith({shares: all}), undefined)).toMatchObject({
			revisions: [two],
			percents: [100],
		});
	});

	it('is what users get where no loop runs', () => {
		const users = asUsers(usersSnapshot(usersGetting(0.8, 0.2)));
		expect(gotOf(split, undefined, users)).toMatchObject({label: 'users', values: ['80', '20']});
	});

	it('is of the same time as in pane 4, and nothing until something of it is counted', () => {
		const recent = usersGetting(0.5, 0.5);
		const users = asUsers(usersSnapshot(recent, {sinceSplit: {...usersGetting(1, 0), seconds: 4}}));
		expect(gotOf(split, undefined, users)?.values).toEqual(['50', '50']);
		expect(gotOf(split, undefined, asUsers(usersSnapshot({...usersWindow([]), seconds: 0})))).toBeUndefined();
	});

	it('is nothing where it cannot be told how much one of them gets, or nobody can be asked now', () => {
		expect(gotOf(split, undefined, asUsers(usersSnapshot(usersGetting(1, undefined))))).toBeUndefined();
		const away = usersSnapshot(usersGetting(0.8, 0.2), {}, {state: 'unknown'});
		expect(gotOf(split, undefined, asUsers(away))).toBeUndefined();
	});

	it('is nothing of a loop that has stopped', () => {
		expect(gotOf(split, verdictWith({shares, isRunning: false}), undefined)).toBeUndefined();
	});
});
