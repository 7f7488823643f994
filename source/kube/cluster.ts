/**
 * A cluster as the rest of the program sees it: somewhere to send API requests to. `connect.ts` makes one from a
 * kubeconfig; nothing above this folder knows client-node, credentials or TLS.
 */

import type {Duplex} from 'node:stream';
import type {Standing} from './auth/credentials.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type ApiRequest = {
	method: HttpMethod;
	/** From the root of the API server: `/apis/serving.knative.dev/v1/namespaces/default/services`. */
	path: string;
	query?: Record<string, string>;
	/** Sent as JSON. */
	body?: unknown;
	/** Of the body; `application/json` when not given. */
	contentType?: string;
	/** Milliseconds until the answer must be complete; 10,000 when not given. */
	timeout?: number;
	signal?: AbortSignal;
	/** Told when there are credentials and it goes out: until then it is not the server that is waited for. */
	onSending?: () => void;
};

/** Any HTTP answer, whatever its status code: what it means is the caller's to say. */
export type ApiAnswer = {
	status: number;
	/** Parsed JSON, or the text where it is none. Not to be trusted: to be parsed by who asked for it. */
	body: unknown;
	/** The texts of `Warning: 299` headers, made printable, without duplicates. */
	warnings: string[];
	/** Seconds, from `Retry-After`. */
	retryAfter?: number;
	/** Where somebody is sent to, as scheme, host and port, from `Location`, printable: what is behind it may be a secret. */
	redirect?: string;
};

/** The request had no HTTP answer. */
export class TransportError extends Error {
	override name = 'TransportError';
	/** Nothing came in all the time there was: no answer, and no word that there would be none. */
	readonly isUnanswered: boolean;
	/** There were no credentials to ask with: nothing was sent, and the server has no part in it. */
	readonly isLogin: boolean;

	constructor(
		message: string,
		/**
		 * 'not sent': the server cannot have seen it (refused, unknown host, credentials). 'not processed': the server says
		 * that it has done nothing with it. 'unknown': it was under way when the connection broke or the time was over; a
		 * write may have been made.
		 */
		readonly outcome: 'not sent' | 'not processed' | 'unknown',
		{
			isUnanswered = false,
			isLogin = false,
			...options
		}: ErrorOptions & {isUnanswered?: boolean; isLogin?: boolean} = {},
	) {
		super(message, options);
		this.isUnanswered = isUnanswered;
		this.isLogin = isLogin;
	}
}

/** What one request shows about the connection that all share, or what the operator wants of it. */
export type ServerSignal =
	/** There is no answer for longer than there should be: the watches may be dead as well. */
	| 'unanswered'
	/** There is an answer again, after there was none. */
	| 'reached'
	/** The credentials are accepted, after others (or these) were not. */
	| 'logged in'
	/** Something was written: what it leads to is waited for by whoever wrote it. */
	| 'written'
	/** The operator wants to know now, whatever was to be waited for. */
	| 'wanted';

/** A writing verb was asked of a cluster that was connected read-only. Nothing was sent. */
export class ReadOnlyError extends Error {
	override name = 'ReadOnlyError';
}

export type WatchEvent = {type: string; object: unknown};

export type PodName = {namespace: string; name: string};
/** `port` of the container, 1–65535. */
export type ForwardTarget = {pod: PodName; port: number};

/** Not to be trusted: to be parsed by who asked for it. At most 4 MiB. */
export type PodResponse = {status: number; body: Uint8Array};

/** What came of asking for a connection to a pod. */
export type PodAnswer =
	/** Ends when the pod ends it; breaks with an Error when the pod cannot be connected to, or it is lost. */
	| {kind: 'open'; stream: Duplex}
	/** The API server's no, in its words. */
	| {kind: 'refused'; status: number; sentence: string}
	/** There was no answer, or none in time. */
	| {kind: 'unanswered'; sentence: string};

export type Cluster = {
	/** Names for the operator's eye: context of the kubeconfig, server URL, user. */
	readonly context: string;
	readonly server: string;
	readonly user: string;
	/** Words that lead kubectl and kn to this cluster, from any directory and whatever context is the current one: see `placeOf`. */
	readonly flags: readonly string[];
	/** The namespace of the context, or `default`. */
	readonly namespace: string;
	readonly readOnly: boolean;
	/** Who writes, as `metadata.managedFields` says, where that was given. */
	readonly fieldManager?: string;
	/** Any HTTP answer resolves; TransportError or ReadOnlyError otherwise. */
	request(request: ApiRequest): Promise<ApiAnswer>;
	/**
	 * One watch, until the server or `signal` ends it. Resolves with the HTTP status of the answer when it ends in order
	 * (200, also when `signal` ended it) or is refused (any other, with the body); throws TransportError when there was no
	 * answer or the connection broke, and what a callback threw. `onOpen` tells that the server has accepted the watch:
	 * a quiet one says nothing else for a minute. `onSending` as that of a request.
	 */
	watch(
		path: string,
		query: Record<string, string>,
		onEvent: (event: WatchEvent) => void,
		signal: AbortSignal,
		onOpen?: () => void,
		onSending?: () => void,
	): Promise<ApiAnswer>;
	/**
	 * A connection to a port of a pod, through the API server (the verbs `get` and `create` on pods/portforward). It writes
	 * nothing to the cluster, so a read-only one has it, too. `signal` ends it, also when it is open.
	 */
	connectToPod(target: ForwardTarget, signal: AbortSignal): Promise<PodAnswer>;
	/**
	 * One GET of a port of a pod, through the API server (the verb `get` on pods/proxy), byte for byte. Any HTTP answer
	 * resolves, the pod's or the API server's own; TransportError when there is none in time. What a pod does not answer says
	 * nothing about the API server: no watch is made to doubt it.
	 */
	fetchFromPod(
		target: ForwardTarget,
		path: string,
		options: {accept: string; timeout: number; signal: AbortSignal},
	): Promise<PodResponse>;
	/**
	 * One answer that is text and goes on for as long as it likes (a log that is followed), handed over as it comes, cut
	 * anywhere. Until the server or `signal` ends it; resolves and throws as `watch`.
	 */
	stream(
		path: string,
		query: Record<string, string>,
		onText: (text: string) => void,
		signal: AbortSignal,
		onOpen?: () => void,
	): Promise<ApiAnswer>;
	/** Tells of each sign as it comes, until what is returned is called. */
	onServerSignal(listener: (sign: ServerSignal) => void): () => void;
	/** Has everything that is watched asked for at once: gives the sign 'wanted'. */
	askNow(): void;
	/** PEM certificates of the authorities that the API server's certificate is checked against; none where there is no TLS. */
	authorities(): Promise<readonly string[]>;
	/** What stands between the operator and the cluster, whatever the server says; told of when it changes. */
	readonly standing: Standing;
	onStanding(listener: (standing: Standing) => void): () => void;
	/** Drops the connections. */
	close(): Promise<void>;
};
