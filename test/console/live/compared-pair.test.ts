import {expect, test} from 'vitest';
import {pairOf} from '../../../source/console/live/compared-pair.js';
import {formatNote} from '../../../source/knative/release/evidence/note.js';
import type {RevisionView} from '../../../source/knative/revision/revision.js';
import type {ServiceView} from '../../../source/knative/service/service.js';
import type {StatusTarget} from '../../../source/knative/service/traffic-entries.js';
import {parseRevision} from '../../../source/knative/revision/revision.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {parseService} from '../../../source/knative/service/service.js';

function revision(generation: number): RevisionView {
	const parsed = parseRevision({
		metadata: {
			name: `h-0000${generation}`,
			namespace: 'default',
			uid: `u${generation}`,
			labels: {
				'serving.knative.dev/service': 'h',
				'serving.knative.dev/configurationGeneration': String(generation),
			},
		},
		spec: {containers: [{image: 'i'}]},
	});
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

function service(targets: readonly (readonly [number, number, string?])[]): ServiceView {
	const parsed = parseService({
		metadata: {name: 'h', namespace: 'default', uid: 'u', generation: 1},
		spec: {
			template: {spec: {containers: [{image: 'i'}]}},
			traffic: targets.map(([generation, percent, tag]) => ({
				revisionName: `h-0000${generation}`,
				percent,
				...(tag !== undefined && {tag}),
			})),
		},
		status: {
			url: 'http://h.default.example.com',
			traffic: targets.map(([generation, percent, tag]) => ({
				revisionName: `h-0000${generation}`,
				percent,
				...(tag !== undefined && {tag, url: `http://${tag}-h.default.example.com`}),
			})) satisfies readonly Partial<StatusTarget & {revisionName: string}>[],
		},
	});
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

const revisions = [revision(3), revision(2), revision(1)];

test('the newest revision of the route is compared with the one that has most of the rest, at their tags', () => {
	expect(
		pairOf(
			service([
				[1, 20, 'a'],
				[2, 70, 'b'],
				[3, 10, 'c'],
			]),
			revisions,
		),
	).toEqual({
		ok: true,
		called: {fresh: 'canary', old: 'old'},
		sides: {
			fresh: {revision: 'h-00003', authority: 'c-h.default.example.com'},
			old: {revision: 'h-00002', authority: 'b-h.default.example.com'},
		},
	});
});

test('a revision without a tag is asked at the service’s own host while it has everything, and not when it shares', () => {
	expect(
		pairOf(
			service([
				[1, 100],
				[2, 0, 'canary'],
			]),
			revisions,
		),
	).toMatchObject({
		sides: {old: {revision: 'h-00001', authority: 'h.default.example.com'}},
	});
	expect(
		pairOf(
			service([
				[1, 50],
				[2, 50, 'canary'],
			]),
			revisions,
		),
	).toEqual({
		ok: false,
		reason: 'h-00001 has no tag URL',
		untagged: 'h-00001',
	});
});

test('one revision alone is compared with nothing', () => {
	expect(pairOf(service([[1, 100, 'stable']]), revisions)).toMatchObject({ok: false});
	expect(pairOf(service([]), revisions)).toMatchObject({ok: false});
});

test('what the two are in the release goes with them, where they are not canary and stable', () => {
	const promoted = service([
		[1, 0, 'previous'],
		[2, 100, 'stable'],
	]);
	expect(pairOf(promoted, revisions)).toMatchObject({called: {fresh: 'stable', old: 'previous'}});
});

test('what was rolled back is compared as the canary that it was', () => {
	const given = service([
		[1, 100, 'stable'],
		[2, 0, 'canary'],
	]);
	const releaseNote = formatNote({
		generation: 1,
		verb: 'roll back',
		stable: 'h-00001',
		canary: 'h-00002',
		previous: undefined,
		followed: false,
		since: Date.UTC(2026, 0, 2),
		by: 'ann',
		split: splitOf(given),
		undo: [],
		rejected: [],
	});
	expect(pairOf({...given, releaseNote}, revisions.slice(1))).toMatchObject({
		ok: true,
		called: {fresh: 'former canary', old: 'stable'},
	});
	expect(pairOf(given, revisions.slice(1))).not.toHaveProperty('called');
});
