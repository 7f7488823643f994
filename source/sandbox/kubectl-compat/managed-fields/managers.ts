/**
 * Who owns which field of an object: metadata.managedFields, after every write.
 *
 * Source: k8s.io/apimachinery pkg/util/managedfields/internal/{fieldmanager,structuredmerge,stripmeta,lastappliedupdater,
 * conflict}.go, k8s.io/apiserver pkg/endpoints/handlers/create.go (managerOrUserAgent).
 */
import type {ManagedFieldsEntry} from '../../../knative/objects/wire.js';
import {isObject, listOf, objectsOf, stringOf, type JsonObject} from '../../api/body/json.js';
import type {Schema} from '../schema/schema.js';
import {ApiError} from '../../api/http/api-error.js';
import {
	difference,
	fieldsOf,
	intersection,
	isEmpty,
	merged,
	minus,
	pathsOf,
	union,
	without,
	type FieldSet,
} from './field-set.js';

export type Writer = {
	manager: string;
	apiVersion: string;
	subresource: 'status' | undefined;
	/** RFC 3339. */
	time: string;
};

/** What nobody owns: the server's own fields, and those that say which object it is. */
const unowned: FieldSet = {
	'f:apiVersion': {},
	'f:kind': {},
	'f:metadata': {
		'.': {},
		'f:name': {},
		'f:namespace': {},
		'f:creationTimestamp': {},
		'f:deletionTimestamp': {},
		'f:deletionGracePeriodSeconds': {},
		'f:selfLink': {},
		'f:uid': {},
		'f:generation': {},
		'f:managedFields': {},
		'f:resourceVersion': {},
	},
};

/** The entries of managedFields that came from outside; undefined when there are none, or none that can be read. */
export function managedFieldsIn(value: unknown): ManagedFieldsEntry[] | undefined {
	const entries = objectsOf(value)
		.filter(entry => Object.keys(entry).length > 0)
		.map(entry => ({
			manager: stringOf(entry['manager']),
			operation: entry['operation'] === 'Apply' ? ('Apply' as const) : ('Update' as const),
			apiVersion: stringOf(entry['apiVersion']),
			time: stringOf(entry['time']),
			fieldsType: 'FieldsV1' as const,
			fieldsV1: isFieldSet(entry['fieldsV1']) ? entry['fieldsV1'] : {},
			...(entry['subresource'] === 'status' ? {subresource: 'status'} : {}),
		}));
	// One empty entry is how a client says that nobody owns anything (fieldmanager.go, RemoveObjectManagedFields).
	return listOf(value).length === 0 ? undefined : entries;
}

function isFieldSet(value: unknown): value is FieldSet {
	return (
		isObject(value) &&
		Object.entries(value).every(
			([key, inner]) =>
				(key === '.' || /^[fkv]:/.test(key)) &&
				(!key.startsWith('k:') || isObject(parsed(key.slice(2)))) &&
				isFieldSet(inner),
		)
	);
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/**
 * The managers after a create, an update or a patch: what it wrote is the writer's now, what it removed is nobody's.
 *
 * @param before undefined when the object is new.
 */
export function managersAfterUpdate(
	schema: Schema,
	managers: readonly ManagedFieldsEntry[],
	before: JsonObject | undefined,
	after: JsonObject,
	writer: Writer,
): ManagedFieldsEntry[] {
	const change = difference(schema, before ?? {}, after);
	const written = minus(change.written, unowned);
	const lost = union(written, change.removed);
	const isOwn = (entry: ManagedFieldsEntry): boolean => isSame(entry, writer, 'Update');
	const own = managers.find(isOwn);
	const others = managers.map(entry =>
		isOwn(entry) ? entry : {...entry, fieldsV1: minus(entry.fieldsV1, lost)},
	);
	const fields = union(own ? minus(own.fieldsV1, change.removed) : {}, written);
	return withEntry(others, entryOf(writer, 'Update', fields), isOwn, !isEmpty(written));
}

export type Applied = {
	/** The live object with the configuration laid over it, and without what the manager no longer names. */
	object: JsonObject;
	managers: ManagedFieldsEntry[];
};

/**
 * Server-side apply.
 *
 * @param configuration what the manager wants, all of it.
 * @throws ApiError 409 when it would change fields of other managers and is not `force`d.
 */
export function apply(
	schema: Schema,
	managers: readonly ManagedFieldsEntry[],
	live: JsonObject,
	configuration: JsonObject,
	writer: Writer,
	force: boolean,
): Applied {
	const isOwn = (entry: ManagedFieldsEntry): boolean => isSame(entry, writer, 'Apply');
	const own = managers.find(isOwn);
	const others = managers.filter(entry => !isOwn(entry));
	const wanted = minus(fieldsOf(schema, configuration), unowned);
	const laidOver = merged(schema, live, configuration);
	const {written} = difference(schema, live, laidOver);
	const conflicts = others
		.map(entry => ({entry, fields: intersection(entry.fieldsV1, written)}))
		.filter(({fields}) => !isEmpty(fields));
	if (conflicts.length > 0 && !force) {
		throw applyConflict(conflicts);
	}

	const kept = others
		.map(({fieldsV1}) => minus(fieldsV1, written))
		.reduce((all, fields) => union(all, fields), wanted);
	const gone = own ? minus(own.fieldsV1, kept) : {};
	const object = without(schema, laidOver, gone, kept);
	return {
		object: isObject(object) ? object : {},
		managers: withEntry(
			[...others.map(entry => ({...entry, fieldsV1: minus(entry.fieldsV1, written)})), ...(own ? [own] : [])],
			entryOf(writer, 'Apply', wanted),
			isOwn,
			true,
		),
	};
}

function isSame(
	entry: ManagedFieldsEntry,
	{manager, apiVersion, subresource}: Writer,
	operation: ManagedFieldsEntry['operation'],
): boolean {
	return (
		entry.manager === manager &&
		entry.operation === operation &&
		entry.apiVersion === apiVersion &&
		entry.subresource === subresource
	);
}

function entryOf(
	{manager, apiVersion, subresource, time}: Writer,
	operation: ManagedFieldsEntry['operation'],
	fieldsV1: FieldSet,
): ManagedFieldsEntry {
	return {
		manager,
		operation,
		apiVersion,
		time,
		fieldsType: 'FieldsV1',
		fieldsV1,
		...(subresource === undefined ? {} : {subresource}),
	};
}

/** `entry` instead of the one it replaces; its time stays when nothing was written. Applies come first. */
function withEntry(
	entries: readonly ManagedFieldsEntry[],
	entry: ManagedFieldsEntry,
	isOwn: (entry: ManagedFieldsEntry) => boolean,
	isWritten: boolean,
): ManagedFieldsEntry[] {
	const old = entries.find(isOwn);
	return [
		...entries.filter(other => !isOwn(other)),
		{...entry, time: isWritten || !old ? entry.time : old.time},
	]
		.filter(({fieldsV1}) => !isEmpty(fieldsV1))
		.toSorted(
			(left, right) =>
				left.operation.localeCompare(right.operation) ||
				left.time.localeCompare(right.time) ||
				left.manager.localeCompare(right.manager),
		);
}

function applyConflict(conflicts: readonly {entry: ManagedFieldsEntry; fields: FieldSet}[]): ApiError {
	const found = conflicts
		.toSorted((left, right) => (left.entry.manager < right.entry.manager ? -1 : 1))
		.map(({entry, fields}) => ({who: managerText(entry), paths: pathsOf(fields).toSorted()}));
	const causes = found.flatMap(({who, paths}) =>
		paths.map(field => ({reason: 'FieldManagerConflict', message: `conflict with ${who}`, field})),
	);
	const [first] = causes;
	const text =
		causes.length === 1 && first
			? `1 conflict: ${first.message}: ${first.field}`
			: `${causes.length} conflicts: ${found
					.map(({who, paths}) => [`conflicts with ${who}:`, ...paths.map(path => `- ${path}`)].join('\n'))
					.join('\n')}`;
	return new ApiError(409, 'Conflict', `Apply failed with ${text}`, {causes});
}

function managerText({manager, subresource, operation, apiVersion, time}: ManagedFieldsEntry): string {
	const name = `${JSON.stringify(manager)}${subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`}`;
	return operation === 'Apply' ? name : `${name} using ${apiVersion} at ${time}`;
}
