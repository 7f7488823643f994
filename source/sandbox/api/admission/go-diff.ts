/**
 * What changed between two specs, with paths as Go prints them: `{*v1.RevisionSpec}.PodSpec.Containers[0].Env[0].Value`.
 *
 * Source: knative/pkg kmp/reporters.go (the ShortDiff of its error messages).
 */
import {isDeepStrictEqual} from 'node:util';
import {isObject} from '../body/json.js';

/** JSON names whose Go name is not just the capitalised one. */
const goNames: Record<string, string> = {
	hostIPC: 'HostIPC',
	hostPID: 'HostPID',
	metadata: 'ObjectMeta',
	dnsPolicy: 'DNSPolicy',
	dnsConfig: 'DNSConfig',
	httpGet: 'ProbeHandler.HTTPGet',
	tcpSocket: 'ProbeHandler.TCPSocket',
	exec: 'ProbeHandler.Exec',
	grpc: 'ProbeHandler.GRPC',
};

/** Fields of a revision's spec that Knative adds; all others sit in the embedded PodSpec. */
const ownFields = new Set([
	'containerConcurrency',
	'timeoutSeconds',
	'responseStartTimeoutSeconds',
	'idleTimeoutSeconds',
]);

/** Fields that are pointers in Go: their path is marked as one that was followed. */
const pointers = new Set([
	...ownFields,
	'enableServiceLinks',
	'automountServiceAccountToken',
	'readOnly',
	'optional',
	'defaultMode',
]);

/** Maps, whose keys are no fields. */
const maps = new Set(['annotations', 'labels', 'limits', 'requests', 'nodeSelector']);

/** The diff of two templates, every line ended. */
export function templateDiff(old: unknown, wanted: unknown): string {
	return lines('{*v1.RevisionTemplateSpec}', old, wanted, 'template').join('');
}

/** The diff of the specs of two revisions. */
export function revisionDiff(old: unknown, wanted: unknown): string {
	return lines('{v1.RevisionSpec}', old, wanted, 'spec').join('');
}

type Level = 'template' | 'spec' | 'below' | 'map';

function lines(path: string, old: unknown, wanted: unknown, level: Level): string[] {
	if (isDeepStrictEqual(old, wanted)) {
		return [];
	}

	if (Array.isArray(old) && Array.isArray(wanted)) {
		return Array.from({length: Math.max(old.length, wanted.length)}, (_, index) =>
			lines(`${path}[${index}]`, old[index], wanted[index], 'below'),
		).flat();
	}

	if (isObject(old) && isObject(wanted)) {
		const fields = [...new Set([...Object.keys(old), ...Object.keys(wanted)])].toSorted();
		return fields.flatMap(field =>
			lines(
				level === 'map' ? `${path}[${JSON.stringify(field)}]` : `${path}.${goPath(field, level)}`,
				old[field],
				wanted[field],
				maps.has(field) ? 'map' : level === 'template' && field === 'spec' ? 'spec' : 'below',
			).map(line => (pointers.has(field) && level !== 'map' ? `*${line}` : line)),
		);
	}

	return [`${path}:\n\t-: ${printed(old)}\n\t+: ${printed(wanted)}\n`];
}

function goPath(field: string, level: Level): string {
	const name = goNames[field] ?? field.charAt(0).toUpperCase() + field.slice(1);
	return level === 'spec' && !ownFields.has(field) ? `PodSpec.${name}` : name;
}

function printed(value: unknown): string {
	if (value === undefined) {
		return '<zero>';
	}

	return typeof value === 'string'
		? `"${value}"`
		: typeof value === 'object'
			? JSON.stringify(value)
			: `"${JSON.stringify(value)}"`;
}
