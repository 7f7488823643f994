/**
 * The environment of a container: whole ConfigMaps and Secrets, single keys of them, and values that refer to each other.
 *
 * Source: kubernetes pkg/kubelet/kubelet_pods.go makeEnvironmentVariables, third_party/forked/golang/expansion.
 */
import type {StoredObject} from '../../shared-store.js';
import {fieldOf, listOf, textOf} from '../fields.js';

export type ContainerEnvironment = {values: Record<string, string>} | {problem: string};

/** Finds what is referred to, in the pod's namespace. */
export type LookUp = (kind: 'configmap' | 'secret', name: string) => StoredObject | undefined;

export function environmentOf(container: unknown, lookUp: LookUp): ContainerEnvironment {
	const values: Record<string, string> = {};
	for (const source of listOf(fieldOf(container, 'envFrom'))) {
		const found = valuesFrom(source, lookUp);
		if ('problem' in found) {
			return found;
		}

		Object.assign(values, found.values);
	}

	for (const variable of listOf(fieldOf(container, 'env'))) {
		const value = valueOf(variable, lookUp);
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

function valuesFrom(source: unknown, lookUp: LookUp): {values: Record<string, string>} | {problem: string} {
	const secret = fieldOf(source, 'secretRef');
	const kind = secret === undefined ? 'configmap' : 'secret';
	const reference = secret ?? fieldOf(source, 'configMapRef');
	const name = textOf(fieldOf(reference, 'name'));
	const found = lookUp(kind, name);
	if (!found) {
		return isOptional(reference) ? {values: {}} : {problem: `${kind} "${name}" not found`};
	}

	const prefix = textOf(fieldOf(source, 'prefix'));
	const data = found['data'];
	const entries = Object.entries(typeof data === 'object' && data !== null ? data : {})
		.map(([key, value]): [string, string] => [`${prefix}${key}`, plain(kind, textOf(value))])
		.filter(([key]) => variableName.test(key));
	return {values: Object.fromEntries(entries)};
}

/** Undefined when it is optional and not there. */
function valueOf(variable: unknown, lookUp: LookUp): string | {problem: string} | undefined {
	const from = fieldOf(variable, 'valueFrom');
	const secret = fieldOf(from, 'secretKeyRef');
	const kind = secret === undefined ? 'configmap' : 'secret';
	const reference = secret ?? fieldOf(from, 'configMapKeyRef');
	if (reference === undefined) {
		return textOf(fieldOf(variable, 'value'));
	}

	const [name, key] = [textOf(fieldOf(reference, 'name')), textOf(fieldOf(reference, 'key'))];
	const found = lookUp(kind, name);
	const value = found && fieldOf(found['data'], key);
	if (typeof value === 'string') {
		return plain(kind, value);
	}

	if (isOptional(reference)) {
		return undefined;
	}

	const title = kind === 'secret' ? 'Secret' : 'ConfigMap';
	return {
		problem: found
			? `couldn't find key ${key} in ${title} ${found.metadata.namespace ?? ''}/${name}`
			: `${kind} "${name}" not found`,
	};
}

/** The data of a Secret is in base64. */
const plain = (kind: 'configmap' | 'secret', value: string): string =>
	kind === 'secret' ? Buffer.from(value, 'base64').toString('utf8') : value;

const isOptional = (reference: unknown): boolean => fieldOf(reference, 'optional') === true;

/** `$(NAME)` stands for a variable before it, `$$` for a dollar sign; what is not known stays as it is written. */
function expanded(value: string, known: Readonly<Record<string, string>>): string {
	return value.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (match, name?: string) => {
		if (name === undefined) {
			return '$';
		}

		return Object.hasOwn(known, name) ? (known[name] ?? '') : match;
	});
}
