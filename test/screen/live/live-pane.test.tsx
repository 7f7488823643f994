import {describe, expect, it} from 'vitest';
import type {ConsoleState} from '../../../source/console/state/state.js';
import type {LoopSnapshot} from '../../../source/probe/loop/loop.js';
import {unreadLog} from '../../../source/console/logs/logs.js';
import {moveSelection} from '../../../source/console/state/select.js';
import {LivePane} from '../../../source/screen/live/live-pane.js';
import {serviceView} from '../../knative/objects.js';
import {openOnConsole} from '../parts/on-console.js';
import {canaryTraffic, knowing, one, two} from '../parts/state.js';
import {usersRow, usersSnapshot, usersWindow} from '../../users/snapshots.js';
import {answerOf, rowOf, snapshotOf} from './snapshot.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});
const found = {kind: 'found', host: '203.0.113.10', port: 80, tls: false, via: 'load balancer'} as const;

async function open(
	part: Partial<LoopSnapshot> | undefined,
	state: Partial<ConsoleState> = {},
	{columns, rows} = {columns: 110, rows: 18},
) {
	const snapshot = snapshotOf(part);
	return openOnConsole(() => <LivePane width={columns} height={rows} />, {
		columns,
		rows,
		isStill: true,
		state: {
			...knowing(service),
			gateway: found,
			...(part && {live: {uid: service.uid, snapshot, page: 0, background: 0}}),
			...state,
		},
	});
}

describe('the live pane', () => {
	it('says whole what is bad for users while nothing is asked, on a low screen too', async () => {
		const split = {
			state: 'disagrees',
			requests: [1335, 375],
			logE: 9,
			minimum: 10,
			dispersion: {factor: 1, isFound: false, looks: 20, mostOver: () => 1},
			oneClient: 0.375,
			isOneTagged: false,
		} as const;
		const rows = [usersRow(one, 40, {requests: 1335}), usersRow(two, 10, {requests: 375})];
		const users = {
			uid: service.uid,
			snapshot: usersSnapshot(usersWindow(rows), {split}),
			isPaused: false,
			alarm: 'wrong',
		} as const;
		const {text} = await open(undefined, {users}, {columns: 80, rows: 9});
		expect(text().replaceAll(/[│\s]+/g, ' ')).toMatch(
			/users 50\/s .*split: DISAGREES with the configured one \(1335 375\), unless one client sends 38 % of them.* space: send 1 request\/s .*curl /,
		);
	});

	it('before anything is asked says what would be, and the command that asks the same', async () => {
		const {text} = await open(undefined);
		expect(text()).toContain('space');
		expect(text()).toMatch(/curl .*203\.0\.113\.10/);
	});

	it('says why nothing can be asked', async () => {
		const {text} = await open(undefined, {gateway: {kind: 'not found', sentence: 'No ingress is here.'}});
		expect(text()).toContain('No ingress is here.');
		expect(text()).not.toContain('curl');
	});

	it('has a row for each revision, and the answers as they come', async () => {
		const answer = answerOf('Hello World!');
		const {screen} = await open({
			state: 'running',
			rate: 2,
			answered: 100,
			rows: [rowOf(one, 90, 90), rowOf(two, 10, 10)],
			last: [answer],
		});
		expect(screen()).toMatch(/…00001 .*90/);
		expect(screen()).toMatch(/…00002 .*10/);
		expect(screen()).toContain('2 req/s');
		expect(screen()).toContain('100 answers');
		expect(screen()).toMatch(/\d\d:\d\d:\d\d\.\d+ +[█▓] 200 .*Hello World!/);
	});

	it('has its verdict in the first line', async () => {
		const pane = await open({rows: [rowOf(one, 40, 90), rowOf(two, 4, 10)]});
		expect(pane.screen().split('\n')[1]).toMatch(/[✓○▲✗] .*(split|answers|canary)/i);
	});

	it('has failures, events and the log of a revision beside them in a wide window, and only there', async () => {
		const beside = {
			uid: service.uid,
			events: {kind: 'followed', events: [], isCut: false, problem: undefined},
			log: {...unreadLog('default', two), phase: {kind: 'following'}, lines: ['ready to serve']},
		} as const;
		const rows = [rowOf(one, 40, 90), rowOf(two, 4, 10)];
		const wide = await open({rows}, {beside}, {columns: 200, rows: 31});
		for (const words of ['FAILURES of this split: none', 'EVENTS of', 'LOG of', 'ready to serve']) {
			expect(wide.screen()).toContain(words);
		}
		expect(wide.screen()).toContain('Hello World!');
		const narrow = await open({rows}, {beside});
		expect(narrow.screen()).not.toContain('ready to serve');
		// What another service says is not shown for this one's.
		const other = await open({rows}, {beside: {...beside, uid: 'other'}}, {columns: 200, rows: 31});
		expect(other.screen()).not.toContain('ready to serve');
	});

	it('says that answers are not counted while the split is switched', async () => {
		const answer = answerOf('Hello World!', {settling: true});
		const {screen} = await open({state: 'running', settling: true, last: [answer]});
		expect(screen()).toContain('switching');
		expect(screen()).toContain('(not counted)');
	});

	it('shows nothing that was counted of another service', async () => {
		const snapshot = snapshotOf({rows: [rowOf('other-00001', 4, 100)], answered: 4});
		const {screen} = await open(undefined, {live: {uid: 'other', snapshot, page: 0, background: 0}});
		expect(screen()).not.toContain('other-00001');
		expect(screen()).not.toContain('4 answers');
	});

	it('tells an earlier split as such', async () => {
		const past = {
			...snapshotOf(),
			weights: [{revision: one, percent: 100}],
			answered: 7,
			since: Date.now() - 60_000,
			until: Date.now() - 30_000,
			rows: [rowOf(one, 7, 100)],
		};
		const snapshot = snapshotOf({history: [past], answered: 55});
		const {screen} = await open({}, {live: {uid: service.uid, snapshot, page: 1, background: 0}});
		expect(screen()).toContain('the split before');
		expect(screen()).toContain('7 answers');
		expect(screen()).not.toContain('55 answers');
	});
});

it('goes back through the answers that are kept, says so, and follows again at the newest', async () => {
	const last = Array.from({length: 40}, (_, index) => answerOf(`answer ${index + 1}.`, {order: index + 1}));
	const {screen, store, until} = await open({state: 'running', answered: 40, last}, {focus: 'live'});
	expect(screen()).toContain('answer 40.');
	moveSelection(store, {by: -5});
	await until(/earlier answers, G follows/);
	await until(/answer 35\./);
	expect(screen()).not.toContain('answer 36.');
	moveSelection(store, {to: 'bottom'});
	await until(/answer 40\./);
	expect(store.getState().answersUpTo).toBeUndefined();
});
