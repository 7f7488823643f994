/**
 * The structural schemas of custom resources: what is pruned, defaulted and refused before any webhook's rules.
 *
 * Source: apiextensions-apiserver pkg/apiserver/schema/{pruning,defaulting,listtype}, pkg/apiserver/validation.
 */
import {isObject, objectOf} from '../../api/body/json.js';
import {duplicateValue, invalidValue, requiredValue, type FieldCause} from '../../api/http/api-error.js';

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

	return unknownFields.toSorted();
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
 * Fills in, in place, required fields that are absent with Go's zero value: the webhook reads the object into a struct and
 * writes that, where they have no omitempty. A list becomes null.
 */
export function fillRequired(schema: Schema, value: unknown): void {
	if (Array.isArray(value)) {
		for (const entry of value) {
			fillRequired(schema.items ?? {}, entry);
		}
	} else if (isObject(value)) {
		for (const field of schema.required ?? []) {
			const type = schema.properties?.[field]?.type;
			value[field] ??= type === 'string' ? '' : type === 'integer' ? 0 : null;
		}

		for (const [field, inner] of Object.entries(value)) {
			fillRequired(ownSchema(schema, field) ?? {}, inner);
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
		.filter(field => value[field] === undefined)
		.map(field => requiredValue(path === '' ? field : `${path}.${field}`));
	for (const [field, inner] of Object.entries(value)) {
		const fieldSchema = ownSchema(schema, field);
		// A null counts as absent where the field may be.
		if (fieldSchema && (inner !== null || schema.required?.includes(field))) {
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

/** The schema of a field of an object; undefined when the schema does not know it. */
export function ownSchema(schema: Schema, field: string): Schema | undefined {
	return schema.properties && Object.hasOwn(schema.properties, field)
		? schema.properties[field]
		: schema.additionalProperties;
}

/** The JSON type of a value; whole numbers are integers. */
export function typeOf(value: unknown): string {
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
