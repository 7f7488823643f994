import {describe, expect, it} from 'vitest';
import {verdictOf} from '../../../source/console/live/verdicts.js';
import {addRevision, beginValue, nudge, takeRowOut, typeDigit} from '../../../source/console/state/draft.js';
import {formatRejection} from '../../../source/knative/release/evidence/rejection.js';
import type {ConsoleState} from '../../../source/console/state/state.js';
import {moveSelection} from '../../../source/console/state/select.js';
import {TrafficPane} from '../../../source/screen/panes/traffic-pane.js';
import {serviceView} from '../../knative/objects.js';
import {snapshotOf} from '../live/snapshot.js';
import {openOnConsole} from '../parts/on-console.js';
import {usersRow, usersSnapshot, usersWindow} from '../../users/snapshots.js';
import {canaryTraffic, connected, knowing, one, refusedByRoute, revisionOf, two} from '../parts/state.js';

const open = async (state: Partial<ConsoleState> = knowing(), {isStill = false} = {}) =>
	openOnConsole(() => <TrafficPane width={100} height={8} />, {
		isStill,
		columns: 100,
		rows: 8,
		state: {...state, focus: 'traffic'},
	});

/** What the frame says beside the title. */
const asideOf = (screen: string) => /3 Traffic ─* *(.*?) *─*╮/.exec(screen)?.[1];

describe('the slider', () => {
	it('has a row for each target, with its tag and its share', async () => {
		const {screen} = await open();
		expect(screen()).toMatch(/▸.* …00001 +stable .* 90 %/);
		expect(screen()).toMatch(/…00002 +canary .* 10 %/);
	});

	it('says what a revision is in the release as pane 2 does, whatever its tags are', async () => {
		const service = serviceView({
			traffic: [
				{revisionName: one, percent: 90},
				{revisionName: two, percent: 10, tag: 'blue'},
			],
			ready: 2,
		});
		const {screen} = await open(knowing(service));
		expect(screen()).toMatch(/…00001 +stable .* 90 %/);
		expect(screen()).toMatch(/…00002 +canary, blue .* 10 %/);
	});

	it('says that what users get is not read any more, and goes on when it is', async () => {
		const service = serviceView({traffic: canaryTraffic, ready: 2});
		const rows = [usersRow(one, 75, {share: 0.75}), usersRow(two, 25, {share: 0.25})];
		const users = {uid: service.uid, snapshot: usersSnapshot(usersWindow(rows)), isPaused: false};
		const {screen, store, until} = await open({...knowing(service), users}, {isStill: true});
		expect(screen()).toMatch(/ users +█.* 75│25/);
		store.setState({users: {...users, isPaused: true}});
		await until(/ users paused +█.* 75│25/);
		store.setState({users});
		await until(/ users +█.* 75│25/);
	});

	it('shows the split that users get where that is another one, and leaves the sentence to the live pane', async () => {
		const service = serviceView({traffic: canaryTraffic, ready: 2});
		const shares = [
			{revision: one, set: 90, got: 49},
			{revision: two, set: 10, got: 51},
		];
		const verdict = {
			...verdictOf(service.uid, snapshotOf()),
			isRunning: true,
			splitAlarm: {since: 0, last: 10_000, isOver: false},
			shares,
		};
		const verdicts = new Map([[service.uid, verdict]]);
		const {screen} = await openOnConsole(() => <TrafficPane width={80} height={5} />, {
			columns: 80,
			rows: 5,
			isStill: true,
			state: {...knowing(service), verdicts, focus: 'services'},
		});
		expect(screen()).toMatch(/ got +█.* 49│51/);
		expect(screen()).not.toContain('S sends it again');
		expect(asideOf(screen())).toContain('users get another split');
	});

	it('marks a draft: from what to what, and that it is not sent', async () => {
		const {screen, store, until} = await open();
		nudge(store, -10);
		await until(/90 → 80 %/);
		expect(screen()).toMatch(/10 → 20 %/);
		expect(screen()).toContain('draft');
	});

	it('says of a revision that was given up that it was, and draws it as none that is tried', async () => {
		const service = serviceView({traffic: [{revisionName: one, percent: 100}], ready: 2});
		const gone = {...revisionOf(2), rejected: formatRejection({by: 'ann', at: 0, why: '5xx'})};
		const {screen, store, until} = await open(knowing(service, [gone, revisionOf(1)]));
		addRevision(store);
		await until(/– → 0 %/);
		expect(screen()).toMatch(/▒ …00002 +rejected .* – → 0 %/);
	});

	it.each([8, 3])('keeps what a draft removes before the eyes in %i rows', async rows => {
		const {screen, store, until} = await openOnConsole(() => <TrafficPane width={80} height={rows} />, {
			columns: 80,
			rows,
			state: {...knowing(), focus: 'traffic'},
		});
		moveSelection(store, {by: 1});
		takeRowOut(store);
		await until(/draft/);
		expect(screen()).toMatch(rows === 8 ? /…00002 .* 10 → removed/ : /draft · removes …00002 \(10 %\)/);
	});

	it('shows an exact share as it is typed', async () => {
		const pane = await open();
		beginValue(pane.store);
		typeDigit(pane.store, '4');
		await pane.until(/ 4.? %/);
		await pane.until(/0 to 100/);
	});

	it('says what others made of the split while one drafts', async () => {
		const {screen, store, until} = await open();
		nudge(store, -10);
		const theirs = serviceView({
			traffic: [
				{revisionName: one, percent: 30, tag: 'stable'},
				{revisionName: two, percent: 70, tag: 'canary'},
			],
			ready: 2,
			edit(object) {
				object.metadata.generation = 2;
			},
		});
		store.setState({services: [theirs]});
		await until(/was 90, theirs 30/);
		expect(asideOf(screen())).toContain('changed the split');
		expect(screen()).toMatch(/ 80 %/);
	});

	it('says in the server’s words what the route refuses', async () => {
		const {text} = await open(knowing(refusedByRoute()));
		expect(text()).toContain('RevisionMissing');
		expect(text()).toContain('Route not ready');
	});

	it('does not say that a split is in place before the watch has told of it', async () => {
		const service = serviceView({traffic: canaryTraffic, ready: 2});
		const move = {
			generation: service.generation + 1,
			askedAt: Date.now(),
			own: true,
			movedAt: undefined,
			refusalTold: false,
		};
		const settled = await open(knowing(service));
		const moving = await open({...knowing(service), moves: new Map([[service.uid, move]])});
		expect(asideOf(moving.screen())).toContain('waiting for the watch');
		expect(asideOf(settled.screen())).not.toContain('waiting');
	});

	it('is empty without a service', async () => {
		const {screen} = await open(connected);
		expect(screen()).toContain('3 Traffic');
		expect(screen()).not.toContain('%');
	});
});
