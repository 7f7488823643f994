/**
 * Sets of fields of an object, in the form in which managedFields keep them (FieldsV1): `f:name` a field of a map,
 * `k:{"name":"a"}` an entry of a list that is a map by keys, `v:"a"` an entry of a list that is a set. A node is in the set
 * when it is empty or holds `.`; a list without such a type, like every other value, is owned as a whole.
 *
 * Source: sigs.k8s.io/structured-merge-diff fieldpath/{set,serialize}.go, typed/{compare,tofieldset,merge,remove}.go.
 */
import {isDeepStrictEqual} from 'node:util';
import type {FieldsV1} from '../../../knative/objects/wire.js';
import {isObject, objectOf} from '../../api/body/json.js';
import {ownSchema, type Schema} from '../schema/schema.js';

export type FieldSet = FieldsV1;

/** A part of a value that can have an owner of its own. */
type PathPart = {schema: Schema; value: unknown};

/** The parts of a value by their keys; undefined when it is owned as a whole. */
function partsOf(schema: Schema, value: unknown): Map<string, PathPart> | undefined {
	if (isObject(value)) {
		const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
		return fields.length === 0
			? undefined
			: new Map(
					fields.map(([field, inner]) => [
						`f:${field}`,
						{schema: ownSchema(schema, field) ?? {}, value: inner},
					]),
				);
	}

	if (!Array.isArray(value) || value.length === 0) {
		return undefined;
	}

	const keys = schema['x-kubernetes-list-map-keys'];
	if (schema['x-kubernetes-list-type'] === 'set') {
		return new Map(value.map((entry: unknown) => [`v:${JSON.stringify(entry)}`, {schema: {}, value: entry}]));
	}

	return keys
		? new Map(value.map((entry: unknown) => [keyOf(keys, entry), {schema: schema.items ?? {}, value: entry}]))
		: undefined;
}

function keyOf(keys: readonly string[], entry: unknown): string {
	const fields = keys.toSorted().map(key => [key, objectOf(entry)[key] ?? null]);
	return `k:${JSON.stringify(Object.fromEntries(fields))}`;
}

/** An entry of a list is a member beside its fields; a field is one by what it holds. */
function isEntry(key: string): boolean {
	return key.startsWith('k:');
}

function isMember(set: FieldSet): boolean {
	return Object.hasOwn(set, '.') || Object.keys(set).length === 0;
}

function childrenOf(set: FieldSet): [string, FieldSet][] {
	return Object.entries(set).filter(([key]) => key !== '.');
}

function node(member: boolean, children: readonly (readonly [string, FieldSet])[]): FieldSet | undefined {
	if (children.length === 0) {
		return member ? {} : undefined;
	}

	return {...(member ? {'.': {}} : {}), ...Object.fromEntries(children)};
}

/** The fields that a value has. */
export function fieldsOf(schema: Schema, value: unknown): FieldSet {
	const parts = [...(partsOf(schema, value) ?? [])];
	return Object.fromEntries(
		parts.map(([key, part]) => {
			const inner = fieldsOf(part.schema, part.value);
			return [key, isEntry(key) ? {'.': {}, ...inner} : inner];
		}),
	);
}

/** What lies between two states of a value: which fields were written, which are no longer there. */
export function difference(
	schema: Schema,
	before: unknown,
	after: unknown,
): {written: FieldSet; removed: FieldSet} {
	const {written = {}, removed = {}} = differenceAt(schema, before, after);
	return {written, removed};
}

function differenceAt(
	schema: Schema,
	before: unknown,
	after: unknown,
): {written?: FieldSet | undefined; removed?: FieldSet | undefined} {
	if (isDeepStrictEqual(before, after)) {
		return {};
	}

	const old = partsOf(schema, before);
	const now = partsOf(schema, after);
	if (after === undefined) {
		return {removed: old ? {'.': {}, ...fieldsOf(schema, before)} : {}};
	}

	if (before === undefined || !old || !now) {
		// A field that a map or list has come to is written by itself too.
		return {
			written: now ? {'.': {}, ...allOf(now)} : {},
			...(old ? {removed: fieldsOf(schema, before)} : {}),
		};
	}

	const written: [string, FieldSet][] = [];
	const removed: [string, FieldSet][] = [];
	for (const key of new Set([...old.keys(), ...now.keys()])) {
		const part = now.get(key) ?? old.get(key);
		const change = differenceAt(part?.schema ?? {}, old.get(key)?.value, now.get(key)?.value);
		if (change.written) {
			written.push([key, change.written]);
		}

		if (change.removed) {
			removed.push([key, change.removed]);
		}
	}

	return {written: node(false, written), removed: node(false, removed)};
}

/** Every part with everything below it, maps and lists included. */
function allOf(parts: Map<string, PathPart>): FieldSet {
	return Object.fromEntries(
		[...parts].map(([key, {schema, value}]) => {
			const inner = partsOf(schema, value);
			return [key, inner ? {'.': {}, ...allOf(inner)} : {}];
		}),
	);
}

/** The empty set has no fields; unlike everything below it, the root is never a field itself. */
export function isEmpty(set: FieldSet): boolean {
	return childrenOf(set).length === 0;
}

/** The fields of either set. Neither is changed. */
export function union(left: FieldSet, right: FieldSet): FieldSet {
	return Object.fromEntries(childrenOf(unionAt(left, right)));
}

function unionAt(left: FieldSet, right: FieldSet): FieldSet {
	const children = new Map(childrenOf(left));
	for (const [key, set] of childrenOf(right)) {
		const own = children.get(key);
		children.set(key, own ? unionAt(own, set) : set);
	}

	return node(isMember(left) || isMember(right), [...children]) ?? {};
}

/** What is in `left` and not in `right`. */
export function minus(left: FieldSet, right: FieldSet): FieldSet {
	return Object.fromEntries(childrenOf(minusAt(left, right) ?? {}));
}

function minusAt(left: FieldSet, right: FieldSet): FieldSet | undefined {
	const children = childrenOf(left)
		.map(([key, set]) => [key, right[key] ? minusAt(set, right[key]) : set] as const)
		.filter((entry): entry is readonly [string, FieldSet] => entry[1] !== undefined);
	return node(isMember(left) && !isMember(right), children);
}

/** What is in both. */
export function intersection(left: FieldSet, right: FieldSet): FieldSet {
	return Object.fromEntries(childrenOf(intersectionAt(left, right) ?? {}));
}

function intersectionAt(left: FieldSet, right: FieldSet): FieldSet | undefined {
	const children = childrenOf(left)
		.map(([key, set]) => [key, right[key] && intersectionAt(set, right[key])] as const)
		.filter((entry): entry is readonly [string, FieldSet] => entry[1] !== undefined);
	return node(isMember(left) && isMember(right), children);
}

/** The paths of a set as errors write them: `.spec.template.spec.volumes[name="a"].configMap`. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
	return childrenOf(set).flatMap(([key, inner]) => {
		const path = `${prefix}${elementText(key)}`;
		return [...(isMember(inner) ? [path] : []), ...pathsOf(inner, path)];
	});
}

function elementText(key: string): string {
	const text = key.slice(2);
	if (key.startsWith('f:')) {
		return `.${text}`;
	}

	if (key.startsWith('v:')) {
		return `[=${text}]`;
	}

	const fields = Object.entries(objectOf(JSON.parse(text)));
	return `[${fields.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}

/** `applied` laid over `live`: maps field by field, lists by their type, everything else replaced. */
export function merged(schema: Schema, live: unknown, applied: unknown): unknown {
	if (isObject(live) && isObject(applied)) {
		const result = {...live};
		for (const [field, value] of Object.entries(applied)) {
			result[field] = merged(ownSchema(schema, field) ?? {}, live[field], value);
		}

		return result;
	}

	const old = Array.isArray(live) ? partsOf(schema, live) : undefined;
	const given = Array.isArray(applied) ? partsOf(schema, applied) : undefined;
	if (!old || !given) {
		return applied;
	}

	const entries = new Map([...old].map(([key, {value}]) => [key, value]));
	for (const [key, part] of given) {
		entries.set(key, entries.has(key) ? merged(part.schema, entries.get(key), part.value) : part.value);
	}

	return [...entries.values()];
}

/**
 * The value without the fields of `gone`. What becomes empty by it goes too.
 *
 * @param kept the fields that others own: nothing around them is taken away.
 */
export function without(schema: Schema, value: unknown, gone: FieldSet, kept: FieldSet): unknown {
	const parts = partsOf(schema, value);
	if (!parts) {
		return value;
	}

	const left: [string, unknown][] = [];
	for (const [key, part] of parts) {
		const set = gone[key];
		const others = kept[key];
		if (!set) {
			left.push([key, part.value]);
			continue;
		}

		const isWhole = isMember(set) && others === undefined;
		const isLeaf = childrenOf(set).length === 0;
		if (isWhole && (isLeaf || isEntry(key))) {
			continue;
		}

		const inner = without(part.schema, part.value, set, others ?? {});
		const isHollow = isObject(inner) && Object.keys(inner).length === 0 && others === undefined;
		if (!isHollow) {
			left.push([key, inner]);
		}
	}

	return Array.isArray(value)
		? left.map(([, inner]) => inner)
		: Object.fromEntries(left.map(([key, inner]) => [key.slice(2), inner]));
}
