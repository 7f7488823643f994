/**
 * From a Service to one of its pods and the port of a container behind its own: what kubectl does for
 * `port-forward service/NAME` (kubectl pkg/cmd/portforward, pkg/util/podutils ActivePods).
 */
import * as v from 'valibot';
import {printable} from '../../knative/text/printable.js';
import {TransportError, type Cluster, type ForwardTarget} from '../cluster.js';
import {parseList} from '../identity.js';
import {corePath} from '../paths.js';
import {sentenceOf} from '../status.js';

/** A port of a Service, by its number there. */
export type ServicePortName = {namespace: string; name: string; port: number};

export type FoundTarget =
	| ({kind: 'found'} & ForwardTarget)
	/** `isGone`: there is no such Service any more. `isForbidden`: its pods may not be listed. */
	| {kind: 'none'; sentence: string; isGone: boolean; isForbidden?: boolean};

const optionalText = v.optional(v.nullable(v.string()));
const list = <T extends v.GenericSchema>(item: T) => v.optional(v.nullable(v.array(item)));
const portNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

const serviceSchema = v.object({
	spec: v.object({
		selector: v.optional(v.nullable(v.record(v.string(), v.string()))),
		ports: list(
			v.object({
				port: portNumber,
				protocol: optionalText,
				targetPort: v.optional(v.nullable(v.union([v.number(), v.string()]))),
			}),
		),
	}),
});

const containers = list(
	v.object({ports: list(v.object({name: optionalText, containerPort: portNumber, protocol: optionalText}))}),
);
const podSchema = v.object({
	metadata: v.object({name: v.string(), deletionTimestamp: optionalText}),
	spec: v.object({containers, initContainers: containers}),
	status: v.object({
		phase: optionalText,
		conditions: list(v.object({type: v.string(), status: v.string(), lastTransitionTime: optionalText})),
	}),
});
type Pod = v.InferOutput<typeof podSchema>;

/** More than a gateway has pods. */
const mostPods = '200';

/** Since when it has been ready, RFC 3339; undefined when it is not, or is about to go. */
function readySince({metadata, status}: Pod): string | undefined {
	if (metadata.deletionTimestamp || status.phase !== 'Running') return undefined;
	const ready = (status.conditions ?? []).find(({type}) => type === 'Ready');
	return ready?.status === 'True' ? (ready.lastTransitionTime ?? '') : undefined;
}

const isTcp = ({protocol}: {protocol?: string | null | undefined}) => (protocol ?? 'TCP') === 'TCP';

/** A `targetPort` is a number, or the name that the port has in the pod: another number in each, if it likes. */
function portInPod({spec}: Pod, targetPort: number | string): number | undefined {
	if (typeof targetPort === 'number') return targetPort;
	// A sidecar is an init container that stays.
	const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
	return all.flatMap(({ports}) => ports ?? []).find(port => port.name === targetPort && isTcp(port))
		?.containerPort;
}

/**
 * The pod that has been ready longest, and the port of its container behind the port of a Service.
 *
 * @param service, pods As the API has them: the pods are those that its selector selects.
 */
export function chooseTarget(service: unknown, pods: readonly unknown[], name: ServicePortName): FoundTarget {
	const what = `Service ${printable(name.namespace)}/${printable(name.name)}`;
	const none = (why: string): FoundTarget => ({kind: 'none', sentence: `${what}: ${why}`, isGone: false});
	const parsed = v.safeParse(serviceSchema, service);
	const port = parsed.success
		? (parsed.output.spec.ports ?? []).find(each => each.port === name.port && isTcp(each))
		: undefined;
	if (!port) return none(`it has no port ${name.port} over TCP`);
	const ready = pods
		.flatMap(candidate => {
			const pod = v.safeParse(podSchema, candidate);
			const since = pod.success ? readySince(pod.output) : undefined;
			return pod.success && since !== undefined ? [{pod: pod.output, since}] : [];
		})
		.toSorted(
			(one, other) =>
				one.since.localeCompare(other.since) || one.pod.metadata.name.localeCompare(other.pod.metadata.name),
		);
	if (ready.length === 0) {
		return none(pods.length === 0 ? 'it has no pod' : `of its pods (${pods.length}) none is ready`);
	}
	const targetPort = port.targetPort || port.port;
	for (const {pod} of ready) {
		const number = portInPod(pod, targetPort);
		if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= 65_535) {
			return {kind: 'found', pod: {namespace: name.namespace, name: pod.metadata.name}, port: number};
		}
	}
	return none(`its pods have no port called "${printable(String(targetPort))}"`);
}

/** Asks the API for the Service and its pods, and chooses. What cannot be asked is a sentence. */
export async function findTarget(
	cluster: Pick<Cluster, 'request'>,
	name: ServicePortName,
): Promise<FoundTarget> {
	const what = `Service ${printable(name.namespace)}/${printable(name.name)}`;
	try {
		const service = await cluster.request({
			method: 'GET',
			path: corePath('services', name.namespace, name.name),
		});
		if (service.status !== 200) {
			return {
				kind: 'none',
				sentence: `${what}: ${sentenceOf(service)}`,
				isGone: service.status === 404,
			};
		}
		const parsed = v.safeParse(serviceSchema, service.body);
		const selector = Object.entries((parsed.success && parsed.output.spec.selector) || {});
		if (selector.length === 0) {
			return {kind: 'none', sentence: `${what}: it selects no pods`, isGone: false};
		}
		const pods = await cluster.request({
			method: 'GET',
			path: corePath('pods', name.namespace),
			query: {labelSelector: selector.map(([key, value]) => `${key}=${value}`).join(','), limit: mostPods},
		});
		if (pods.status !== 200) {
			const sentence = `the pods of ${what}: ${sentenceOf(pods)}`;
			return {kind: 'none', sentence, isGone: false, isForbidden: pods.status === 403};
		}
		return chooseTarget(service.body, parseList(pods.body)?.items ?? [], name);
	} catch (error) {
		if (!(error instanceof TransportError)) throw error;
		return {kind: 'none', sentence: `${what}: ${error.message}`, isGone: false};
	}
}
