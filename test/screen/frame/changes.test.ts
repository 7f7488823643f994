/** Who changed a split last, in one line. */
import {expect, test} from 'vitest';
import {
	announced,
	announcedFor,
	announcements,
	lastChangeBriefly,
	lastChangeWords,
} from '../../../source/screen/frame/changes.js';
import type {HistoryEntry} from '../../../source/console/session/change-recorder.js';
import type {ConsoleState} from '../../../source/console/state/state.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {serviceView} from '../../knative/objects.js';

const look = {bar: '│', arrow: '→'};
const service = {...serviceView(), name: 'cart', generation: 7, lastTool: 'kubectl-patch'};

const split = (shares: Readonly<Record<string, number>>) =>
	splitOf({
		specTraffic: Object.entries(shares).map(([revision, percent]) => ({
			revision,
			percent,
			latest: false,
			tag: undefined,
		})),
		latestReady: undefined,
	});

const entry: HistoryEntry = {
	at: 1_000_000,
	server: '',
	context: '',
	namespace: 'default',
	service: 'cart',
	uid: service.uid,
	generation: 7,
	by: 'bob',
	own: false,
	reason: 'not from this console',
	before: split({a: 90, b: 10}),
	after: split({a: 50, b: 50}),
	command: '',
};

const scope: ConsoleState['scope'] = {kind: 'one'};
const state = {history: [entry], services: [service], namespace: 'default', scope};

test('a colleague is named with before, after and tool, and never taken for oneself', () => {
	expect(announcements(entry, state, look)).toEqual([
		'bob changed cart: 90│10 → 50│50 with kubectl-patch · not from this console',
		'bob changed cart: 90│10 → 50│50 with kubectl-patch',
		'bob changed cart: 90│10 → 50│50',
		'changed cart: 90│10 → 50│50',
	]);
	const later = {...service, generation: 8};
	expect(announcements(entry, {services: [later], scope}, look).join()).not.toContain('kubectl');
	expect(announcements(entry, {...state, scope: {kind: 'all'}}, look)[0]).toContain('changed default/cart: ');
	const gone = {...entry, by: '', after: split({b: 100})};
	expect(announcements(gone, {services: [], scope}, look)[0]).toBe(
		'Somebody changed cart: a 90│b 10 → b 100 · not from this console',
	);
});

test.each([
	['at once', state, 0, true],
	['for a minute', state, announcedFor - 1, true],
	['no longer', state, announcedFor, false],
	['not what was written from here', {...state, history: [{...entry, own: true}]}, 0, false],
	['not over a later change from here', {...state, history: [entry, {...entry, own: true}]}, 0, false],
	['after an earlier one from here', {...state, history: [{...entry, own: true}, entry]}, 0, true],
	['over one from here of another', {...state, history: [entry, {...entry, own: true, uid: 'x'}]}, 0, true],
	[
		'of another namespace that is shown',
		{...state, namespace: 'shop', scope: {kind: 'all'} as const},
		0,
		true,
	],
	['not of another namespace', {...state, namespace: 'shop'}, 0, false],
	['not of what is gone', {...state, services: []}, 0, false],
])('is announced %s', (_when, given, after, is) => {
	expect(announced(given, entry.at + after) !== undefined).toBe(is);
});

test('the last change of a service says who it was', () => {
	expect(lastChangeWords(state, service.uid, look)).toMatch(/^\d\d:\d\d:\d\d bob changed 90│10 → 50│50$/);
	expect(lastChangeWords(state, 'another', look)).toBeUndefined();
});

test.each([
	['split', 'set'],
	['split: CHG-1234', 'set'],
	['roll back', 'rolled back:'],
	['promote', 'promoted:'],
	['undo', 'undid the last split:'],
	['tag', 'changed'],
])('an own change for %j is told with what was done: %s', (reason, verb) => {
	const words = lastChangeWords({history: [{...entry, own: true, reason}]}, service.uid, look);
	expect(words).toMatch(new RegExp(` bob ${verb} 90│10 → 50│50$`));
});

test('an own change names what was promoted, rolled back to or abandoned', () => {
	const [both, first] = [split({'cart-00001': 50, 'cart-00003': 50}), split({'cart-00001': 100})];
	const words = (reason: string, before = both, after = first) =>
		lastChangeWords({history: [{...entry, own: true, reason, before, after}]}, service.uid, look);
	expect(words('abandon: 5xx')).toContain(' bob abandoned …00003: …00001 50│…00003 50 → …00001 100');
	expect(words('abandon', split({'cart-00001': 100, 'cart-00003': 0}))).toMatch(
		/ bob abandoned …00003: …00003 \(0 %\) removed$/,
	);
	expect(words('roll back', both, split({'cart-00001': 100, 'cart-00003': 0}))).toMatch(
		/ bob rolled back to …00001: 50│50 → 100│0$/,
	);
	expect(words('promote', both, split({'cart-00001': 0, 'cart-00003': 100}))).toContain(
		' bob promoted …00003: 50│50 → 0│100',
	);
});

const tagged = (revision: string, tag?: string) =>
	splitOf({
		specTraffic: ['cart-00001', 'cart-00002', 'cart-00003'].map(name => ({
			revision: name,
			percent: name === 'cart-00001' ? 100 : 0,
			latest: false,
			tag: name === revision ? tag : undefined,
		})),
		latestReady: undefined,
	});
const said = (before: HistoryEntry['before'], after: HistoryEntry['before']) =>
	announcements({...entry, before, after}, {services: [], scope}, look)[0].replace(
		/^bob changed cart: (.*) · not.*$/,
		'$1',
	);

test('a row at 0 % that came or went is told', () => {
	const [before, after] = [split({'cart-00001': 100}), split({'cart-00001': 100, 'cart-00003': 0})];
	expect(said(before, after)).toBe('…00003 added at 0 %');
	expect(said(after, before)).toBe('…00003 (0 %) removed');
	expect(said(before, before)).toBe('same shares and tags');
});

test('a change of tags alone is told by the tags, and one of revisions by their names', () => {
	expect(said(tagged('cart-00002', 'canary'), tagged('cart-00003', 'canary'))).toBe(
		'tag canary …00002 → …00003',
	);
	expect(said(tagged('cart-00002'), tagged('cart-00003', 'blue'))).toBe('tag blue added to …00003');
	expect(said(tagged('cart-00002', 'blue'), tagged('cart-00002'))).toBe('tag blue removed from …00002');
	expect(said(split({'cart-00001': 90, 'cart-00002': 10}), split({'cart-00001': 90, 'cart-00003': 10}))).toBe(
		'…00001 90│…00002 10 → …00001 90│…00003 10',
	);
});

test('a change of many shares is told whole in few words', () => {
	const five = {...entry, after: split({a: 40, b: 30, c: 20, d: 7, e: 3})};
	expect(lastChangeBriefly({history: [five]}, service.uid, look)?.short).toMatch(
		/ bob changed 90│10 → 40│30│20│7│3$/,
	);
	const two = {...entry, after: split({b: 100})};
	expect(lastChangeBriefly({history: [two]}, service.uid, look)?.short).toMatch(
		/ bob changed a 90│b 10 → b 100$/,
	);
	// What else became of it is said whole, or not at all.
	const more = {...five, before: [...five.before, ...split({f: 0})]};
	expect(lastChangeBriefly({history: [more]}, service.uid, look)).toEqual({
		short: expect.stringMatching(/7│3 and 1 more change$/),
		shortest: expect.stringMatching(/7│3$/),
	});
	expect(lastChangeBriefly({history: []}, service.uid, look)).toBeUndefined();
});

const target = (revision: string, percent: number, latest: boolean) => ({
	revision: latest ? undefined : revision,
	percent,
	latest,
	tag: undefined,
});

test('latest has no name of a revision that the same split pins: a newer one was about to be it', () => {
	const before = splitOf({specTraffic: [target('cart-00001', 100, true)], latestReady: 'cart-00001'});
	const after = splitOf({
		specTraffic: [target('cart-00001', 60, false), target('', 40, true)],
		latestReady: 'cart-00001',
	});
	expect(lastChangeWords({history: [{...entry, before, after}]}, service.uid, look)).toMatch(
		/ bob changed latest \(…00001\) 100 → …00001 60│latest 40$/,
	);
});
