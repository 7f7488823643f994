/** Sets an annotation of a Service, beside other operations of a patch or alone. */
import {pointer, type PatchOperation} from '../objects/patch.js';
import type {ServiceView} from './service.js';

/**
 * `add` needs the map to be there, and replaces it where the map itself is added: so that no annotation is lost which came
 * since, the object then has to be the one that was read.
 */
export function annotationOperations(
	{unannotatedAt}: Pick<ServiceView, 'unannotatedAt'>,
	name: string,
	value: string,
): PatchOperation[] {
	const annotations = ['metadata', 'annotations'] as const;
	if (unannotatedAt === undefined) return [{op: 'add', path: pointer(...annotations, name), value}];
	return [
		{op: 'test', path: pointer('metadata', 'resourceVersion'), value: unannotatedAt},
		{op: 'add', path: pointer(...annotations), value: {[name]: value}},
	];
}
