/** What `verify` sends: to the tags, until what their revisions say is known, and to the service, as often as was fixed beforehand. */
import {tagsByHeader} from '../../console/live/tags-by-header.js';
import {tagsOf} from '../../console/live/request-target.js';
import type {Cluster} from '../../kube/cluster.js';
import type {ServiceView} from '../../knative/service/service.js';
import {leadNowhere} from '../../probe/attribution/learning.js';
import type {Loop, LoopSnapshot} from '../../probe/loop/loop.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';

/** Asks the tags what their revisions say; by header where their hosts lead nowhere. Resolves when each is learned or given up. */
export async function learnTags(loop: Loop, cluster: Cluster, service: ServiceView): Promise<void> {
	await loop.learn(tagsOf(service));
	const byHeader = leadNowhere(loop.snapshot().tags)
		? await tagsByHeader(cluster, service)
		: new Set<string>();
	if (byHeader.size > 0) await loop.learn(tagsOf(service, byHeader));
}

/** Resolves when each tag was asked and has answered something. */
export const triedAll = async (loop: Loop) =>
	seen(loop, ({tags}) => tags.every(({state}) => state !== 'waiting'));

/** Resolves when it is known what a host that cannot exist gets, or that it gets no answer. */
export const knowsAnyHost = async (loop: Loop) => seen(loop, ({isAnyHostOpen}) => !isAnyHostOpen);

async function seen(loop: Loop, is: (snapshot: LoopSnapshot) => boolean): Promise<void> {
	const {promise, resolve} = Promise.withResolvers<void>();
	const look = (snapshot: LoopSnapshot): void => {
		if (is(snapshot)) resolve();
	};
	const unsubscribe = loop.subscribe(look);
	look(loop.snapshot());
	await promise;
	unsubscribe();
}

/** Rejects with the reason of the signal, whatever becomes of the rest. */
export async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
	await Promise.race([promise, abortOf(signal)]);
	signal?.throwIfAborted();
}

/** Resolves when it is aborted. */
export async function abortOf(signal: AbortSignal | undefined): Promise<void> {
	if (signal?.aborted === true) return;
	await new Promise<void>(resolve => signal?.addEventListener('abort', () => resolve(), {once: true}));
}

/** Times that what could not be sent is tried again: the test is for the number of requests that was fixed beforehand. */
const rounds = 10;

/** Resolves when so many requests are over, answered or failed; fewer where the machine cannot keep up at all. */
export async function sendAll(
	loop: Loop,
	{
		n,
		requestOptions: {rate},
		signal,
	}: {n: number; requestOptions: Pick<RequestOptions, 'rate'>; signal?: AbortSignal | undefined},
): Promise<LoopSnapshot> {
	let snapshot = await sendBurst(loop, n, rate, signal);
	const isOver = () => snapshot.settling || signal?.aborted === true;
	for (let round = 1; round < rounds && snapshot.sent < n && !isOver(); round++) {
		snapshot = await sendBurst(loop, n - snapshot.sent, rate, signal);
	}
	return snapshot;
}

async function sendBurst(
	loop: Loop,
	requests: number,
	rate: number,
	signal: AbortSignal | undefined,
): Promise<LoopSnapshot> {
	const {promise, resolve} = Promise.withResolvers<LoopSnapshot>();
	// What was seen until then is what there is.
	const onAbort = () => resolve(loop.snapshot());
	signal?.addEventListener('abort', onAbort, {once: true});
	const unsubscribe = loop.subscribe(snapshot => {
		if (snapshot.state === 'paused' && snapshot.burstLeft === 0 && snapshot.inFlight === 0) resolve(snapshot);
	});
	loop.burst(requests, rate);
	try {
		return await promise;
	} finally {
		unsubscribe();
		signal?.removeEventListener('abort', onAbort);
	}
}
