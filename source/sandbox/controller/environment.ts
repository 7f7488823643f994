/**
 * The environment of a container: whole ConfigMaps, single keys of them, and values that refer to each other.
 *
 * Source: kubernetes pkg/kubelet/kubelet_pods.go makeEnvironmentVariables, third_party/forked/golang/expansion.
 */
import type {StoredObject} from '../state.js';
import {fieldOf, listOf, textOf} from './fields.js';

export type Environment = {values: Record<string, string>} | {problem: string};

/** @param configMap looks one up in the pod's namespace. */
export function environmentOf(
	container: unknown,
	configMap: (name: string) => StoredObject | undefined,
): Environment {
	const values: Record<string, string> = {};
	for (const source of listOf(fieldOf(container, 'envFrom'))) {
		const found = valuesFrom(source, configMap);
		if ('problem' in found) {
			return found;
		}

		Object.assign(values, found.values);
	}

	for (const variable of listOf(fieldOf(container, 'env'))) {
		const value = valueOf(variable, configMap);
		if (typeof value === 'object') {
			return value;
		}

		if (value !== undefined) {
			values[textOf(fieldOf(variable, 'name'))] = expanded(value, values);
		}
	}

	return {values};
}

/** What a C identifier may be, with dots and dashes (kubernetes IsEnvVarName); other keys are left out. */
const variableName = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

function valuesFrom(
	source: unknown,
	configMap: (name: string) => StoredObject | undefined,
): {values: Record<string, string>} | {problem: string} {
	const secret = fieldOf(source, 'secretRef');
	if (secret !== undefined) {
		return isOptional(secret) ? {values: {}} : noSecret(secret);
	}

	const reference = fieldOf(source, 'configMapRef');
	const name = textOf(fieldOf(reference, 'name'));
	const found = configMap(name);
	if (!found) {
		return isOptional(reference) ? {values: {}} : {problem: `configmap "${name}" not found`};
	}

	const prefix = textOf(fieldOf(source, 'prefix'));
	const data = found['data'];
	const entries = Object.entries(typeof data === 'object' && data !== null ? data : {})
		.map(([key, value]): [string, string] => [`${prefix}${key}`, textOf(value)])
		.filter(([key]) => variableName.test(key));
	return {values: Object.fromEntries(entries)};
}

/** Undefined when it is optional and not there. */
function valueOf(
	variable: unknown,
	configMap: (name: string) => StoredObject | undefined,
): string | {problem: string} | undefined {
	const from = fieldOf(variable, 'valueFrom');
	const secret = fieldOf(from, 'secretKeyRef');
	if (secret !== undefined) {
		return isOptional(secret) ? undefined : noSecret(secret);
	}

	const reference = fieldOf(from, 'configMapKeyRef');
	if (reference === undefined) {
		return textOf(fieldOf(variable, 'value'));
	}

	const [name, key] = [textOf(fieldOf(reference, 'name')), textOf(fieldOf(reference, 'key'))];
	const found = configMap(name);
	const value = found && fieldOf(found['data'], key);
	if (typeof value === 'string') {
		return value;
	}

	if (isOptional(reference)) {
		return undefined;
	}

	return {
		problem: found
			? `couldn't find key ${key} in ConfigMap ${found.metadata.namespace ?? ''}/${name}`
			: `configmap "${name}" not found`,
	};
}

const isOptional = (reference: unknown): boolean => fieldOf(reference, 'optional') === true;

/** The sandbox keeps no Secrets. */
const noSecret = (reference: unknown): {problem: string} => ({
	problem: `secret "${textOf(fieldOf(reference, 'name'))}" not found`,
});

/** `$(NAME)` stands for a variable before it, `$$` for a dollar sign; what is not known stays as it is written. */
function expanded(value: string, known: Readonly<Record<string, string>>): string {
	return value.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (match, name?: string) => {
		if (name === undefined) {
			return '$';
		}

		return Object.hasOwn(known, name) ? (known[name] ?? '') : match;
	});
}
