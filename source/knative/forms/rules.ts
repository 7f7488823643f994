/**
 * The server's own rules for what an operator types, each told as one sentence. A rule returns undefined when the value
 * is fine. Sources: Kubernetes API conventions (names, quantities), knative/serving revision_validation.go,
 * route_validation.go, annotation_validation.go.
 */

import type {EnvRow} from './form.js';
import {printable} from '../text/printable.js';

const dns1035 = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
const dns1123 = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/** Name of a Service or a tag: a DNS-1035 label. `what` begins the sentence: `The name`. */
export function labelRule(what: string, value: string): string | undefined {
	if (value === '') return `${what} is missing.`;
	if (value.length > 63) return `${what} has ${value.length} characters; at most 63 characters.`;
	if (dns1035.test(value)) return undefined;
	return `${what} may have lower-case letters, digits and -, beginning with a letter and ending with a letter or digit.`;
}

/** Name of a namespace: a DNS-1123 label, which may begin with a digit. */
export function namespaceRule(value: string): string | undefined {
	if (value === '') return 'The namespace is missing.';
	if (value.length > 63) return `The namespace has ${value.length} characters; at most 63 characters.`;
	if (dns1123.test(value)) return undefined;
	return 'The namespace may have lower-case letters, digits and -, beginning and ending with a letter or digit.';
}

/** Name of a ServiceAccount or a Secret: DNS-1123 labels with dots between them. `what` begins the sentence. */
export function objectNameRule(what: string, value: string): string | undefined {
	if (value.length > 253) return `${what} has ${value.length} characters; at most 253 characters.`;
	if (value.split('.').every(part => part.length <= 63 && dns1123.test(part))) return undefined;
	return `${what} may have lower-case letters, digits, - and ., beginning and ending with a letter or digit.`;
}

/** Names of Secrets, comma- or blank-separated; none is fine. */
export function pullSecretsRule(value: string): string | undefined {
	const names = namesIn(value);
	if (new Set(names).size < names.length) return 'A pull secret is named twice.';
	return names
		.map(name => objectNameRule(`The pull secret ${printable(name)}`, name))
		.find(sentence => sentence !== undefined);
}

/** Names as typed: comma- or blank-separated. */
export function namesIn(value: string): string[] {
	return value.split(/[\s,]+/).filter(name => name !== '');
}

/** A tag of this Service: its host is `<tag>-<service>.…`, of which the first label is too long all too easily. */
export function tagRule(tag: string, service: string): string | undefined {
	const label = labelRule(`The tag ${printable(tag)}`, tag);
	if (label !== undefined) return label;
	const host = `${tag}-${service}`;
	if (host.length <= 63) return undefined;
	return `The tag ${tag} makes the host name ${host} of ${host.length} characters; at most 63 characters.`;
}

// distribution/reference: [domain[:port]/]path[:tag][@digest]
const component = '[a-z0-9]+(?:(?:[.]|_{1,2}|-+)[a-z0-9]+)*';
const hostPart = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const imageReference = new RegExp(
	`^(?:${hostPart}(?:[.]${hostPart})*(?::[0-9]+)?/)?${component}(?:/${component})*` +
		'(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$',
);

/** An image reference: `image`, `domain/namespace/image:tag`, `…@sha256:…`. */
export function imageRule(value: string): string | undefined {
	if (value === '') return 'The image is missing.';
	if (/\s/.test(value)) return 'The image must not contain spaces.';
	if (value.includes('://')) {
		return 'The image is given without a scheme, for example ghcr.io/knative/helloworld-go:latest.';
	}
	// Linear up to here; a bound keeps the pattern below from being given a novel.
	if (value.length > 512) return `The image has ${value.length} characters; 512 are allowed.`;
	if (imageReference.test(value)) return undefined;
	if (imageReference.test(value.toLowerCase())) return 'The image may have capitals in its tag only.';
	return 'Invalid image reference; one is ghcr.io/knative/helloworld-go:latest.';
}

/** Ports that the queue-proxy beside every container takes for itself. */
const reservedPorts = new Set([8008, 8012, 8013, 8022, 9090, 9091]);

/** Undefined for a port that a container may have, else what is wrong, as a sentence. */
export function portRule(value: string): string | undefined {
	const port = wholeNumber(value);
	if (port === undefined || port < 1 || port > 65_535) return 'The port is a whole number from 1 to 65535.';
	if (reservedPorts.has(port)) {
		return `Port ${port} is reserved by Knative; choose another, for example 8080.`;
	}
	return undefined;
}

const reservedVariables = new Set(['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION']);

/** Names of the environment variables, in order: present, well formed, not Knative's own, each once. */
export function envRule(names: readonly string[]): string | undefined {
	const seen = new Set<string>();
	for (const name of names) {
		if (name === '') return 'An environment variable has no name.';
		if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name)) {
			return `The environment variable ${printable(name)} may have letters, digits, _, - and ., and not begin with a digit.`;
		}
		if (reservedVariables.has(name)) return `The environment variable ${name} is set by Knative itself.`;
		if (seen.has(name)) return `The environment variable ${name} is defined twice.`;
		seen.add(name);
	}
	return undefined;
}

/** Variables as typed: each with its `=`, and by `envRule`. */
export function envRowsRule(rows: readonly EnvRow[]): string | undefined {
	const unfinished = rows.find(row => row.unfinished);
	return unfinished
		? `“${printable(unfinished.name)}” has no “=”; write NAME=value.`
		: envRule(rows.map(({name}) => name));
}

const quantity = /^(?:\d+(?:\.\d*)?|\.\d+)(?:(m|k|[KMGTPE]i?)|[eE][-+]?\d+)?$/;

/** CPU as a Kubernetes quantity, in cores: `0.5`, `500m`. */
export function cpuRule(value: string): string | undefined {
	const suffix = quantity.exec(value)?.[1] ?? '';
	if (quantity.test(value) && (suffix === '' || suffix === 'm') && Number.parseFloat(value) > 0) {
		return undefined;
	}
	return 'CPU is a number of cores, for example 0.5 or 500m.';
}

/** Memory as a Kubernetes quantity, in bytes: `128Mi`, `1Gi`. */
export function memoryRule(value: string): string | undefined {
	const match = quantity.exec(value);
	if (match?.[1] === 'm') {
		return `Memory of ${value} is a fraction of a byte; for mebibytes write ${Number.parseFloat(value)}Mi.`;
	}
	if (match && Number.parseFloat(value) > 0) return undefined;
	return 'Memory is a number of bytes, for example 128Mi or 1Gi.';
}

/** `containerConcurrency`: 0 is without limit; 1000 is the cluster's default maximum. */
export function concurrencyRule(value: string): string | undefined {
	const limit = wholeNumber(value);
	if (limit !== undefined && limit <= 1000) return undefined;
	return 'The hard limit is a whole number of requests from 0 (none) to 1000.';
}

/** Undefined for a whole percent from 0 to 100, else what is wrong, as a sentence. */
export function percentRule(value: string): string | undefined {
	const percent = wholeNumber(value);
	return percent !== undefined && percent <= 100 ? undefined : 'The share is a whole percent from 0 to 100.';
}

/** A whole number ≥ 0 in decimal digits; undefined for anything else. */
export function wholeNumber(value: string): number | undefined {
	if (!/^\d{1,15}$/.test(value)) return undefined;
	return Number(value);
}
