import {describe, expect, it} from 'vitest';
import type {EventView} from '../../../source/knative/objects/event.js';
import {unreadLog} from '../../../source/console/logs/logs.js';
import type {BesideView, FailureEntry} from '../../../source/console/state/state.js';
import {besideLines, besideWidth} from '../../../source/screen/live/beside-lines.js';
import {createTheme} from '../../../source/terminal/output/theme.js';

const theme = createTheme({env: {LANG: 'C.UTF-8'}});
const now = Date.UTC(2026, 0, 1, 12);
const room = {width: 60, height: 18};

const failure = (text: string): FailureEntry => ({
	key: text,
	code: '500',
	count: 17,
	first: now - 60_000,
	last: now - 1000,
	text,
	at: 'service',
	revisions: ['cart-00002'],
	grade: 'failure',
	latency: 303,
});

const event = (part: Partial<EventView>): EventView => ({
	name: 'e',
	isWarning: false,
	reason: 'Started',
	message: 'Started container user-container',
	kind: 'Pod',
	about: 'cart-00002-deployment-abc',
	count: 1,
	last: now - 120_000,
	version: 1,
	...part,
});

const view = (part: Partial<BesideView> = {}): BesideView => ({
	uid: 'uid-cart',
	events: {kind: 'followed', isCut: false, problem: undefined, events: [event({})]},
	log: {
		...unreadLog('default', 'cart-00002'),
		phase: {kind: 'following'},
		lines: ['listening', 'hello', 'hello'],
	},
	...part,
});

const lines = (
	part: {failures?: readonly FailureEntry[]; beside?: BesideView | undefined; logged?: string} = {},
	size: typeof room = room,
) =>
	besideLines(
		{
			failures: undefined,
			beside: view(),
			service: 'cart',
			marks: undefined,
			logged: 'cart-00002',
			now,
			...part,
		},
		size,
		theme,
	).map(({text}) => text);

describe('beside the answers', () => {
	it('stand failures, events and the log, each line whole or cut where it can be seen', () => {
		const said = lines({failures: [failure('Internal Server Error')]});
		expect(said).toHaveLength(room.height);
		expect(said.every(line => line.length <= room.width)).toBe(true);
		const text = said.join('\n');
		expect(text).toContain('FAILURES of this split, newest first');
		expect(text).toContain('500 ×17');
		expect(text).toContain('  2m · …00002 Started Started container user-container');
		expect(text).toContain('LOG of …00002');
	});

	it('says where L shows the same log', () => {
		expect(lines().join('\n')).toMatch(/LOG of …00002.* \(L: all\)/);
		expect(lines({logged: 'cart-00001'}).join('\n')).toMatch(/LOG of …00002.* \(L in pane 2: all\)/);
	});

	it('says a line that is said over and over once, with its count', () => {
		expect(lines()).toContain('hello  ×2');
		expect(lines()).toContain('listening');
	});

	it('says that nothing failed, and nothing at all of failures where nothing is asked', () => {
		expect(lines({failures: []}).join('\n')).toContain('FAILURES of this split: none');
		expect(lines().join('\n')).not.toContain('FAILURES');
	});

	it('counts the kinds of failure that have no room, and leaves the log its own', () => {
		const many = Array.from({length: 30}, (_, index) => failure(`kind ${index}`));
		const said = lines({failures: many});
		expect(said.join('\n')).toMatch(/2\d other kinds \(pane 4, Enter\)/);
		expect(said.join('\n')).toContain('LOG of …00002');
	});

	it('says why events or a log cannot be read, and when a revision has no pods', () => {
		const refused = 'The events of the namespace default may not be read by you: no rule allows it.';
		expect(lines({beside: view({events: {kind: 'not read', sentence: refused}})}).join(' ')).toContain(
			'may not be read by you',
		);
		const noPods = {...unreadLog('default', 'cart-00002'), phase: {kind: 'no pods'} as const};
		expect(lines({beside: view({log: noPods})})).toContain('cart-00002 has no pods now.');
	});

	it('has room in a wide and tall pane only, and always as many lines as that', () => {
		expect(besideWidth({width: 116, height: 30})).toBe(0);
		expect(besideWidth({width: 196, height: 12})).toBe(0);
		expect(besideWidth({width: 196, height: 29})).toBe(66);
		for (let height = 1; height < 40; height++) {
			expect(lines({failures: [failure('a'), failure('b')]}, {width: 50, height})).toHaveLength(height);
		}
	});
});
