/** Who changed a split last, in one line. */
import {expect, test} from 'vitest';
import {
	announced,
	announcedFor,
	announcement,
	lastChangeWords,
} from '../../../source/screen/frame/changes.js';
import type {HistoryEntry} from '../../../source/console/session/change-recorder.js';
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
	reason: 'seen by the watch',
	before: split({a: 90, b: 10}),
	after: split({a: 50, b: 50}),
	command: '',
};

const state = {history: [entry], services: [service], namespace: 'default'};

test('a colleague is named with before, after and tool, and never taken for oneself', () => {
	expect(announcement(entry, state, look)).toBe(
		'bob changed cart: 90│10 → 50│50 with kubectl-patch · not from this console',
	);
	const later = {...service, generation: 8};
	expect(announcement(entry, {services: [later]}, look)).not.toContain('kubectl');
	const gone = {...entry, by: '', after: split({b: 100})};
	expect(announcement(gone, {services: []}, look)).toBe(
		'Somebody changed cart: 10│90 → 100│0 · not from this console',
	);
});

test.each([
	['at once', state, 0, true],
	['for a minute', state, announcedFor - 1, true],
	['no longer', state, announcedFor, false],
	['not what was written from here', {...state, history: [{...entry, own: true}]}, 0, false],
	['not of another namespace', {...state, namespace: 'shop'}, 0, false],
	['not of what is gone', {...state, services: []}, 0, false],
])('is announced %s', (_when, given, after, is) => {
	expect(announced(given, entry.at + after) !== undefined).toBe(is);
});

test('the last change of a service says who it was', () => {
	expect(lastChangeWords(state, service.uid, look)).toMatch(/^\d\d:\d\d:\d\d bob 90│10 → 50│50$/);
	expect(lastChangeWords(state, 'another', look)).toBeUndefined();
});
