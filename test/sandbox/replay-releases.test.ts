/**
 * The sandbox held against a real cluster: the steps of a release are made again, and each object must go through the states
 * that the watches of a real one told of. Which of them a watch tells of depends on how fast the controllers come to it: what
 * the sandbox leaves out or adds is listed in recorded/known-differences.json.
 */
import {isDeepStrictEqual} from 'node:util';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {
	at,
	isObject,
	objectsOf,
	parseJson,
	stringOf,
	type JsonObject,
} from '../../source/sandbox/api/body/json.js';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';
import {settledText} from './recorded/comparison.js';
import {knownDifferences, releases, type RecordedStep} from './recorded/recording.js';

const group = '/apis/serving.knative.dev/v1/namespaces/flow';
const collections: Readonly<Record<string, string>> = {
	service: `${group}/services`,
	configuration: `${group}/configurations`,
	revision: `${group}/revisions`,
	route: `${group}/routes`,
	kingress: '/apis/networking.internal.knative.dev/v1alpha1/namespaces/flow/ingresses',
	event: '/api/v1/namespaces/flow/events',
};

let sandbox: Sandbox;
const ending = new AbortController();
/** The states of each object since the step began, each change once. */
const seen = new Map<string, string[]>();
const events = new Set<string>();
let look = (): void => {};

beforeAll(async () => {
	sandbox = await startSandbox({pace: 2, seed: false, tls: false});
	await send('POST', '/api/v1/namespaces', {
		apiVersion: 'v1',
		kind: 'Namespace',
		metadata: {name: 'flow'},
	});
	for (const [kind, path] of Object.entries(collections)) {
		void follow(kind, path);
	}
});

afterAll(async () => {
	ending.abort();
	await sandbox.stop();
});

async function send(method: string, path: string, body?: unknown, contentType = 'application/json') {
	const response = await fetch(`${sandbox.apiUrl}${path}`, {
		method,
		headers: {
			authorization: `Bearer ${sandbox.token}`,
			...(body === undefined ? {} : {'content-type': contentType}),
		},
		...(body === undefined ? {} : {body: JSON.stringify(body)}),
	});
	expect(response.ok).toBe(true);
	await response.text();
}

async function follow(kind: string, path: string): Promise<void> {
	try {
		const response = await fetch(`${sandbox.apiUrl}${path}?watch=1`, {
			headers: {authorization: `Bearer ${sandbox.token}`},
			signal: ending.signal,
		});
		let rest = '';
		const decoder = new TextDecoder();
		for await (const chunk of response.body ?? []) {
			const lines = (rest + decoder.decode(chunk, {stream: true})).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) {
				take(kind, parseJson(line));
			}

			look();
		}
	} catch (error) {
		if (!ending.signal.aborted) {
			throw error;
		}
	}
}

function take(kind: string, change: unknown): void {
	const object = at(change, 'object');
	if (!isObject(object)) {
		return;
	}

	if (kind === 'event') {
		const about = at(object, 'involvedObject');
		const whom = stringOf(at(about, 'kind'));
		if (!['Pod', 'ReplicaSet', 'Deployment'].includes(whom)) {
			const text = `${stringOf(object['type'])} ${whom} ${stringOf(at(about, 'name'))} ${stringOf(object['reason'])}: ${stringOf(object['message'])}`;
			events.add(settledText(text));
		}

		return;
	}

	const key = `${kind} ${stringOf(at(object, 'metadata', 'name'))}`;
	const states = seen.get(key) ?? [];
	seen.set(key, states);
	const state = at(change, 'type') === 'DELETED' ? 'DELETED' : settledText(stateOf(kind, object));
	// How long a revision has been idle is not the step's doing.
	if (states.at(-1) !== state && !state.includes(' NoTraffic')) {
		states.push(state);
	}
}

/** What matters of an object, as it was recorded: one line. */
function stateOf(kind: string, object: JsonObject): string {
	const status = at(object, 'status');
	const of = (field: string): string => {
		const value = at(status, field);
		return typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
	};
	const traffic = objectsOf(at(status, 'traffic')).map(target => {
		const tag = stringOf(target['tag']);
		return `${stringOf(target['revisionName'])}${target['latestRevision'] === true ? '@latest' : ''}${tag === '' ? '' : `#${tag}`}=${String(Number(target['percent']))}`;
	});
	const isServing = kind === 'service' || kind === 'configuration';
	return [
		...(kind === 'revision'
			? [`pods ${of('actualReplicas')}/${of('desiredReplicas')}`]
			: [`gen ${Number(at(object, 'metadata', 'generation'))} obs ${of('observedGeneration')}`]),
		...(isServing
			? [`created ${of('latestCreatedRevisionName')} ready ${of('latestReadyRevisionName')}`]
			: []),
		...(kind === 'service' || kind === 'route' ? [`traffic ${traffic.join(',')}`] : []),
		...objectsOf(at(status, 'conditions')).map(condition => {
			const [reason, message] = [stringOf(condition['reason']), stringOf(condition['message'])];
			return `${stringOf(condition['type'])} ${stringOf(condition['status'])}${reason === '' ? '' : ` ${reason}`}${message === '' ? '' : `: ${message}`}`;
		}),
	].join(' | ');
}

const service = {
	apiVersion: 'serving.knative.dev/v1',
	kind: 'Service',
	metadata: {name: 'cart'},
	spec: {
		template: {
			spec: {
				containers: [
					{
						image: 'registry.example.com/samples/helloworld-go:1',
						env: [{name: 'TARGET', value: 'World'}],
					},
				],
			},
		},
	},
};

/** Whether every object has come to where it came to on a real cluster, and everything was said that is to be. */
function isOver({states, events: recorded}: RecordedStep): boolean {
	const isThere = Object.entries(states).every(([key, sequence]) => {
		const last = sequence
			.map(state => settledText(state))
			.findLast(state => !isKnown(`missing ${key}: ${state}`));
		return last === undefined || seen.get(key)?.includes(last);
	});
	return (
		isThere &&
		recorded
			.map(text => settledText(text))
			.every(text => events.has(text) || isKnown(`missing event ${text}`))
	);
}

const known = knownDifferences();
const currentStep = {name: ''};
const isKnown = (difference: string): boolean =>
	known.some(({requests, differs}) => requests.includes(currentStep.name) && differs.includes(difference));

async function settled(step: RecordedStep): Promise<void> {
	const {promise, resolve} = Promise.withResolvers<void>();
	look = () => {
		if (isOver(step)) {
			resolve();
		}
	};
	const giveUp = setTimeout(resolve, 30_000);
	look();
	await promise;
	clearTimeout(giveUp);
}

/** Of some states those that are among others, each where it came first. */
const inOrder = (states: readonly string[], others: readonly string[]): string[] => [
	...new Set(states.filter(state => others.includes(state))),
];

it.each(releases().map(step => [step.step, step] as const))('%s', async (name, step) => {
	currentStep.name = name;
	seen.clear();
	events.clear();
	if (step.patch) {
		await send('PATCH', `${group}/services/cart`, step.patch, 'application/merge-patch+json');
	} else if (name === '01-create') {
		await send('POST', `${group}/services`, service);
	} else {
		await send('DELETE', `${group}/services/cart`);
	}

	await settled(step);
	const differences = [
		...Object.entries(step.states).flatMap(([key, recorded]) => {
			const got = seen.get(key) ?? [];
			const wanted = recorded.map(state => settledText(state));
			return [
				...(isDeepStrictEqual(inOrder(got, wanted), inOrder(wanted, got)) ? [] : [`other order of ${key}`]),
				...wanted.filter(state => !got.includes(state)).map(state => `missing ${key}: ${state}`),
				...got.filter(state => !wanted.includes(state)).map(state => `added ${key}: ${state}`),
			];
		}),
		...step.events
			.map(text => settledText(text))
			.filter(text => !events.has(text))
			.map(text => `missing event ${text}`),
	];
	const listed = known.filter(({requests}) => requests.includes(name)).flatMap(({differs}) => differs);
	expect(differences.filter(text => !listed.includes(text))).toEqual([]);
	expect(listed.filter(text => !differences.includes(text))).toEqual([]);
});
