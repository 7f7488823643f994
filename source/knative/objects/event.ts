/** Events of core/v1: what components of the cluster had to say about an object. */
import * as v from 'valibot';
import {
	issueSentence,
	metadata,
	optionalTime,
	optionalWhole,
	sharedText,
	text,
	type Parsed,
} from './parsed.js';

/** Texts are printable, times milliseconds since 1970. */
export type EventView = {
	/** Of the Event, which is no name for the eye. */
	name: string;
	isWarning: boolean;
	/** CamelCase word. */
	reason: string;
	message: string;
	/** What it is about. */
	kind: string;
	about: string;
	/** How often it was said; at least 1. */
	count: number;
	/** When it was said last; undefined when the server does not say. */
	last: number | undefined;
	/** Grows with every write to the cluster: times have whole seconds, and much happens within one. 0 when unknown. */
	version: number;
};

const optionalSeries = v.fallback(
	v.optional(v.nullable(v.object({count: optionalWhole, lastObservedTime: optionalTime}))),
	undefined,
);

const eventSchema = v.object({
	metadata,
	type: sharedText,
	reason: sharedText,
	message: text,
	involvedObject: v.object({kind: sharedText, name: text}),
	count: optionalWhole,
	series: optionalSeries,
	firstTimestamp: optionalTime,
	lastTimestamp: optionalTime,
	eventTime: optionalTime,
});

/**
 * Reads an Event, of the old style (count, lastTimestamp) or of the new one (series, eventTime); which fields count is
 * kubectl's rule: kubernetes/kubernetes pkg/printers/internalversion printEvent.
 */
export function parseEvent(object: unknown): Parsed<EventView> {
	const parsed = v.safeParse(eventSchema, object);
	if (!parsed.success) return {ok: false, reason: issueSentence('An event', parsed.issues)};
	const event = parsed.output;
	return {
		ok: true,
		value: {
			name: event.metadata.name,
			isWarning: event.type !== 'Normal',
			reason: event.reason,
			message: event.message,
			kind: event.involvedObject.kind,
			about: event.involvedObject.name,
			count: Math.max(1, event.series?.count ?? event.count ?? 1),
			last:
				event.series?.lastObservedTime ??
				event.lastTimestamp ??
				event.eventTime ??
				event.firstTimestamp ??
				event.metadata.creationTimestamp,
			// A number that can be compared: KEP-5504, and so in every API server before it.
			version: Number(event.metadata.resourceVersion) || 0,
		},
	};
}

/** Kinds that Knative makes under the very name of the service. */
const ofService: ReadonlySet<string> = new Set(['Service', 'Configuration', 'Route', 'Ingress']);

/** `cart-00002-deployment-5d8f-x7k2p` → `cart-00002`: what Knative and Deployments append to the name of a revision. */
const appended = /-(?:deployment|cache|private)(?:-.*)?$/;

/**
 * The revision that an object is or belongs to, by its name alone: `cart-00002` of the revision itself, its autoscaler, its
 * Deployment, ReplicaSets and pods. (Names that would be longer than 63 characters are cut by Knative, and not recognized.)
 */
function revisionIn(name: string): string {
	return name.replace(appended, '');
}

/**
 * Whether an event is about the object or about what belongs to it: of a service its configuration, route, revisions and
 * their pods; of a revision its pods and what scales them.
 * @param revisions Names of the revisions of the service that are known, for those that were given a name by hand.
 */
export function concerns(
	{kind, name}: {kind: 'service' | 'revision'; name: string},
	event: Pick<EventView, 'kind' | 'about'>,
	revisions: ReadonlySet<string>,
): boolean {
	const revision = revisionIn(event.about);
	if (kind === 'revision') return revision === name;
	if (event.about === name) return ofService.has(event.kind);
	if (revisions.has(revision)) return true;
	// A new revision may be spoken of before the watch has told of it: `cart-00007`.
	return revision.startsWith(`${name}-`) && /^\d{5}$/.test(revision.slice(name.length + 1));
}
