/** What is said when the server has stored something other than was wanted. */
import {expect, it} from 'vitest';
import {splitOf} from '../../source/knative/split/split.js';
import {parseService} from '../../source/knative/service/service.js';
import {alteredSentences} from '../../source/release/stored.js';
import {knativeService, revisionName} from '../knative/objects.js';

function objectWith(percents: [number, number]) {
	const object = knativeService();
	object.spec.traffic = percents.map((percent, index) => ({revisionName: revisionName(index + 1), percent}));
	return object;
}

const splitWith = (percents: [number, number]) => {
	const parsed = parseService(objectWith(percents));
	if (!parsed.ok) throw new Error(parsed.reason);
	return splitOf(parsed.value);
};

const altered = (differences: {path: string; wanted: unknown; stored: unknown}[], object: unknown = {}) => ({
	kind: 'altered' as const,
	object,
	warnings: [],
	differences,
});

it('of the traffic, each row that is not as wanted, as before → wanted → stored', () => {
	const splits = {before: splitWith([90, 10]), after: splitWith([100, 0])};
	const stored = altered([{path: '/spec/traffic', wanted: [], stored: []}], objectWith([95, 5]));
	expect(alteredSentences({splits}, stored)).toEqual([
		`${revisionName(1)} 90 % → wanted 100 % → stored 95 %, ${revisionName(2)} 10 % → wanted 0 % → stored 5 %`,
	]);
});

it('of a field, its name, what was wanted and what was stored, printable', () => {
	const image = {path: '/spec/template/spec/containers/0/image', wanted: 'a:1', stored: 'b:\u001B[2J'};
	const note = {path: '/metadata/annotations/example.com~1note', wanted: 'x', stored: undefined};
	expect(alteredSentences({}, altered([image, note]))).toEqual([
		'template.spec.containers.0.image: wanted a:1 → stored b:␛[2J',
		'the annotation example.com/note: wanted x → stored nothing',
	]);
});

it('of variables, that they are not as wanted, and no value', () => {
	const path = '/spec/template/spec/containers/0/env';
	const env = {path, wanted: [{name: 'A', value: 'secret'}], stored: [{name: 'A', value: 'other'}]};
	expect(alteredSentences({}, altered([env]))).toEqual(['template.spec.containers.0.env is not as wanted']);
});
