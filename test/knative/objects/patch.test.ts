import {expect, test} from 'vitest';
import {guard, patched, pointer, trafficOperation} from '../../../source/knative/objects/patch.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {serviceView} from '../objects.js';

test('a pointer escapes what would be another segment', () => {
	expect(pointer('metadata', 'annotations', 'a/b~c', 0)).toBe('/metadata/annotations/a~1b~0c/0');
	expect(pointer()).toBe('');
});

test('a patch is refused for another object of the name, and for one whose spec was changed', () => {
	const view = serviceView({});
	expect(guard(view)).toEqual([
		{op: 'test', path: '/metadata/uid', value: view.uid},
		{op: 'test', path: '/metadata/generation', value: view.generation},
	]);
});

test('what operations make of an object is a copy, and what cannot be done leaves the rest', () => {
	const object = {spec: {traffic: [{percent: 100}], template: {a: 1}}};
	const after = patched(object, [
		{op: 'remove', path: '/spec/missing'},
		{op: 'replace', path: '/spec/template/a', value: 2},
	]);
	expect(after).toEqual({spec: {traffic: [{percent: 100}], template: {a: 2}}});
	expect(object.spec.template.a).toBe(1);
});

test('the operation of a split makes spec.traffic that split, whether it was there or not', () => {
	const view = serviceView({});
	const operation = trafficOperation(splitOf(view));
	const traffic = [{latestRevision: true, percent: 100}];
	expect(patched({spec: {}}, [operation])).toEqual({spec: {traffic}});
	expect(patched({spec: {traffic: [{revisionName: 'x', percent: 100}]}}, [operation])).toEqual({
		spec: {traffic},
	});
});
