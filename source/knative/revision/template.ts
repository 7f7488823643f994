/** What is worth knowing of a revision template (`spec.template` of a Service) or of a Revision's own spec. */

import * as v from 'valibot';
import {noEntries, shared} from '../objects/parsed.js';
import {printable} from '../text/printable.js';

/** How requests are spoken to the container. `grpc` is HTTP/2 without TLS: port name `h2c`. */
export type Protocol = 'http' | 'grpc';

export type EnvView = {
	name: string;
	/** Printable: the value, or where it comes from (`from Secret db, key password`). */
	shown: string;
	/** Raw, for editing and writing; undefined when it comes from elsewhere (`valueFrom`). */
	value: string | undefined;
};

/** Texts are printable, but for those of `autoscaling` and `EnvView.value`. */
export type TemplateSummary = {
	/** The BYO revision name (`spec.template.metadata.name`), when there is one. */
	revisionName: string | undefined;
	/** Index in `containers` of the one that gets the requests. */
	container: number;
	image: string;
	env: readonly EnvView[];
	protocol: Protocol;
	/** 8080 when the template names none. */
	port: number;
	/** The template's annotations under `autoscaling.knative.dev/`, by the key after the slash. Raw. */
	autoscaling: ReadonlyMap<string, string>;
	/** Hard limit of requests at once in one pod; 0 is none. */
	containerConcurrency: number;
	/** Name of the ServiceAccount that it runs as; empty for the namespace's own. Raw. */
	serviceAccount: string;
	/** Names of the Secrets by which its images are pulled. Raw. */
	pullSecrets: readonly string[];
};

/** Null is absent, as it is to the server (Go's encoding/json). */
function withoutNulls(input: unknown): unknown {
	if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
	if (!Object.values(input).includes(null)) return input;
	return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}

// Exact: what is absent stays absent when it is written back. Unknown fields are kept for the same reason.
const sent = <Entries extends v.ObjectEntries>(entries: Entries) =>
	v.pipe(v.unknown(), v.transform(withoutNulls), v.looseObject(entries));

const containerSchema = sent({
	name: v.exactOptional(v.string()),
	image: v.exactOptional(v.string()),
	env: v.exactOptional(
		v.array(
			sent({
				name: v.string(),
				value: v.exactOptional(v.string()),
				valueFrom: v.exactOptional(v.unknown()),
			}),
		),
	),
	ports: v.exactOptional(
		v.array(
			sent({
				name: v.exactOptional(v.string()),
				containerPort: v.exactOptional(v.number()),
				protocol: v.exactOptional(v.string()),
			}),
		),
	),
});

/** The spec of a revision. One without containers can be read, and nothing can be made of it. */
export const revisionSpec = sent({
	containers: v.optional(v.array(containerSchema), []),
	containerConcurrency: v.exactOptional(v.number()),
	serviceAccountName: v.exactOptional(v.string()),
	imagePullSecrets: v.exactOptional(v.array(sent({name: v.exactOptional(v.string())}))),
});

const strings = v.pipe(v.unknown(), v.transform(withoutNulls), v.record(v.string(), v.string()));

/** The part of a template that is read here; whatever else the server sends is let through. */
export const template = sent({
	metadata: v.exactOptional(
		sent({
			name: v.exactOptional(v.string()),
			labels: v.exactOptional(strings),
			annotations: v.exactOptional(strings),
		}),
	),
	spec: v.optional(revisionSpec, {}),
});

/** A template as it was sent, with every field it has. Raw: never to be shown as it is. */
export type RawTemplate = v.InferOutput<typeof template>;

const autoscalingPrefix = 'autoscaling.knative.dev/';

/** What the screen says of a template. Of several containers it is the one that gets the requests. */
export function summaryOf({metadata, spec}: RawTemplate): TemplateSummary {
	// With several containers exactly one has ports, and that one gets the requests (revision_validation.go).
	const container = Math.max(
		0,
		spec.containers.findIndex(candidate => (candidate.ports?.length ?? 0) > 0),
	);
	const serving = spec.containers[container];
	const port = serving?.ports?.[0];
	return {
		revisionName: metadata?.name ? printable(metadata.name) : undefined,
		container,
		image: shared(serving?.image ?? ''),
		env: (serving?.env ?? []).map(entry => ({
			name: shared(entry.name),
			shown: entry.valueFrom === undefined ? printable(entry.value ?? '') : sourceOf(entry.valueFrom),
			value: entry.valueFrom === undefined ? (entry.value ?? '') : undefined,
		})),
		protocol: port?.name === 'h2c' ? 'grpc' : 'http',
		port: port?.containerPort || 8080,
		autoscaling: autoscalingOf(metadata?.annotations),
		containerConcurrency: spec.containerConcurrency ?? 0,
		serviceAccount: shared(spec.serviceAccountName ?? ''),
		pullSecrets: (spec.imagePullSecrets ?? []).flatMap(({name}) => (name ? [shared(name)] : [])),
	};
}

function autoscalingOf(
	annotations: Readonly<Record<string, string>> | undefined,
): ReadonlyMap<string, string> {
	const found = Object.entries(annotations ?? {}).filter(([key]) => key.startsWith(autoscalingPrefix));
	if (found.length === 0) return noEntries;
	return new Map(found.map(([key, value]) => [key.slice(autoscalingPrefix.length), value]));
}

const quantities = v.fallback(v.record(v.string(), v.union([v.string(), v.number()])), {});
const resources = v.fallback(
	v.object({limits: v.optional(quantities, {}), requests: v.optional(quantities, {})}),
	{limits: {}, requests: {}},
);

/** What the container that gets the requests may use and asks for: `cpu limit` → `500m`. Printable. */
export function resourcesOf(
	{containers}: RawTemplate['spec'],
	container: number,
): ReadonlyMap<string, string> {
	const {limits, requests} = v.parse(resources, containers[container]?.['resources']);
	const found = [
		...Object.entries(limits).map(([name, value]) => [`${name} limit`, value] as const),
		...Object.entries(requests).map(([name, value]) => [`${name} request`, value] as const),
	];
	if (found.length === 0) return noEntries;
	return new Map(found.map(([name, value]) => [shared(name), shared(String(value))]));
}

/** Annotations that say what a revision does: those of Knative's and this program's own bookkeeping are left out. */
const bookkeeping = /^(?:(?:serving|client|autoscaling)\.knative\.dev|kn-canary\.dev)\//;

/** 32 bits of the FNV-1a hash: enough to tell that a value is another one, without keeping it. */
function digest(text: string): string {
	let hash = 0x81_1c_9d_c5;
	for (let index = 0; index < text.length; index++) {
		hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
	}
	return (hash >>> 0).toString(16);
}

/** By printable key, a digest of the value: what they say may be long, or secret, and is not shown. */
export function telling(annotations: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
	const found = [...annotations].filter(([key]) => !bookkeeping.test(key));
	if (found.length === 0) return noEntries;
	return new Map(found.map(([key, value]) => [shared(key), digest(value)]));
}

const keyRef = v.object({name: v.string(), key: v.string()});
const source = v.union([
	v.pipe(
		v.object({secretKeyRef: keyRef}),
		v.transform(({secretKeyRef: ref}) => `from Secret ${ref.name}, key ${ref.key}`),
	),
	v.pipe(
		v.object({configMapKeyRef: keyRef}),
		v.transform(({configMapKeyRef: ref}) => `from ConfigMap ${ref.name}, key ${ref.key}`),
	),
	v.pipe(
		v.object({fieldRef: v.object({fieldPath: v.string()})}),
		v.transform(({fieldRef}) => `from field ${fieldRef.fieldPath}`),
	),
]);

function sourceOf(valueFrom: unknown): string {
	const result = v.safeParse(source, valueFrom);
	return result.success ? printable(result.output) : 'from elsewhere';
}
