import {describe, expect, it} from 'vitest';
import type {ConsoleState} from '../../../source/console/state/state.js';
import {createLoop, type LoopSnapshot} from '../../../source/probe/loop/loop.js';
import {unreadLog} from '../../../source/console/logs/logs.js';
import {moveSelection} from '../../../source/console/state/select.js';
import {LivePane} from '../../../source/screen/live/live-pane.js';
import {serviceView} from '../../knative/objects.js';
import {answering} from '../../probe/answers.js';
import {createFakeClock} from '../../probe/fake-clock.js';
import {targetAt} from '../../probe/servers.js';
import {openOnConsole} from '../parts/on-console.js';
import {canaryTraffic, knowing, one, two} from '../parts/state.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});
const found = {kind: 'found', host: '203.0.113.10', port: 80, tls: false, via: 'load balancer'} as const;

const rowOf = (revision: string, n: number, percent: number): LoopSnapshot['rows'][number] => ({
	key: `revision ${revision}`,
	fingerprint: 'Hello World!',
	otherFingerprints: 0,
	code: undefined,
	text: `Hello from ${revision}`,
	why: undefined,
	lately: n,
	revision,
	learned: 'tag',
	attribution: 'revision',
	candidates: [revision],
	configuredPercent: percent,
	n,
	errors: 0,
	observedShare: percent / 100,
	interval: {low: 0, high: 1},
	recent: [10],
	sample: 'Hello',
	p50: 12,
	p95: 31,
	p99: undefined,
});

async function open(
	part: Partial<LoopSnapshot> | undefined,
	state: Partial<ConsoleState> = {},
	{columns, rows} = {columns: 110, rows: 18},
) {
	const loop = createLoop({target: targetAt(80), clock: createFakeClock()});
	const snapshot: LoopSnapshot = {
		...loop.snapshot(),
		weights: [
			{revision: one, percent: 90},
			{revision: two, percent: 10},
		],
		...part,
	};
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
		const answer = {
			...answering('Hello World!'),
			grade: 'success',
			settling: false,
			at: Date.now(),
			order: 1,
		} as const;
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
		const answer = {
			...answering('Hello World!'),
			grade: 'success',
			settling: true,
			at: Date.now(),
			order: 1,
		} as const;
		const {screen} = await open({state: 'running', settling: true, last: [answer]});
		expect(screen()).toContain('switching');
		expect(screen()).toContain('(not counted)');
	});

	it('shows nothing that was counted of another service', async () => {
		const loop = createLoop({target: targetAt(80), clock: createFakeClock()});
		const snapshot = {...loop.snapshot(), rows: [rowOf('other-00001', 4, 100)], answered: 4};
		const {screen} = await open(undefined, {live: {uid: 'other', snapshot, page: 0, background: 0}});
		expect(screen()).not.toContain('other-00001');
		expect(screen()).not.toContain('4 answers');
	});

	it('tells an earlier split as such', async () => {
		const past = {
			...createLoop({target: targetAt(80), clock: createFakeClock()}).snapshot(),
			weights: [{revision: one, percent: 100}],
			answered: 7,
			since: Date.now() - 60_000,
			until: Date.now() - 30_000,
			rows: [rowOf(one, 7, 100)],
		};
		const loop = createLoop({target: targetAt(80), clock: createFakeClock()});
		const snapshot = {...loop.snapshot(), history: [past], answered: 55};
		const {screen} = await open({}, {live: {uid: service.uid, snapshot, page: 1, background: 0}});
		expect(screen()).toContain('the split before');
		expect(screen()).toContain('7 answers');
		expect(screen()).not.toContain('55 answers');
	});
});

it('goes back through the answers that are kept, says so, and follows again at the newest', async () => {
	const last = Array.from({length: 40}, (_, index) => ({
		...answering(`answer ${index + 1}.`),
		grade: 'success' as const,
		settling: false,
		at: Date.now(),
		order: index + 1,
	}));
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
