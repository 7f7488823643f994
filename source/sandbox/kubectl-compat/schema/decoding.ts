/**
 * What Go's decoder says of an object that does not fit its structs.
 *
 * Source: encoding/json decode.go, k8s.io/apimachinery pkg/api/resource/quantity.go.
 */
import {quantityProblem} from '../../api/admission/go-values.js';
import {isObject} from '../../api/body/json.js';
import {goField} from './go-structs.js';
import {ownSchema, typeOf, type Schema} from './schema.js';

/**
 * What Go's decoder says of the first value that does not fit its field, as the mutating webhook passes it on: it reads
 * the object before the schema is checked. Undefined when everything fits.
 *
 * @param kind the root type, `Service`.
 */
export function decodingProblem(kind: string, schema: Schema, value: unknown): string | undefined {
	return problemAt({struct: kind, path: ''}, kind, schema, value);
}

/** The struct that a field is in, and the way to the field from the root. */
type Place = {struct: string; path: string};

/** @param struct the Go type of the value, where it is a struct. */
function problemAt(place: Place, struct: string, schema: Schema, value: unknown): string | undefined {
	// Go takes null for every field as its zero value.
	if (value === null || value === undefined) {
		return undefined;
	}

	const type = typeOf(value);
	if (schema['x-kubernetes-int-or-string'] && schema.pattern !== undefined) {
		return quantityProblem(typeof value === 'string' || typeof value === 'number' ? String(value) : '');
	}

	if (schema['x-kubernetes-int-or-string']) {
		return type === 'string' || type === 'integer'
			? undefined
			: mismatch(place, schema, value, 'intstr.IntOrString');
	}

	const fits =
		schema.type === undefined || type === schema.type || (schema.type === 'number' && type === 'integer');
	if (!fits || !inRange(schema, value)) {
		return mismatch(place, schema, value, goType(schema, struct));
	}

	if (Array.isArray(value)) {
		const {items} = schema;
		return items && first(value, entry => problemAt(place, struct, items, entry));
	}

	return isObject(value)
		? first(Object.entries(value), ([field, inner]) => {
				const inside = ownSchema(schema, field);
				const isMap = schema.additionalProperties !== undefined;
				const step = isMap ? {path: field, struct} : goField(struct, field);
				const path = place.path === '' ? step.path : `${place.path}.${step.path}`;
				return inside && problemAt({struct: isMap ? place.struct : struct, path}, step.struct, inside, inner);
			})
		: undefined;
}

function first<T>(items: readonly T[], problemOf: (item: T) => string | undefined): string | undefined {
	for (const item of items) {
		const problem = problemOf(item);
		if (problem !== undefined) {
			return problem;
		}
	}

	return undefined;
}

function mismatch({struct, path}: Place, schema: Schema, value: unknown, type: string): string {
	return `json: cannot unmarshal ${goName(value, schema)} into Go struct field ${struct}.${path} of type ${type}`;
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

function goType(schema: Schema, struct: string): string {
	if (schema.type === 'array') {
		return `[]${goType(schema.items ?? {}, struct)}`;
	}

	if (schema.type === 'object') {
		return schema.additionalProperties
			? `map[string]${goType(schema.additionalProperties, struct)}`
			: `v1.${struct}`;
	}

	const scalars = {integer: schema.format ?? 'int64', number: 'float64', boolean: 'bool', string: 'string'};
	return scalars[schema.type ?? 'string'];
}
