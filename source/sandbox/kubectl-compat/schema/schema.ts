/**
 * The structural schemas of custom resources: what is pruned, defaulted and refused before any webhook's rules.
 *
 * Source: apiextensions-apiserver pkg/apiserver/schema/{pruning,defaulting,listtype}, pkg/apiserver/validation.
 */
import {isObject, objectOf} from '../../api/http/json.js';
import {duplicateValue, invalidValue, requiredValue, type FieldCause} from '../../api/http/status.js';

/** The part of JSONSchemaProps that Knative's CRDs use; published as it is under /openapi. */
export type Schema = {
	type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
	format?: 'int32' | 'int64';
	description?: string;
	properties?: Record<string, Schema>;
	additionalProperties?: Schema;
	items?: Schema;
	required?: string[];
	default?: unknown;
	pattern?: string;
	'x-kubernetes-preserve-unknown-fields'?: true;
	'x-kubernetes-int-or-string'?: true;
	'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
	'x-kubernetes-list-map-keys'?: string[];
	'x-kubernetes-group-version-kind'?: {group: string; version: string; kind: string}[];
};

/** Removes, in place, the fields that the schema does not know and answers their paths: `spec.containers[0].lifecycle`. */
export function prune(schema: Schema, value: unknown, path = ''): string[] {
	if (Array.isArray(value)) {
		const {items} = schema;
		return items ? value.flatMap((entry: unknown, index) => prune(items, entry, `${path}[${index}]`)) : [];
	}

	if (!isObject(value)) {
		return [];
	}

	const unknownFields: string[] = [];
	for (const [field, inner] of Object.entries(value)) {
		const fieldPath = path === '' ? field : `${path}.${field}`;
		const fieldSchema = ownSchema(schema, field);
		if (fieldSchema) {
			unknownFields.push(...prune(fieldSchema, inner, fieldPath));
		} else if (!schema['x-kubernetes-preserve-unknown-fields'] && schema.type === 'object') {
			Reflect.deleteProperty(value, field);
			unknownFields.push(fieldPath);
		}
	}

	return unknownFields;
}

/** Fills in, in place, the defaults of absent fields. */
export function applyDefaults(schema: Schema, value: unknown): void {
	if (Array.isArray(value)) {
		for (const entry of value) {
			applyDefaults(schema.items ?? {}, entry);
		}
	} else if (isObject(value)) {
		for (const [field, fieldSchema] of Object.entries(schema.properties ?? {})) {
			if (fieldSchema.default !== undefined && (value[field] === undefined || value[field] === null)) {
				value[field] = structuredClone(fieldSchema.default);
			}
		}

		for (const [field, inner] of Object.entries(value)) {
			applyDefaults(ownSchema(schema, field) ?? {}, inner);
		}
	}
}

/**
 * Removes, in place, empty strings and lists from optional fields: Go's decoder cannot tell them from absent ones, so
 * the webhook's answer never has them.
 */
export function omitEmpty(schema: Schema, value: unknown): void {
	if (Array.isArray(value)) {
		for (const entry of value) {
			omitEmpty(schema.items ?? {}, entry);
		}
	} else if (isObject(value) && schema.properties) {
		for (const [field, inner] of Object.entries(value)) {
			const fieldSchema = ownSchema(schema, field);
			const isEmpty = inner === '' || (Array.isArray(inner) && inner.length === 0);
			if (isEmpty && !schema.required?.includes(field) && fieldSchema?.default === undefined) {
				Reflect.deleteProperty(value, field);
			} else {
				omitEmpty(fieldSchema ?? {}, inner);
			}
		}
	}
}

/** What the schema refuses: wrong types, missing fields, keys of a list-map that occur twice. */
export function schemaCauses(schema: Schema, value: unknown, path = ''): FieldCause[] {
	if (schema['x-kubernetes-int-or-string']) {
		return intOrStringCauses(schema, value, path);
	}

	if (schema.type !== undefined && typeOf(value) !== schema.type && !isWhole(schema, value)) {
		return [
			{
				reason: 'FieldValueTypeInvalid',
				field: path,
				message: `Invalid value: ${JSON.stringify(typeOf(value))}: ${path} in body must be of type ${schema.type}: ${JSON.stringify(typeOf(value))}`,
			},
		];
	}

	if (Array.isArray(value)) {
		const {items} = schema;
		return [
			...(items
				? value.flatMap((entry: unknown, index) => schemaCauses(items, entry, `${path}[${index}]`))
				: []),
			...duplicates(schema, value, path),
		];
	}

	if (!isObject(value)) {
		return [];
	}

	const causes = (schema.required ?? [])
		.filter(field => value[field] === undefined || value[field] === null)
		.map(field => requiredValue(path === '' ? field : `${path}.${field}`));
	for (const [field, inner] of Object.entries(value)) {
		const fieldSchema = ownSchema(schema, field);
		// A null counts as absent: the webhook's answer leaves it out.
		if (fieldSchema && inner !== null) {
			causes.push(...schemaCauses(fieldSchema, inner, path === '' ? field : `${path}.${field}`));
		}
	}

	return causes;
}

function intOrStringCauses(schema: Schema, value: unknown, path: string): FieldCause[] {
	if (typeof value !== 'string' && !Number.isInteger(value)) {
		return [
			{
				reason: 'FieldValueTypeInvalid',
				field: path,
				message: `Invalid value: ${JSON.stringify(typeOf(value))}: ${path} in body must be of type integer,string: ${JSON.stringify(typeOf(value))}`,
			},
		];
	}

	return typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)
		? [invalidValue(path, value, `${path} in body should match '${schema.pattern}'`)]
		: [];
}

function duplicates(schema: Schema, list: unknown[], path: string): FieldCause[] {
	const keys = schema['x-kubernetes-list-map-keys'];
	if (!keys) {
		return [];
	}

	const seen = new Set<string>();
	return list.flatMap((entry, index) => {
		const key = Object.fromEntries(keys.map(name => [name, objectOf(entry)[name]]));
		const text = JSON.stringify(key);
		if (seen.has(text)) {
			return [duplicateValue(`${path}[${index}]`, key)];
		}

		seen.add(text);
		return [];
	});
}

/**
 * What Go's decoder says of the first value that does not fit its field, as the mutating webhook passes it on: it reads
 * the object before the schema is checked. Undefined when everything fits.
 *
 * @param kind the root type, `Service`.
 */
export function decodingProblem(kind: string, schema: Schema, value: unknown, path = ''): string | undefined {
	// Go takes null for every field as its zero value.
	if (value === null || value === undefined) {
		return undefined;
	}

	const type = typeOf(value);
	if (schema['x-kubernetes-int-or-string']) {
		return type === 'string' || type === 'integer'
			? undefined
			: `json: cannot unmarshal ${goName(value, schema)} into Go struct field ${kind}.${path} of type intstr.IntOrString`;
	}

	const fits =
		schema.type === undefined || type === schema.type || (schema.type === 'number' && type === 'integer');
	if (!fits || !inRange(schema, value)) {
		return `json: cannot unmarshal ${goName(value, schema)} into Go struct field ${kind}.${path} of type ${goType(schema)}`;
	}

	const children: [string, Schema | undefined, unknown][] = Array.isArray(value)
		? value.map((entry: unknown) => [path, schema.items, entry])
		: isObject(value)
			? Object.entries(value).map(([field, inner]) => [
					path === '' ? field : `${path}.${field}`,
					ownSchema(schema, field),
					inner,
				])
			: [];
	for (const [childPath, childSchema, child] of children) {
		const problem = childSchema && decodingProblem(kind, childSchema, child, childPath);
		if (problem !== undefined) {
			return problem;
		}
	}

	return undefined;
}

/** The schema of a field of an object; undefined when the schema does not know it. */
export function ownSchema(schema: Schema, field: string): Schema | undefined {
	return schema.properties && Object.hasOwn(schema.properties, field)
		? schema.properties[field]
		: schema.additionalProperties;
}

function typeOf(value: unknown): string {
	if (Array.isArray(value)) {
		return 'array';
	}

	if (value === null) {
		return 'null';
	}

	return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
}

function isWhole(schema: Schema, value: unknown): boolean {
	return schema.type === 'number' && typeof value === 'number';
}

function inRange(schema: Schema, value: unknown): boolean {
	if (schema.type !== 'integer' || typeof value !== 'number') {
		return true;
	}

	const limit = schema.format === 'int32' ? 2 ** 31 : 2 ** 63;
	return value >= -limit && value < limit;
}

function goName(value: unknown, schema: Schema): string {
	switch (typeOf(value)) {
		case 'boolean': {
			return 'bool';
		}

		case 'integer':
		case 'number': {
			// Go names the number when the field is one too, and it does not fit.
			return schema.type === 'integer' ? `number ${String(value)}` : 'number';
		}

		default: {
			return typeOf(value);
		}
	}
}

function goType(schema: Schema): string {
	if (schema.type === 'array') {
		return `[]${goType(schema.items ?? {})}`;
	}

	if (schema.type === 'object') {
		return schema.additionalProperties ? `map[string]${goType(schema.additionalProperties)}` : 'struct';
	}

	const scalars = {integer: schema.format ?? 'int64', number: 'float64', boolean: 'bool', string: 'string'};
	return scalars[schema.type ?? 'string'];
}
