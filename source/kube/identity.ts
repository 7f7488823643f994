/** The few fields that every object of the API has and that this folder must read, without trusting them. */
import * as v from 'valibot';
import {servingGroup} from './paths.js';

const identitySchema = v.object({
	metadata: v.object({
		name: v.optional(v.string()),
		namespace: v.optional(v.string()),
		uid: v.optional(v.string()),
		generation: v.optional(v.number()),
		resourceVersion: v.optional(v.string()),
		creationTimestamp: v.optional(v.nullable(v.string())),
		deletionTimestamp: v.optional(v.string()),
	}),
});

export type Identity = v.InferOutput<typeof identitySchema>['metadata'];

/** The metadata of an object, or undefined when what was sent is no object of the API. */
export function identityOf(object: unknown): Identity | undefined {
	const parsed = v.safeParse(identitySchema, object);
	return parsed.success ? parsed.output.metadata : undefined;
}

/** Whether an object says of itself that it is of another kind or group than this one of serving.knative.dev. */
export function isOfOtherKind(object: unknown, kind: string | undefined): boolean {
	const parsed = v.safeParse(typeSchema, object);
	if (!parsed.success) return true;
	const {kind: its = kind, apiVersion = `${servingGroup}/`} = parsed.output;
	return its !== kind || !apiVersion.startsWith(`${servingGroup}/`);
}

const typeSchema = v.object({apiVersion: v.optional(v.string()), kind: v.optional(v.string())});

const listSchema = v.object({
	metadata: v.object({resourceVersion: v.optional(v.string(), ''), continue: v.optional(v.string(), '')}),
	// Go writes an empty slice as null.
	items: v.nullable(v.array(v.unknown())),
});

/** A page of a list. Undefined when what was sent is no list. */
export function parseList(
	body: unknown,
): {items: unknown[]; resourceVersion: string; continue: string} | undefined {
	const parsed = v.safeParse(listSchema, body);
	if (!parsed.success) return undefined;
	return {items: parsed.output.items ?? [], ...parsed.output.metadata};
}

/**
 * By what one state of an object is told from another; empty where it does not say. For lists of thousands: no schema,
 * because nothing of it is shown or sent.
 */
export function stampOf(object: unknown): {uid: string; resourceVersion: string} {
	const metadata = object instanceof Object && 'metadata' in object ? object.metadata : undefined;
	if (!(metadata instanceof Object)) return {uid: '', resourceVersion: ''};
	const uid = 'uid' in metadata && typeof metadata.uid === 'string' ? metadata.uid : '';
	const resourceVersion =
		'resourceVersion' in metadata && typeof metadata.resourceVersion === 'string'
			? metadata.resourceVersion
			: '';
	return {uid, resourceVersion};
}
