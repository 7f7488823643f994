/**
 * Every write there is. Each function sends exactly one writing request, never a second one, and says truly whether
 * the change was made; when the answer was lost it reads the object again, and where even that cannot tell, says so.
 */
import type {KubernetesObject} from '../traffic/wire.js';
import {
	ReadOnlyError,
	TransportError,
	type ApiAnswer,
	type ApiRequest,
	type Cluster,
	type HttpMethod,
} from './cluster.js';
import {guard, type PatchOperation} from '../traffic/patch.js';
import {holds, includes} from './holds.js';
import {identityOf, type Identity} from './objects.js';
import {fieldManager, servingPath} from './paths.js';
import {parseStatus, sentenceOf, withoutWebhookPrefix} from './status.js';

export type WriteOutcome =
	/** Made (or, of a dry run: would be). `unchanged`: the server had it that way already. */
	| {kind: 'done'; object: unknown; warnings: string[]; unchanged?: boolean}
	/** Not made: someone else's change came first. `theirs` is the object as it is now. */
	| {kind: 'conflict'; theirs: unknown}
	/** Not made: the object does not exist (any more). */
	| {kind: 'gone'}
	/** Not made: an object of this name exists already. */
	| {kind: 'exists'}
	/** Not made: the server said no. `sentence` in its own words; `full` with the name of the webhook that refused. */
	| {kind: 'refused'; status: number; reason: string; sentence: string; full: string; retryAfter?: number}
	/** Not made: the request did not reach the server, or was a dry run. */
	| {kind: 'not made'; sentence: string}
	/** Perhaps made, perhaps not, perhaps still on its way. `now` is the object as far as it could be read again. */
	| {kind: 'unknown'; sentence: string; now?: unknown}
	/** Not made: this console may only read. */
	| {kind: 'read only'; sentence: string};

/** One writing request that left the process, for a log of writes. */
export type Sent = {
	/** Milliseconds since 1970, when it was sent. */
	at: number;
	method: HttpMethod;
	path: string;
	query: Record<string, string>;
	contentType: string;
	body: unknown;
	dryRun: boolean;
	/** What the operator was about, as given by the caller. */
	reason?: string;
	outcome: WriteOutcome;
};

export type WriteOptions = {
	/** Ask the server what it would do, and change nothing. */
	dryRun?: boolean;
	/** For the log: `roll back`. */
	reason?: string;
	/** Called once for every request that left, when its outcome is known. */
	onSent?: (sent: Sent) => void;
	/** Milliseconds until the answer must be complete; 15,000 when not given: a webhook alone may take 10. */
	timeout?: number;
	now?: () => number;
};

/** The state of a Service that a change was made from. */
export type Target = {namespace: string; name: string; uid: string; generation: number};

const defaultTimeout = 15_000;

type Writing = {
	method: HttpMethod;
	path: string;
	/** Of the object itself, to read it again. */
	objectPath: string;
	body: unknown;
	contentType: string;
	query?: Record<string, string>;
	onAnswer: (answer: ApiAnswer, readAgain: () => Promise<Reading>) => Promise<WriteOutcome>;
	/** After a lost answer. `sentence` says how it was lost. */
	onLost: (reading: Reading, sentence: string) => WriteOutcome;
};

/** The object as it is after a write: there, not there, or unreadable. */
type Reading =
	| {kind: 'there'; object: unknown; identity: Identity}
	| {kind: 'absent'}
	| {kind: 'unreadable'; sentence: string};

function refused(answer: ApiAnswer): WriteOutcome {
	const full = sentenceOf(answer);
	const status = parseStatus(answer.body);
	const retryAfter = answer.retryAfter ?? status?.retryAfter;
	return {
		kind: 'refused',
		status: answer.status,
		reason: status?.reason ?? '',
		sentence: withoutWebhookPrefix(full),
		full,
		...(retryAfter === undefined ? {} : {retryAfter}),
	};
}

/**
 * Whether an answer settles that nothing was changed. All of 4xx do. Of 5xx only what the API server itself says
 * before it stores anything: a webhook that could not be called, a server that takes no requests. The rest (a time-out
 * of the server or of etcd, a gateway error of a load balancer) may come after the change was made.
 */
function settles({status, body}: ApiAnswer): boolean {
	if (status < 500) return true;
	const said = parseStatus(body);
	if (status === 503) return said?.reason === 'ServiceUnavailable';
	return status === 500 && said !== undefined && said.message.includes('failed calling webhook');
}

async function read(cluster: Cluster, path: string): Promise<Reading> {
	try {
		const answer = await cluster.request({method: 'GET', path});
		const identity = identityOf(answer.body);
		if (answer.status === 200 && identity) return {kind: 'there', object: answer.body, identity};
		if (answer.status === 404 && parseStatus(answer.body)) return {kind: 'absent'};
		return {kind: 'unreadable', sentence: sentenceOf(answer)};
	} catch (error) {
		if (error instanceof TransportError) return {kind: 'unreadable', sentence: error.message};
		throw error;
	}
}

async function outcomeOf(
	cluster: Cluster,
	writing: Writing,
	request: ApiRequest,
	dryRun: boolean,
): Promise<WriteOutcome> {
	const readAgain = async () => read(cluster, writing.objectPath);
	let lost: string;
	try {
		const answer = await cluster.request(request);
		if (settles(answer)) return await writing.onAnswer(answer, readAgain);
		lost = sentenceOf(answer);
	} catch (error) {
		if (!(error instanceof TransportError)) throw error;
		if (error.outcome === 'not sent')
			return {kind: 'not made', sentence: `nothing was sent: ${error.message}`};
		lost = error.message;
	}
	if (dryRun) return {kind: 'not made', sentence: `the dry run failed: ${lost}`};
	return writing.onLost(await readAgain(), lost);
}

async function write(cluster: Cluster, writing: Writing, options: WriteOptions): Promise<WriteOutcome> {
	const dryRun = options.dryRun ?? false;
	const query = {...writing.query, ...(dryRun ? {dryRun: 'All'} : {})};
	const {method, path, body, contentType} = writing;
	const at = (options.now ?? Date.now)();
	let outcome: WriteOutcome;
	try {
		const timeout = options.timeout ?? defaultTimeout;
		outcome = await outcomeOf(cluster, writing, {method, path, query, body, contentType, timeout}, dryRun);
	} catch (error) {
		if (error instanceof ReadOnlyError) return {kind: 'read only', sentence: error.message};
		throw error;
	}
	if (outcome.kind !== 'not made' || dryRun) {
		const {reason} = options;
		options.onSent?.({
			at,
			method,
			path,
			query,
			contentType,
			body,
			dryRun,
			outcome,
			...(reason === undefined ? {} : {reason}),
		});
	}
	return outcome;
}

function unreadable(sentence: string, reading: {sentence: string}): WriteOutcome {
	return {
		kind: 'unknown',
		sentence: `${sentence}; whether the change was made is not known, because reading the object again failed too: ${reading.sentence}`,
	};
}

/**
 * Changes a Service of serving.knative.dev, if it is still the one the change was made from: one JSON patch whose
 * first operations test `/metadata/uid` and `/metadata/generation`. The generation moves when, and only when, somebody
 * changed the spec, so that an update of the status is no conflict. `unchanged` is told of patches of the spec alone.
 */
export async function guardedPatch(
	cluster: Cluster,
	target: Target,
	operations: readonly PatchOperation[],
	options: WriteOptions = {},
): Promise<WriteOutcome> {
	const path = servingPath('services', target.namespace, target.name);
	const specOnly = operations.every(({op, path: at}) => op === 'test' || /^\/spec(?:\/|$)/.test(at));
	const moved = ({uid, generation}: Identity) => uid !== target.uid || generation !== target.generation;
	const sameGeneration = (identity: Identity | undefined) =>
		specOnly && identity?.generation === target.generation ? {unchanged: true} : {};

	return write(
		cluster,
		{
			method: 'PATCH',
			path,
			objectPath: path,
			query: {fieldManager, fieldValidation: 'Strict'},
			contentType: 'application/json-patch+json',
			body: [...guard(target), ...operations],
			async onAnswer(answer, readAgain) {
				if (answer.status === 200) {
					const {body: object, warnings} = answer;
					return {kind: 'done', object, warnings, ...sameGeneration(identityOf(object))};
				}
				const status = parseStatus(answer.body);
				if (answer.status === 404 && status) return {kind: 'gone'};
				// A refused test is a 422 in words that say nothing; only the object tells whether it was the guard.
				if (answer.status !== 422 && answer.status !== 409) return refused(answer);
				const reading = await readAgain();
				if (reading.kind === 'absent') return {kind: 'gone'};
				if (reading.kind === 'there' && moved(reading.identity))
					return {kind: 'conflict', theirs: reading.object};
				return refused(answer);
			},
			onLost(reading, sentence) {
				if (reading.kind === 'absent') return {kind: 'gone'};
				if (reading.kind === 'unreadable') return unreadable(sentence, reading);
				const {object: now, identity} = reading;
				if (identity.uid !== target.uid || identity.generation === undefined)
					return {kind: 'conflict', theirs: now};
				const steps = identity.generation - target.generation;
				const asWanted = holds(now, operations);
				if (asWanted && steps <= 1)
					return {kind: 'done', object: now, warnings: [], ...sameGeneration(identity)};
				// Somebody else's change is the one that came next, so that the guard refuses ours for good.
				if (asWanted === false && steps === 1) return {kind: 'conflict', theirs: now};
				const situation =
					steps === 0
						? 'so far the object is as it was, but the request may still be on its way'
						: 'the object was changed since, and whether this change is among them cannot be told';
				return {kind: 'unknown', sentence: `${sentence}; ${situation}`, now};
			},
		},
		options,
	);
}

/**
 * Creates a Service of serving.knative.dev. Unknown fields are refused rather than dropped, as kubectl does. Throws
 * TypeError when the manifest has no name or namespace.
 */
export async function createService(
	cluster: Cluster,
	manifest: KubernetesObject,
	options: WriteOptions = {},
): Promise<WriteOutcome> {
	const {name, namespace} = manifest.metadata;
	if (!name || !namespace)
		throw new TypeError('a Service to be created needs metadata.name and metadata.namespace');
	return write(
		cluster,
		{
			method: 'POST',
			path: servingPath('services', namespace),
			objectPath: servingPath('services', namespace, name),
			query: {fieldManager, fieldValidation: 'Strict'},
			contentType: 'application/json',
			body: manifest,
			async onAnswer(answer) {
				if (answer.status === 201 || answer.status === 200 || answer.status === 202) {
					return {kind: 'done', object: answer.body, warnings: answer.warnings};
				}
				const exists = answer.status === 409 && parseStatus(answer.body)?.reason === 'AlreadyExists';
				return exists ? {kind: 'exists'} : refused(answer);
			},
			onLost(reading, sentence) {
				if (reading.kind === 'unreadable') return unreadable(sentence, reading);
				if (reading.kind === 'absent') {
					return {
						kind: 'unknown',
						sentence: `${sentence}; so far there is no such Service, but the request may still be on its way`,
					};
				}
				return includes(reading.object, {spec: manifest.spec})
					? {kind: 'done', object: reading.object, warnings: []}
					: {kind: 'exists'};
			},
		},
		options,
	);
}

/**
 * Deletes a Service of serving.knative.dev, if it is still the same one (by uid); what belongs to it goes with it, in
 * the background. `done` means that the server has taken it on: with finalizers the object stays for a while, with a
 * deletionTimestamp.
 */
export async function deleteService(
	cluster: Cluster,
	target: Pick<Target, 'namespace' | 'name' | 'uid'>,
	options: WriteOptions = {},
): Promise<WriteOutcome> {
	const path = servingPath('services', target.namespace, target.name);
	return write(
		cluster,
		{
			method: 'DELETE',
			path,
			objectPath: path,
			contentType: 'application/json',
			body: {
				kind: 'DeleteOptions',
				apiVersion: 'v1',
				propagationPolicy: 'Background',
				preconditions: {uid: target.uid},
			},
			async onAnswer(answer, readAgain) {
				if (answer.status === 200 || answer.status === 202) {
					return {kind: 'done', object: answer.body, warnings: answer.warnings};
				}
				if (answer.status === 404 && parseStatus(answer.body)) return {kind: 'gone'};
				if (answer.status !== 409) return refused(answer);
				const reading = await readAgain();
				if (reading.kind === 'absent') return {kind: 'gone'};
				if (reading.kind === 'there' && reading.identity.uid !== target.uid) {
					return {kind: 'conflict', theirs: reading.object};
				}
				return refused(answer);
			},
			onLost(reading, sentence) {
				if (reading.kind === 'unreadable') return unreadable(sentence, reading);
				// Whoever did it: the Service that was to go is gone, or going.
				if (reading.kind === 'absent') return {kind: 'done', object: undefined, warnings: []};
				const {object: now, identity} = reading;
				if (identity.uid !== target.uid || identity.deletionTimestamp !== undefined) {
					return {kind: 'done', object: now, warnings: []};
				}
				return {
					kind: 'unknown',
					sentence: `${sentence}; so far the Service is still there, but the request may still be on its way`,
					now,
				};
			},
		},
		options,
	);
}
