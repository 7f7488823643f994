/**
 * Whether anything takes connections at an address. TCP alone can say it: a connection that is closed again as soon as it is
 * there carries no request, so it wakes no service and no access log of a gateway has it. No proxy is asked, because the
 * probe asks none either.
 */
import {once} from 'node:events';
import {connect} from 'node:net';
import type {Endpoint} from '../../knative/commands/endpoint.js';
import {printable} from '../../knative/text/printable.js';
import {systemTimers, type Timers} from '../timers.js';

/** Resolves when there was a connection, and it is closed; rejects with why there was none, or when `signal` is aborted. */
export type Dial = (place: Endpoint, signal: AbortSignal) => Promise<void>;

export type Reached<P extends Endpoint> =
	| {kind: 'reached'; place: P}
	/** Why not, for each place in its order. */
	| {kind: 'none'; failures: DialFailure<P>[]};

export type DialFailure<P extends Endpoint> = {place: P; why: string};

/**
 * Milliseconds for each place, its name included. A link of 200 ms takes 400 with the name, and a first packet that is lost
 * is sent again after one second (RFC 6298).
 */
const limit = 2000;

/**
 * Milliseconds before the next place is tried beside those that have not answered yet: of places that all answer the first
 * one is taken, on a quick link without the others being touched. The least that RFC 8305 §5 recommends, because whoever
 * has twenty nodes that do not answer waits for all of them.
 */
const delay = 100;

/**
 * The first of the places to take a connection; those that come first have a start.
 *
 * @param dial How one is tried; by TCP when not given.
 * @throws What `signal` was aborted with, at once; nothing is under way any more then.
 */
export async function firstReachable<P extends Endpoint>(
	places: readonly P[],
	{
		signal,
		dial = dialTcp,
		timers = systemTimers,
	}: {signal?: AbortSignal | undefined; dial?: Dial; timers?: Pick<Timers, 'after'>} = {},
): Promise<Reached<P>> {
	signal?.throwIfAborted();
	if (places.length === 0) return {kind: 'none', failures: []};
	const ending = new AbortController();
	const {promise, resolve, reject} = Promise.withResolvers<Reached<P>>();
	const onAbort = () => reject(signal?.reason);
	signal?.addEventListener('abort', onAbort, {once: true});
	const failures: DialFailure<P>[] = [];
	let begun = 0;
	let failed = 0;
	let callOff: (() => unknown) | undefined;

	function tryNext(): void {
		callOff?.();
		const index = begun++;
		const place = places[index];
		if (!place || ending.signal.aborted) return;
		callOff = timers.after(delay, tryNext);
		void follow(place, index);
	}

	async function follow(place: P, index: number): Promise<void> {
		const why = await tryOne(place, {dial, timers, signal: ending.signal});
		if (why === undefined) return resolve({kind: 'reached', place});
		failures[index] = {place, why};
		failed++;
		if (failed === places.length) resolve({kind: 'none', failures});
		else tryNext();
	}

	tryNext();
	try {
		return await promise;
	} finally {
		callOff?.();
		ending.abort();
		signal?.removeEventListener('abort', onAbort);
	}
}

/** Why there was no connection; undefined when there was one. */
async function tryOne(
	place: Endpoint,
	{dial, timers, signal}: {dial: Dial; timers: Pick<Timers, 'after'>; signal: AbortSignal},
): Promise<string | undefined> {
	const late = new AbortController();
	const callOff = timers.after(limit, () => late.abort());
	try {
		await dial(place, AbortSignal.any([signal, late.signal]));
		return undefined;
	} catch (error) {
		if (late.signal.aborted) return `no connection within ${limit / 1000} s`;
		if (signal.aborted) return 'called off';
		return reasonOf(error);
	} finally {
		callOff();
	}
}

/** Resolves once a connection is there, and closes it; throws what Node says where there is none, and when aborted. */
export async function dialTcp({host, port}: Endpoint, signal: AbortSignal): Promise<void> {
	const socket = connect({host, port, signal});
	try {
		await once(socket, 'connect');
	} finally {
		socket.destroy();
	}
}

const words: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'connection refused',
	ECONNRESET: 'connection reset',
	EHOSTUNREACH: 'no route to it',
	ENETUNREACH: 'no route to it',
	ETIMEDOUT: 'no connection in time',
	ENOTFOUND: 'its name cannot be resolved',
	EAI_AGAIN: 'its name cannot be resolved at the moment',
};

function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return printable(String(error));
	// Several addresses of one name fail together, with the code of the first.
	const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
	return words[code] ?? printable(error.message || code);
}
