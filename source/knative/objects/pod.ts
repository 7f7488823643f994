/** A pod of a revision, as its logs and what is wrong with it need it. */
import * as v from 'valibot';
import {
	issueSentence,
	metadata,
	optionalWhole,
	sharedText,
	text,
	tolerantList,
	type Parsed,
} from './parsed.js';
import {printableLines} from '../text/printable.js';

export type ContainerView = {
	name: string;
	restarts: number;
	state: 'running' | 'waiting' | 'terminated' | 'unknown';
	/** Why it waits or ended (`CrashLoopBackOff`); '' when there is nothing to say. */
	reason: string;
	/** What the kubelet says of why it waits; '' when it says nothing. */
	message: string;
	/** How it ended last: its exit code, the kubelet's word (`Error`, `OOMKilled`) and the last line it left. */
	ended: {code: number; reason: string; lastLine: string} | undefined;
};

/** Texts are printable. */
export type PodView = {
	name: string;
	deleting: boolean;
	/** All its probes are answered. */
	isReady: boolean;
	/** Why no node takes it; undefined when one has. */
	unscheduled: string | undefined;
	containers: readonly ContainerView[];
};

const waitingState = v.fallback(
	v.optional(v.nullable(v.object({reason: sharedText, message: text}))),
	undefined,
);
const runningState = v.fallback(v.optional(v.nullable(v.object({}))), undefined);
/** The raw message may be the end of a log: several lines, of which the last one says most. */
const endedState = v.fallback(
	v.optional(
		v.nullable(
			v.object({
				exitCode: optionalWhole,
				reason: sharedText,
				message: v.fallback(v.string(), ''),
			}),
		),
	),
	undefined,
);
const podCondition = v.object({type: sharedText, status: sharedText, message: text});

const podSchema = v.object({
	metadata,
	spec: v.fallback(v.object({containers: tolerantList(v.object({name: sharedText}))}), {containers: []}),
	status: v.fallback(
		v.object({
			containerStatuses: tolerantList(
				v.object({
					name: sharedText,
					restartCount: optionalWhole,
					state: v.fallback(
						v.object({running: runningState, waiting: waitingState, terminated: endedState}),
						{running: undefined, waiting: undefined, terminated: undefined},
					),
					lastState: v.fallback(v.object({terminated: endedState}), {terminated: undefined}),
				}),
			),
			conditions: tolerantList(podCondition),
		}),
		{containerStatuses: [], conditions: []},
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
		const ended = terminated ?? found?.lastState.terminated;
		return {
			name,
			restarts: found?.restartCount ?? 0,
			state: running ? 'running' : waiting ? 'waiting' : terminated ? 'terminated' : 'unknown',
			reason: waiting?.reason ?? terminated?.reason ?? '',
			message: waiting?.message ?? '',
			ended: ended
				? {
						code: ended.exitCode ?? 0,
						reason: ended.reason,
						lastLine: printableLines(ended.message.trimEnd()).at(-1) ?? '',
					}
				: undefined,
		};
	});
	const conditionOf = (type: string) => status.conditions.find(condition => condition.type === type);
	const scheduled = conditionOf('PodScheduled');
	return {
		ok: true,
		value: {
			name: of.name,
			deleting: of.deletionTimestamp !== undefined,
			isReady: conditionOf('Ready')?.status === 'True',
			unscheduled: scheduled?.status === 'False' ? scheduled.message : undefined,
			containers,
		},
	};
}

/** Knative's own, beside those of the operator's. */
const queueProxy = 'queue-proxy';

/** The container whose log is wanted first: the operator's own, which Knative calls `user-container`, and puts first. */
export function mainContainer({containers}: PodView): ContainerView | undefined {
	return containers.find(({name}) => name !== queueProxy) ?? containers[0];
}
