/** What `kubectl explain` says of the fields that a release is made of. */
import type {Schema} from './schema.js';

const template: Record<string, string> = {
	'spec.template': 'What every new revision is made from. A change of it makes a new revision.',
	'spec.template.metadata.annotations':
		'Annotations of the revisions; those of autoscaling.knative.dev set the bounds of their scale.',
	'spec.template.metadata.name':
		'The name of the next revision, which has to begin with that of the Service. Given by the server unless told.',
	'spec.template.spec.containerConcurrency':
		'How many requests a pod serves at the same time, 0 to 1000. 0, the default, is without limit.',
	'spec.template.spec.containers': 'The containers of a pod; one of them serves.',
	'spec.template.spec.containers.env': 'Environment variables, by their names.',
	'spec.template.spec.containers.image': 'Which image to run. A tag is resolved to a digest once.',
	'spec.template.spec.containers.ports':
		'The port that is served, and by its name the protocol: http1 or h2c.',
	'spec.template.spec.timeoutSeconds': 'How long a request may take, 0 to 600 seconds. 300 unless told.',
};

const traffic: Record<string, string> = {
	'spec.traffic':
		'How requests are split over revisions. The percents sum to 100. All to the latest ready revision unless told.',
	'spec.traffic.configurationName': 'The Configuration whose latest revision is meant. Of a Route alone.',
	'spec.traffic.latestRevision': 'Whether the latest ready revision is meant, whichever that is.',
	'spec.traffic.percent': 'The share of requests, in whole percent.',
	'spec.traffic.revisionName': 'The revision that is meant.',
	'spec.traffic.tag': 'Gives the target a URL of its own, whatever its percent.',
	'spec.traffic.url': 'The URL of a tag. Told in the status; not to be set.',
	'status.traffic': 'The split that is being brought about, with the names of the revisions.',
	'status.url': 'Where the public reaches it.',
};

const common: Record<string, string> = {
	spec: 'What is wanted.',
	status: 'What is there, as the controllers last saw it.',
	'status.conditions': 'How far it is. Ready sums the others up.',
	'status.observedGeneration':
		'The generation that the status is about; with an older one it is out of date.',
};

const descriptions: Record<string, Record<string, string>> = {
	Service: {
		'': 'A Service manages what serves an app: a Configuration, which makes revisions of it, and a Route, which splits requests over them.',
		...common,
		...template,
		...traffic,
		'status.latestCreatedRevisionName': 'The revision that was made last, ready or not.',
		'status.latestReadyRevisionName': 'The latest revision that got ready.',
	},
	Configuration: {
		'': 'A Configuration keeps the template of an app, and makes a revision at each change of it.',
		...common,
		...template,
	},
	Route: {'': 'A Route splits the requests of a host over revisions.', ...common, ...traffic},
	Revision: {
		'': 'A Revision is an app and its settings at one point in time. Its spec does not change.',
		...common,
		'status.actualReplicas': 'How many pods there are.',
		'status.desiredReplicas': 'How many pods there ought to be.',
	},
};

/** The schema of a Knative kind with words to its fields; every other schema as it is. */
export function described(kind: {group: string; kind: string}, schema: Schema): Schema {
	const words = kind.group === 'serving.knative.dev' ? descriptions[kind.kind] : undefined;
	return words ? describedAt(schema, words, '') : schema;
}

function describedAt(schema: Schema, words: Readonly<Record<string, string>>, path: string): Schema {
	const {properties, items} = schema;
	const description = Object.hasOwn(words, path) ? words[path] : undefined;
	return {
		...schema,
		...(description === undefined ? {} : {description}),
		...(properties
			? {
					properties: Object.fromEntries(
						Object.entries(properties).map(([field, inner]) => [
							field,
							describedAt(inner, words, path === '' ? field : `${path}.${field}`),
						]),
					),
				}
			: {}),
		// The entries of a list are described by the list.
		...(items ? {items: withoutDescription(describedAt(items, words, path))} : {}),
	};
}

function withoutDescription({description: _description, ...schema}: Schema): Schema {
	return schema;
}
