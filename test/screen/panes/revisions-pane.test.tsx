import {describe, expect, it, vi} from 'vitest';
import type {ConsoleState, LoopSnapshot} from '../../../source/console/state/state.js';
import {moveSelection} from '../../../source/console/state/select.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {notOffered} from '../../../source/screen/frame/offered.js';
import {RevisionsPane} from '../../../source/screen/panes/revisions-pane.js';
import {condition, revisionName, serviceView} from '../../knative/objects.js';
import {notedAt, noting} from '../../knative/release/noted.js';
import {rowOf, snapshotOf} from '../live/snapshot.js';
import {openOnConsole} from '../parts/on-console.js';
import {usersRow, usersSnapshot, usersWindow} from '../../users/snapshots.js';
import {connected, knowing, one, revisionOf, two} from '../parts/state.js';

const open = async (state: Partial<ConsoleState>) =>
	openOnConsole(() => <RevisionsPane width={150} height={12} />, {columns: 150, rows: 12, state});

describe('the revisions of the selected service', () => {
	it('are there in the order of the split, with share, tag, state and pods', async () => {
		const {screen} = await open(knowing());
		expect(screen()).toContain('Revisions of helloworld-go');
		const lines = screen().split('\n');
		const place = (text: string) => lines.findIndex(line => line.includes(text));
		expect(place('…00001')).toBeLessThan(place('…00002'));
		expect(lines[place('…00002')]).toMatch(/›.* …00002 +10 % +canary .*Ready +1\/2/);
		expect(lines[place('…00001')]).toMatch(/…00001 +90 % +stable/);
	});

	it('have what users get of them for as long as that is read', async () => {
		const state = knowing();
		const rows = [usersRow(one, 75, {share: 0.75}), usersRow(two, 25, {share: 0.25})];
		const snapshot = usersSnapshot(usersWindow(rows));
		const users = {uid: state.services?.[0]?.uid ?? '', snapshot, isPaused: false};
		const draw = async (isPaused: boolean) =>
			openOnConsole(() => <RevisionsPane width={150} height={12} />, {
				columns: 150,
				rows: 12,
				isStill: true,
				state: {...state, users: {...users, isPaused}},
			});
		expect((await draw(false)).screen()).toMatch(/…00002 +10 % +25 % +canary/);
		expect((await draw(true)).screen()).toMatch(/…00002 +10 % +canary/);
	});

	it('are told as rolled back where the service says so, also by who has just come', async () => {
		const traffic = [
			{revisionName: one, percent: 100, tag: 'stable'},
			{revisionName: two, percent: 0, tag: 'canary'},
		];
		const drawn = async (verb: 'split' | 'roll back' | 'undo') => {
			const split = splitOf(serviceView({traffic, ready: 2}));
			const taken = verb === 'undo' ? [{revision: two, at: notedAt, by: 'ann', had: 10}] : [];
			const edit = noting({generation: 5, split, verb, taken});
			const service = serviceView({traffic, ready: 2, edit});
			const {screen, store} = await open(knowing(service));
			return {screen: screen(), offered: !notOffered(store.getState()).includes('complete')};
		};
		const fresh = await drawn('split');
		expect(fresh.screen).toMatch(/…00002 +0 % +canary/);
		expect(fresh.offered).toBe(true);
		const back = await drawn('roll back');
		expect(back.screen).toMatch(/…00002 +0 % +rolled back +●/);
		expect(back.offered).toBe(false);
		expect((await drawn('undo')).screen).toMatch(/…00002 +0 % +undone +●/);
	});

	it('are in the order of the shares while the latest one takes over by and by', async () => {
		const rolling = serviceView({
			traffic: [{latestRevision: true, percent: 100}],
			ready: 2,
			edit(object) {
				object.status.traffic = [
					{revisionName: one, latestRevision: true, percent: 62},
					{revisionName: two, latestRevision: true, percent: 38},
				];
			},
		});
		const {screen} = await open(knowing(rolling));
		expect(screen()).toMatch(/…00001 +62 %[^]*…00002 +38 %/);
	});

	it('have the failures of all that users get where one has all of the traffic', async () => {
		const service = serviceView({traffic: [{revisionName: one, percent: 100}], ready: 1});
		const draw = async (weights: LoopSnapshot['weights']) =>
			openOnConsole(() => <RevisionsPane width={150} height={12} />, {
				columns: 150,
				rows: 12,
				isStill: true,
				state: {
					...knowing(service, [revisionOf(1)]),
					live: {
						uid: service.uid,
						page: 0,
						background: 0,
						snapshot: snapshotOf({weights, answered: 200, errors: 20}),
					},
				},
			});
		expect((await draw([{revision: one, percent: 100}])).screen()).toMatch(/…00001 .*Ready .* 10 % /);
		const half = [one, two].map(revision => ({revision, percent: 50}));
		expect((await draw(half)).screen()).not.toMatch(/ 10 % /);
	});

	it('show the values of variables only to who asks for them', async () => {
		const {screen, store, until} = await open(knowing());
		expect(screen()).not.toContain('World');
		store.setState({isUncovered: true});
		await until(/TARGET=World/);
	});

	it('say what is wrong with one that failed, and what to do', async () => {
		const failed = revisionOf(2, [
			condition('Ready', 'False', 'ContainerMissing', 'Unable to fetch image'),
			condition('ContainerHealthy', 'False', 'ContainerMissing', 'Unable to fetch image'),
		]);
		const {screen, store, until} = await open(knowing(undefined, [failed, revisionOf(1)]));
		expect(screen()).toMatch(/✗ …00002: .*fetch image/);
		expect(screen()).toContain('e events · L log · r new revision');
		// There L shows what users reach.
		store.setState(
			knowing(serviceView({traffic: [{revisionName: one, percent: 100}]}), [failed, revisionOf(1)]),
		);
		await until(/e events · L in pane 2: log · r new revision/);
		store.setState({focus: 'revisions'});
		await until(/e events · L log · r new revision/);
	});

	it.each([46, 50, 54, 66, 69, 70, 100])(
		'are called whole what they are in the release, in a pane of %i columns',
		async width => {
			const long = 'a-tag-that-is-longer-than-anybody-would-want-it-to-be';
			const service = serviceView({
				traffic: [
					{revisionName: revisionName(3), percent: 10, tag: 'canary'},
					{revisionName: revisionName(3), percent: 0, tag: long},
					{revisionName: two, percent: 90, tag: 'stable'},
					{revisionName: one, percent: 0, tag: 'previous'},
				],
				ready: 3,
			});
			const revisions = [revisionOf(3), revisionOf(2), revisionOf(1)];
			const {screen} = await openOnConsole(() => <RevisionsPane width={width} height={9} />, {
				columns: width,
				rows: 9,
				state: knowing(service, revisions),
			});
			const shown = ['…00003', '…00002', '…00001'].map(name =>
				screen()
					.split('\n')
					.find(line => line.includes(name)),
			);
			expect(shown[0]).toMatch(/ 10 % +canary/);
			expect(shown[1]).toMatch(/ 90 % +stable /);
			expect(shown[2]).toMatch(/ 0 % +previous /);
			// The tags take nothing from what the revision is like.
			expect(shown[0]).toMatch(/Ready|✗|●/);
		},
	);

	it('keep the place of the selected one when it is deleted', async () => {
		const {screen, store} = await open(knowing());
		store.setState(knowing(undefined, [revisionOf(1)]));
		await vi.waitFor(() => expect(screen()).toMatch(/›.*…00002 .*✗ deleted/));
		expect(screen()).toMatch(/^│ [^›]*…00001/m);
	});

	it('that are not known are told from none, and from those that may not be listed', async () => {
		const none = await open(knowing(undefined, []));
		expect(none.screen()).toContain('No revision yet');
		const unknown = await open({
			...knowing(),
			revisions: new Map(),
			feeds: {services: {kind: 'live'}, revisions: {kind: 'connecting'}},
		});
		expect(unknown.screen()).toContain('not known yet');
		const forbidden = await open({
			...knowing(),
			revisions: new Map(),
			feeds: {services: {kind: 'live'}, revisions: {kind: 'forbidden', status: 403, why: 'no'}},
		});
		expect(forbidden.screen()).toContain('may not list revisions');
	});

	it('are none without a service', async () => {
		const {screen} = await open(connected);
		expect(screen()).toContain('2 Revisions');
		expect(screen()).not.toContain('…0000');
	});
});

it('the canary is in sight in five rows of five revisions, wherever the selection is', async () => {
	const split = [1, 2, 3, 4, 5];
	const service = serviceView({
		traffic: split.map(number => ({
			revisionName: revisionName(number),
			percent: number === 5 ? 60 : 10,
			...(number === 5 && {tag: 'canary'}),
		})),
		ready: 5,
	});
	const {screen, store, until} = await openOnConsole(() => <RevisionsPane width={50} height={7} />, {
		columns: 50,
		rows: 7,
		state: knowing(
			service,
			split.toReversed().map(number => revisionOf(number)),
		),
	});
	expect(screen()).toMatch(/…00005 .*canary/);
	store.setState({focus: 'revisions'});
	moveSelection(store, {to: 'top'});
	await until(/▸.*…00001/);
	expect(screen()).toMatch(/…00001 [^]*…00002 [^]*…00005 .*canary/);
});

it('at 80 columns a rejected revision costs no column', async () => {
	const rejected = {...revisionOf(3), rejected: JSON.stringify({by: 'ann', at: '2026-11-26T12:00:00Z'})};
	const {screen} = await openOnConsole(() => <RevisionsPane width={50} height={8} />, {
		columns: 50,
		rows: 8,
		state: knowing(undefined, [rejected, revisionOf(2), revisionOf(1)]),
	});
	expect(screen()).toContain('✗ Rejected');
	expect(screen()).toMatch(/REV +SHARE +ROLE +STATE +PODS +ERR/);
});

it('says of one that scales down how many pods there are and how many stay', async () => {
	const down = {...revisionOf(2), actualReplicas: 1, desiredReplicas: 0};
	const {screen} = await open(knowing(undefined, [down, revisionOf(1)]));
	expect(screen()).toMatch(/…00002 .* 1→0 /);
});

it('says of a revision that nobody has counted that what fails may be its', async () => {
	const failing = {...rowOf(one, 5, 0), revision: undefined, errors: 5, candidates: [two]};
	const state = knowing();
	const uid = state.services?.[0]?.uid ?? '';
	const draw = async (users: Partial<ConsoleState>) =>
		openOnConsole(() => <RevisionsPane width={80} height={8} />, {
			columns: 80,
			rows: 8,
			isStill: true,
			state: {
				...state,
				live: {uid, snapshot: snapshotOf({rows: [failing]}), page: 0, background: 0},
				...users,
			},
		});
	expect((await draw({})).screen()).toMatch(/…00002 .* \d\/\d +\? /);
	expect((await draw({})).screen()).not.toMatch(/…00001 .* \?/);
	const snapshot = usersSnapshot(usersWindow([usersRow(two, 75, {share: 0.25, requests: 40})]));
	expect((await draw({users: {uid, snapshot, isPaused: false}})).screen()).toMatch(/…00002 .* 0 % /);
});
