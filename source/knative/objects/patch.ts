/** JSON Patch (RFC 6902) as this project writes it. */

import {applyPatch} from 'rfc6902';
import type {ServiceView} from '../service/service.js';
import {toTargets, type Split} from '../split/split.js';

export type PatchOperation =
	{op: 'add' | 'replace' | 'test'; path: string; value: unknown} | {op: 'remove'; path: string};

/** A JSON pointer (RFC 6901): `~` and `/` inside a segment are escaped. */
export function pointer(...segments: readonly (string | number)[]): string {
	return segments.map(segment => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * Operations to put before any other, so that the server refuses the patch when the object is another one or when
 * somebody has changed its spec since it was read. A change of status alone is no conflict.
 */
export function guard(view: Pick<ServiceView, 'uid' | 'generation'>): PatchOperation[] {
	return [
		{op: 'test', path: pointer('metadata', 'uid'), value: view.uid},
		{op: 'test', path: pointer('metadata', 'generation'), value: view.generation},
	];
}

/** Where a Service has the name of its latest ready revision. */
export const latestReadyPath = pointer('status', 'latestReadyRevisionName');

/**
 * To put before others whose meaning hangs on which revision is the latest ready one: that moves without a change of the spec.
 * The server tests what is stored, status included, each time it applies the patch (k8s.io/apiserver
 * pkg/endpoints/handlers/patch.go, applyPatchToCurrentObject).
 */
export const latestGuard = (revision: string): PatchOperation => ({
	op: 'test',
	path: latestReadyPath,
	value: revision,
});

/** A copy of the object as these operations leave it; one that cannot be done leaves it as it is. */
export function patched<Value extends object>(object: Value, operations: readonly PatchOperation[]): Value {
	const copy = structuredClone(object);
	applyPatch(copy, [...operations]);
	return copy;
}

/** Sets `spec.traffic`. `add` on a member that exists replaces it (RFC 6902 §4.1), so one form serves both. */
export function trafficOperation(split: Split): PatchOperation {
	return {op: 'add', path: pointer('spec', 'traffic'), value: toTargets(split)};
}
