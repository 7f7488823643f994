/** A pod of a revision as the logs need it. */
import * as v from 'valibot';
import {issueSentence, metadata, optionalWhole, sharedText, tolerantList, type Parsed} from './parsed.js';

export type ContainerView = {
	name: string;
	restarts: number;
	state: 'running' | 'waiting' | 'terminated' | 'unknown';
	/** Why it waits or ended (`CrashLoopBackOff`); '' when there is nothing to say. */
	reason: string;
};

/** Texts are printable. */
export type PodView = {name: string; deleting: boolean; containers: readonly ContainerView[]};

const reason = v.fallback(v.optional(v.nullable(v.object({reason: sharedText}))), undefined);

const podSchema = v.object({
	metadata,
	spec: v.fallback(v.object({containers: tolerantList(v.object({name: sharedText}))}), {containers: []}),
	status: v.fallback(
		v.object({
			containerStatuses: tolerantList(
				v.object({
					name: sharedText,
					restartCount: optionalWhole,
					state: v.fallback(v.object({running: reason, waiting: reason, terminated: reason}), {
						running: undefined,
						waiting: undefined,
						terminated: undefined,
					}),
				}),
			),
		}),
		{containerStatuses: []},
	),
});

/** Reads a Pod; the containers are in the order of its spec, also those that have no status yet. */
export function parsePod(object: unknown): Parsed<PodView> {
	const parsed = v.safeParse(podSchema, object);
	if (!parsed.success) return {ok: false, reason: issueSentence('A pod', parsed.issues)};
	const {metadata: of, spec, status} = parsed.output;
	const containers = spec.containers.map(({name}): ContainerView => {
		const found = status.containerStatuses.find(entry => entry.name === name);
		const {running, waiting, terminated} = found?.state ?? {};
		return {
			name,
			restarts: found?.restartCount ?? 0,
			state: running ? 'running' : waiting ? 'waiting' : terminated ? 'terminated' : 'unknown',
			reason: waiting?.reason ?? terminated?.reason ?? '',
		};
	});
	return {ok: true, value: {name: of.name, deleting: of.deletionTimestamp !== undefined, containers}};
}

/** Knative's own, beside those of the operator's. */
const queueProxy = 'queue-proxy';

/** The container whose log is wanted first: the operator's own, which Knative calls `user-container`, and puts first. */
export function mainContainer({containers}: PodView): ContainerView | undefined {
	return containers.find(({name}) => name !== queueProxy) ?? containers[0];
}
