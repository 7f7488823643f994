/** A pod of a revision, as far as it matters for asking its queue-proxy about requests. */
import * as v from 'valibot';
import {
	issueSentence,
	metadata,
	shared,
	sharedText,
	tolerantList,
	type Parsed,
} from '../../knative/objects/parsed.js';

/**
 * What the environment of a queue-proxy says of the metrics of requests: told at port 9091, by one of before Knative 1.19 or not, sent
 * elsewhere, nothing, or not known.
 */
export type MetricsSetting =
	| {kind: 'prometheus'; isOlder: boolean}
	| {kind: 'pushed'; protocol: string}
	| {kind: 'none'}
	| {kind: 'unknown'};

/** Texts are printable. */
export type MeteredPod = {
	name: string;
	uid: string;
	/** '' where it has no such label. */
	revision: string;
	/** Whether its containers run: before that nobody listens. */
	isRunning: boolean;
	/** Whether it takes requests: before that they wait for it, or go elsewhere. */
	isReady: boolean;
	metrics: MetricsSetting;
};

const optionalText = v.fallback(v.optional(v.string()), undefined);

const podSchema = v.object({
	metadata,
	spec: v.fallback(
		v.object({
			containers: tolerantList(
				v.object({
					name: sharedText,
					env: v.fallback(tolerantList(v.object({name: sharedText, value: optionalText})), []),
				}),
			),
		}),
		{containers: []},
	),
	status: v.fallback(
		v.object({
			phase: v.fallback(sharedText, ''),
			conditions: v.fallback(tolerantList(v.object({type: sharedText, status: sharedText})), []),
		}),
		{phase: '', conditions: []},
	),
});

const revisionLabel = 'serving.knative.dev/revision';

/** Reads a Pod. */
export function parseMeteredPod(object: unknown): Parsed<MeteredPod> {
	const parsed = v.safeParse(podSchema, object);
	if (!parsed.success) return {ok: false, reason: issueSentence('A pod', parsed.issues)};
	const {metadata: of, spec, status} = parsed.output;
	const env = spec.containers.find(({name}) => name === 'queue-proxy')?.env ?? [];
	return {
		ok: true,
		value: {
			name: of.name,
			uid: of.uid,
			revision: shared(of.labels.get(revisionLabel) ?? ''),
			isRunning: status.phase === 'Running',
			isReady: status.conditions.some(({type, status: is}) => type === 'Ready' && is === 'True'),
			metrics: settingOf(new Map(env.map(({name, value}) => [name, value ?? '']))),
		},
	};
}

const configSchema = v.object({requestMetrics: v.object({protocol: sharedText})});

/**
 * Since Knative 1.19 the whole configuration as JSON, before the name of a backend (knative/serving
 * pkg/reconciler/revision/resources/queue.go).
 */
function settingOf(env: ReadonlyMap<string, string>): MetricsSetting {
	const text = env.get('OBSERVABILITY_CONFIG');
	if (text !== undefined && text !== '') {
		const config = v.safeParse(v.pipe(v.string(), v.parseJson(), configSchema), text);
		return config.success ? settingNamed(config.output.requestMetrics.protocol) : {kind: 'unknown'};
	}
	const backend = env.get('SERVING_REQUEST_METRICS_BACKEND');
	return backend === undefined ? {kind: 'unknown'} : settingNamed(backend, {isOlder: true});
}

function settingNamed(name: string, {isOlder = false} = {}): MetricsSetting {
	if (name === 'prometheus') return {kind: 'prometheus', isOlder};
	return name === '' || name === 'none' ? {kind: 'none'} : {kind: 'pushed', protocol: name};
}
