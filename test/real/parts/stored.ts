/** What the real cluster stores and notes, as far as the tests look at it. */
import * as v from 'valibot';

const target = v.object({
	revisionName: v.exactOptional(v.string()),
	latestRevision: v.exactOptional(v.boolean()),
	percent: v.exactOptional(v.number(), 0),
	tag: v.exactOptional(v.string()),
});

const condition = v.object({type: v.string(), status: v.string()});

export const service = v.object({
	metadata: v.object({
		uid: v.string(),
		generation: v.number(),
		resourceVersion: v.string(),
		annotations: v.exactOptional(v.record(v.string(), v.string()), {}),
	}),
	spec: v.object({
		template: v.object({
			metadata: v.exactOptional(
				v.object({annotations: v.exactOptional(v.record(v.string(), v.string()), {})}),
				{annotations: {}},
			),
			spec: v.object({
				containers: v.array(
					v.object({
						image: v.string(),
						env: v.exactOptional(
							v.array(v.object({name: v.string(), value: v.exactOptional(v.string())})),
							[],
						),
					}),
				),
			}),
		}),
		traffic: v.exactOptional(v.array(target), []),
	}),
	status: v.exactOptional(
		v.object({
			observedGeneration: v.exactOptional(v.number()),
			latestReadyRevisionName: v.exactOptional(v.string()),
			latestCreatedRevisionName: v.exactOptional(v.string()),
			conditions: v.exactOptional(v.array(condition), []),
		}),
		{},
	),
});

export const annotated = v.object({
	metadata: v.object({annotations: v.exactOptional(v.record(v.string(), v.string()), {})}),
});

export type StoredService = v.InferOutput<typeof service>;

export const list = v.object({
	items: v.array(
		v.object({
			metadata: v.object({name: v.string(), uid: v.string(), resourceVersion: v.string()}),
			status: v.exactOptional(
				v.object({
					actualReplicas: v.exactOptional(v.number()),
					desiredReplicas: v.exactOptional(v.number()),
				}),
				{},
			),
		}),
	),
});

export const auditEvent = v.object({
	verb: v.string(),
	requestURI: v.string(),
	userAgent: v.exactOptional(v.string(), ''),
	user: v.object({username: v.string()}),
	objectRef: v.exactOptional(v.object({resource: v.string(), namespace: v.exactOptional(v.string(), '')}), {
		resource: '',
		namespace: '',
	}),
	responseStatus: v.exactOptional(v.object({code: v.number()}), {code: 0}),
	requestObject: v.exactOptional(v.unknown()),
});

/** One writing request of a console, as the API server noted it. */
export type NotedWrite = {
	verb: string;
	resource: string;
	uri: string;
	code: number;
	body: unknown;
	/** Whether the API server took it for a dry run: by its query, or of a DELETE with a body by that alone. */
	isDry: boolean;
};

/** Of a list of revisions: each that has pods knows how many it is to have. */
export function areScaled(text: string): boolean {
	return v
		.parse(list, JSON.parse(text))
		.items.every(
			({status: {actualReplicas, desiredReplicas}}) =>
				actualReplicas === undefined || desiredReplicas !== undefined,
		);
}

export function isReady({metadata, status: {observedGeneration, conditions}}: StoredService): boolean {
	return (
		observedGeneration === metadata.generation &&
		conditions.some(({type, status}) => type === 'Ready' && status === 'True')
	);
}

/** By the rule of the API server: of a DELETE with a body, the query is not looked at. */
export function isDry(verb: string, uri: string, body: unknown): boolean {
	if (verb !== 'delete' || body === undefined) return uri.includes('dryRun=All');
	return typeof body === 'object' && body !== null && 'dryRun' in body;
}

/** `hello-00001=90:stable @latest=10`: a split in words. */
export function splitWords({spec: {traffic}}: StoredService): string {
	return traffic
		.map(({revisionName, percent, tag}) => {
			const name = revisionName ?? '@latest';
			return `${name}=${percent}${tag === undefined ? '' : `:${tag}`}`;
		})
		.join(' ');
}

/** A split in words without its tags. */
export function sharesIn(words: string): string {
	return words.replaceAll(/:[a-z]+/g, '');
}
