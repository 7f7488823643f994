/**
 * A port of this machine that leads to a Service of the cluster, through the API server: the last way to a gateway that has no
 * address outside. It listens on loopback, and connects to a pod only when somebody connects to it.
 */
import {once} from 'node:events';
import {createServer, type Socket} from 'node:net';
import type {Duplex} from 'node:stream';
import {printable} from '../../knative/text/printable.js';
import type {ForwardTarget, PodAnswer, PodName} from '../cluster.js';
import type {FoundTarget, ServicePortName} from './forward-target.js';
import {systemTimers, type Timers} from '../timers.js';

/** How it finds a pod, and connects to one: `findTarget` and `Cluster.connectToPod`. */
export type Way = {
	find(): Promise<FoundTarget>;
	connect(target: ForwardTarget, signal: AbortSignal): Promise<PodAnswer>;
};

export type ForwardState =
	/** Nobody has asked yet: the API server has seen nothing of it. */
	| {kind: 'unopened'}
	| {kind: 'opening'}
	/** It leads to this pod, `namespace/name`. */
	| {kind: 'open'; pod: string}
	/** Why the last connection could not be made; each new one tries again. */
	| {kind: 'failing'; sentence: string};

export type PortForward = {
	readonly host: '127.0.0.1';
	readonly port: number;
	/** What it is, for sentences. */
	readonly name: string;
	readonly state: ForwardState;
	/** Why connections come to nothing at the moment, as a sentence; undefined when they do not. */
	readonly trouble: string | undefined;
	/** Ends all connections; resolves when nothing listens any more. Idempotent. */
	close(): Promise<void>;
};

/** Connections at once: the loop has at most 8 under way; each is one of the API server's, too. */
const mostConnections = 32;

/** Milliseconds after a failure in which connections fail at once with it: doubled each time, from and to. */
const firstPause = 250;
const longestPause = 5000;

/**
 * Listens on a free port of 127.0.0.1.
 *
 * @param service What it is called in sentences.
 * @param way Leads to one of its pods: the same one, until it fails; then one is looked for again.
 * @param onState Told of each change of the state.
 * @param onGone Told when there is no such Service any more.
 * @throws Error when there is no port to listen at.
 */
export async function openPortForward(
	service: ServicePortName,
	way: Way,
	{
		onState = () => {},
		onGone = () => {},
		timers = systemTimers,
	}: {
		onState?: (state: ForwardState) => void;
		onGone?: () => void;
		timers?: Pick<Timers, 'now'>;
	} = {},
): Promise<PortForward> {
	const ending = new AbortController();
	const sockets = new Set<Socket>();
	let state: ForwardState = {kind: 'unopened'};
	const put = (next: ForwardState) => {
		if (ending.signal.aborted || JSON.stringify(next) === JSON.stringify(state)) return;
		state = next;
		onState(next);
	};
	const dialer = createDialer(way, {put, onGone, timers});

	async function serve(socket: Socket): Promise<void> {
		const leaving = new AbortController();
		sockets.add(socket);
		socket.on('error', () => {});
		socket.once('close', () => {
			sockets.delete(socket);
			leaving.abort();
		});
		if (sockets.size > mostConnections) return void socket.resetAndDestroy();
		try {
			const {stream, to} = await dialer.dial(AbortSignal.any([leaving.signal, ending.signal]));
			// A broken answer must not look like the end of a whole one.
			stream.once('error', () => socket.resetAndDestroy());
			// The pod has hung up: whatever else comes from here has nowhere to go.
			stream.once('end', () => socket.destroySoon());
			stream.pipe(socket).pipe(stream);
			dialer.follow(stream, to);
		} catch (error) {
			socket.resetAndDestroy();
			if (!(error instanceof NotForwardedError)) throw error;
		}
	}

	const server = createServer({allowHalfOpen: true, noDelay: true}, socket => void serve(socket));
	server.listen({host: '127.0.0.1', port: 0, exclusive: true});
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('there is no port to listen at');
	return {
		host: '127.0.0.1',
		port: address.port,
		name: `port-forward to ${printable(`${service.namespace}/${service.name}`)}`,
		get state() {
			return state;
		},
		get trouble() {
			return state.kind === 'failing' ? state.sentence : undefined;
		},
		async close() {
			ending.abort();
			const closed = new Promise<void>(resolve => {
				server.close(() => resolve());
			});
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}

/** The state says why. */
class NotForwardedError extends Error {
	override name = 'NotForwardedError';
}

/** Makes connections to the pod behind a Service, one after the other and several at once. */
function createDialer(
	way: Way,
	{
		put,
		onGone,
		timers,
	}: {put: (state: ForwardState) => void; onGone: () => void; timers: Pick<Timers, 'now'>},
) {
	let target: ForwardTarget | undefined;
	let searching: Promise<FoundTarget> | undefined;
	let isFailing: string | undefined;
	let failures = 0;
	let notBefore = 0;

	function failed(sentence: string): NotForwardedError {
		target = undefined;
		isFailing = sentence;
		// Of several that fail together, one counts.
		if (timers.now() >= notBefore) {
			notBefore = timers.now() + Math.min(longestPause, firstPause * 2 ** failures);
			failures++;
		}
		put({kind: 'failing', sentence});
		return new NotForwardedError(sentence);
	}

	function works({pod}: ForwardTarget): void {
		isFailing = undefined;
		failures = 0;
		notBefore = 0;
		put({kind: 'open', pod: nameOf(pod)});
	}

	async function chosen(): Promise<ForwardTarget> {
		if (target) return target;
		searching ??= way.find().finally(() => {
			searching = undefined;
		});
		const found = await searching;
		if (found.kind === 'none') {
			if (found.isGone) onGone();
			throw failed(found.sentence);
		}
		target = found;
		return found;
	}

	return {
		/** A connection to the pod. Throws NotForwardedError when there is none to be had; the state then says why. */
		async dial(signal: AbortSignal): Promise<{stream: Duplex; to: ForwardTarget}> {
			if (isFailing !== undefined && timers.now() < notBefore) throw new NotForwardedError(isFailing);
			if (isFailing === undefined && !target) put({kind: 'opening'});
			for (let attempt = 1; ; attempt++) {
				const isKnown = target !== undefined;
				const to = await chosen();
				const answer = await way.connect(to, signal);
				if (answer.kind === 'open') {
					if (isFailing === undefined) put({kind: 'open', pod: nameOf(to.pod)});
					return {stream: answer.stream, to};
				}
				// Whoever asked has left: that says nothing about the way.
				if (signal.aborted) throw new NotForwardedError(answer.sentence);
				if (target === to) target = undefined;
				// It has gone since it was chosen: there may be another one by now.
				const hasGone =
					isKnown && answer.kind === 'refused' && (answer.status === 404 || answer.status === 400);
				if (!hasGone || attempt > 1) throw failed(refusal(to.pod, answer));
			}
		},
		/** Learns from a stream that is being read whether the pod it leads to answers. */
		follow(stream: Duplex, to: ForwardTarget): void {
			let hasAnswered = false;
			stream.once('data', () => {
				hasAnswered = true;
				works(to);
			});
			stream.once('error', error => {
				if (target === to) target = undefined;
				if (!hasAnswered) failed(`port ${to.port} of pod ${nameOf(to.pod)}: ${error.message}`);
			});
		},
	};
}

function nameOf({namespace, name}: PodName): string {
	return printable(`${namespace}/${name}`);
}

/** What to do comes first: of a long sentence the end may not be seen. The server's own names the pod. */
function refusal(pod: PodName, answer: Exclude<PodAnswer, {kind: 'open'}>): string {
	return answer.kind === 'refused' && answer.status === 403
		? `it takes the right to get and create pods/portforward in the namespace ${printable(pod.namespace)} (${answer.sentence})`
		: answer.sentence;
}
