/** An annotation is set beside those that are there, and never in their place. */
import {expect, it} from 'vitest';
import {applyPatch} from 'rfc6902';
import {annotationOperations} from '../../../source/knative/service/annotation-operations.js';
import {knativeService, serviceView, type ServiceChange} from '../objects.js';

const none: NonNullable<ServiceChange['edit']> = object => delete object.metadata.annotations;

it('is added to the others', () => {
	const object = knativeService();
	const others = {...object.metadata.annotations};
	const operations = annotationOperations(serviceView(), 'kn-canary.dev/a~b', 'x');
	expect(operations).toEqual([{op: 'add', path: '/metadata/annotations/kn-canary.dev~1a~0b', value: 'x'}]);
	applyPatch(object, operations);
	expect(object.metadata.annotations).toEqual({...others, 'kn-canary.dev/a~b': 'x'});
});

it('comes with the map where there is none, for that very state of the object alone', () => {
	const operations = annotationOperations(serviceView({edit: none}), 'kn-canary.dev/a', 'x');
	expect(operations).toEqual([
		{op: 'test', path: '/metadata/resourceVersion', value: '4711'},
		{op: 'add', path: '/metadata/annotations', value: {'kn-canary.dev/a': 'x'}},
	]);
	const object = knativeService();
	none(object);
	expect(applyPatch(object, operations)).toEqual([null, null]);
	expect(object.metadata.annotations).toEqual({'kn-canary.dev/a': 'x'});
});

it('is refused, with the map, where an annotation came since', () => {
	const operations = annotationOperations(serviceView({edit: none}), 'kn-canary.dev/a', 'x');
	const object = knativeService();
	object.metadata.resourceVersion = '4712';
	expect(applyPatch(object, operations.slice(0, 1))).not.toEqual([null]);
});
