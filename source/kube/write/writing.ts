/**
 * One writing request and what became of it. Sent once, never again by itself; a change whose answer was lost is looked
 * for in the object, and where even that cannot tell, the outcome says so.
 */
import {
	ReadOnlyError,
	TransportError,
	type ApiAnswer,
	type ApiRequest,
	type Cluster,
	type HttpMethod,
} from '../cluster.js';
import {identityOf, isOfOtherKind, type Identity} from '../identity.js';
import type {Difference} from './expected-state.js';
import {
	isOnTheWay,
	isRefusal,
	parseStatus,
	sentenceOf,
	sentenceOfAnybody,
	withoutWebhookPrefix,
} from '../status.js';

export type WriteOutcome =
	/** Made (or, of a dry run: would be). `unchanged`: the server had it that way already. */
	| {
			kind: 'done';
			object: unknown;
			warnings: string[];
			unchanged?: boolean;
			/** What was to be done beside it and was not, as a sentence. */
			missed?: string;
	  }
	/**
	 * The server has taken it and stored something else: a webhook changed it. `unchanged`: it stored nothing at all.
	 */
	| {
			kind: 'altered';
			object: unknown;
			warnings: string[];
			differences: readonly Difference[];
			unchanged?: boolean;
	  }
	/**
	 * Not made: someone else's change came first. `theirs` is the object as it is now, undefined when it cannot be read;
	 * `sameSpec`: what was changed is nothing that this change was made from; `latest`: another revision became the latest ready one,
	 * and nobody changed the spec.
	 */
	| {kind: 'conflict'; theirs: unknown; sameSpec?: true; latest?: true}
	/** Not made: the object does not exist (any more). */
	| {kind: 'gone'}
	/** Not made: an object of this name exists already. */
	| {kind: 'exists'}
	/** Not made: the server said no. `sentence` in its own words; `full` with the name of the webhook that refused. */
	| {
			kind: 'refused';
			status: number;
			reason: string;
			sentence: string;
			full: string;
			retryAfter?: number;
			/** It was not the server that said no, but something on the way to it. */
			isOnTheWay?: true;
			/** Nothing proves that it was the server; that nothing was changed is what was read after it. */
			isUnproven?: true;
	  }
	/** Not made: the request did not reach the server or was not processed there, or was a dry run. */
	| {kind: 'not made'; sentence: string}
	/** Perhaps made, perhaps not, perhaps still to arrive. `now` is the object as far as it could be read again. */
	| {kind: 'unknown'; sentence: string; now?: unknown}
	/** Not made: this console may only read. */
	| {kind: 'read only'; sentence: string};

export type Refused = Extract<WriteOutcome, {kind: 'refused'}>;

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

const defaultTimeout = 15_000;

/** What the three kinds of writes have in common, and where they differ. */
export type Writing = {
	path: string;
	/** Of the object itself, to read it again. */
	objectPath: string;
	contentType: string;
	query?: Record<string, string>;
	/** Of a success, and of what the server itself says no with. */
	onAnswer: (answer: ApiAnswer, readAgain: () => Promise<Reading>) => Promise<WriteOutcome | NoAnswer>;
	/** After a lost answer. `sentence` says how it was lost. */
	onLost: (reading: Reading, sentence: string) => WriteOutcome;
	/** Whether it is there as it was before: nothing of this write or of any other is to be seen. */
	isUntouched: (reading: Reading) => boolean;
	/**
	 * Whether the object as it is shows that this very write was made, whatever was answered: something on the way may have
	 * sent it twice, or have answered for the server.
	 */
	isMade: (reading: Reading) => boolean;
} & ({method: 'POST' | 'PATCH'; body: unknown} | {method: 'DELETE'; body: DeleteOptions});

/** `meta.v1.DeleteOptions`, without what `write` adds to it. */
type DeleteOptions = {
	kind: 'DeleteOptions';
	apiVersion: 'v1';
	propagationPolicy: 'Background';
	preconditions: {uid: string; resourceVersion?: string};
};

/** What came back speaks of no such object: whatever its status, somebody else may have given it. */
export type NoAnswer = {kind: 'no answer'; sentence: string};

/** The object as it is after a write: there, not there, or unreadable. */
export type Reading =
	| {kind: 'there'; object: unknown; identity: Identity}
	| {kind: 'absent'}
	| {kind: 'unreadable'; sentence: string};

/** What the server said no with. */
export function refused(answer: ApiAnswer): Refused {
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
		...(isOnTheWay(answer) && {isOnTheWay: true}),
	};
}

/**
 * Whether a refusal of the API server comes before anything is looked at, so that nothing need be read: who asks is not
 * known, may not, or asks for what cannot be (k8s.io/apiserver pkg/server: authentication, authorization, decoding).
 */
const isBeforehand = ({status}: ApiAnswer): boolean => status === 400 || status === 401 || status === 403;

/** Whether an answer only says that somebody has waited for too long, or has failed: a change may be made by then. */
const isLost = ({status}: ApiAnswer): boolean => status >= 500 || status === 408;

async function read(cluster: Cluster, path: string): Promise<Reading> {
	const name = path.slice(path.lastIndexOf('/') + 1);
	try {
		const answer = await cluster.request({method: 'GET', path});
		if (answer.status === 200) {
			const identity = answeredObject(answer, {path});
			if (identity) return {kind: 'there', object: answer.body, identity};
			return {kind: 'unreadable', sentence: 'what came back is not that object'};
		}
		if (isGoneAnswer(answer, name)) return {kind: 'absent'};
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
	let reading: Promise<Reading> | undefined;
	const readAgain = async () => (reading ??= read(cluster, writing.objectPath));
	let lost: string;
	try {
		const answer = await cluster.request(request);
		const isProven = isRefusal(answer);
		if (answer.status < 300 || isProven) {
			const said = await writing.onAnswer(answer, readAgain);
			if (said.kind !== 'no answer') {
				if (said.kind !== 'refused' || dryRun || isBeforehand(answer)) return said;
				return madeAfterAll(writing, await readAgain()) ?? said;
			}
			lost = said.sentence;
		} else {
			lost = sentenceOf(answer);
			if (!isLost(answer)) {
				lost = sentenceOfAnybody(answer);
				const said: Refused = {...refused(answer), sentence: lost, full: lost, isUnproven: true};
				if (dryRun) return said;
				// Whoever is on the way may have let the request through, and not the answer.
				const found = await readAgain();
				if (found.kind === 'unreadable') return unreadable(lost, found);
				const made = madeAfterAll(writing, found);
				if (made || writing.isUntouched(found)) return made ?? said;
			}
		}
	} catch (error) {
		if (!(error instanceof TransportError)) throw error;
		if (error.outcome === 'not sent') {
			return {kind: 'not made', sentence: `nothing was sent: ${error.message}`};
		}
		if (error.outcome === 'not processed') return {kind: 'not made', sentence: error.message};
		lost = error.message;
	}
	if (dryRun) return {kind: 'not made', sentence: lost};
	return writing.onLost(await readAgain(), lost);
}

function madeAfterAll({isMade}: Writing, reading: Reading): WriteOutcome | undefined {
	if (!isMade(reading)) return undefined;
	return {kind: 'done', object: reading.kind === 'there' ? reading.object : undefined, warnings: []};
}

/**
 * Sends one writing request, once, and finds out what became of it.
 *
 * A dry run of a DELETE is said in its body, and there alone, as client-go has it: the API server takes the options of a
 * deletion from the body when there is one, and then does not look at the query (k8s.io/apiserver
 * pkg/endpoints/handlers/delete.go), so that a query says something that may not be so.
 */
export async function write(
	cluster: Cluster,
	writing: Writing,
	options: WriteOptions,
): Promise<WriteOutcome> {
	const dryRun = options.dryRun ?? false;
	const {method, path, contentType} = writing;
	const query = {...writing.query, ...(dryRun && method !== 'DELETE' && {dryRun: 'All'})};
	const body = dryRun && writing.method === 'DELETE' ? {...writing.body, dryRun: ['All']} : writing.body;
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

/** What is told where the answer was lost and the object cannot be read either. */
export function unreadable(sentence: string, reading: {sentence: string}): WriteOutcome {
	return {
		kind: 'unknown',
		sentence: `${sentence}; whether the change was made is not known, because reading the object again failed too: ${reading.sentence}`,
	};
}

/** The kinds of what is written. */
const kinds: Readonly<Record<string, string>> = {services: 'Service', revisions: 'Revision'};

/** The identity of the object in an answer, when it is the one at this path of serving.knative.dev, and of this uid. */
export function answeredObject(
	{body}: ApiAnswer,
	{path, uid}: {path: string; uid?: string},
): Identity | undefined {
	const identity = identityOf(body);
	const [name, plural = '', namespace] = path.split('/').toReversed();
	const isSame =
		!isOfOtherKind(body, kinds[plural]) &&
		identity?.name === name &&
		(identity?.namespace ?? namespace) === namespace &&
		(uid === undefined || identity?.uid === uid);
	return isSame && identity?.uid !== undefined ? identity : undefined;
}

/**
 * That a deletion was taken on: by the object that is going, or in the words of the API server, which name the object
 * (k8s.io/apiserver pkg/registry/generic/registry/store.go).
 */
export function isDeletion(
	answer: ApiAnswer,
	{path, name, uid}: {path: string; name: string; uid: string},
): boolean {
	const object = answeredObject(answer, {path, uid});
	if (object) return object.deletionTimestamp !== undefined;
	const said = parseStatus(answer.body);
	if (said?.isSuccess !== true) return false;
	const {about} = said;
	return about?.name === name && (about.uid === undefined || about.uid === uid);
}

/** Whether the server says of this object that it is not there. */
export function isGoneAnswer({status, body}: ApiAnswer, name: string): boolean {
	const said = status === 404 && isRefusal({status, body}) ? parseStatus(body) : undefined;
	if (said?.reason !== 'NotFound') return false;
	return said.about ? said.about.name === name : said.message.includes(`"${name}"`);
}

export const noObject: NoAnswer = {
	kind: 'no answer',
	sentence:
		'what came back is not the object that was written (something between here and the API server may have answered)',
};
