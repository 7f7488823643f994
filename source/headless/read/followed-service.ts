/**
 * One service, followed by a watch; where that is not allowed, by reading it again and again: who may get and patch one service,
 * as many a pipeline, may neither list nor watch it.
 */
import {TransportError, type Cluster} from '../../kube/cluster.js';
import {identityOf} from '../../kube/identity.js';
import {servingPath} from '../../kube/paths.js';
import {sentenceOf} from '../../kube/status.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import {reflect} from '../../kube/watch/reflector.js';

/** Milliseconds between two readings. */
const readEvery = 1000;

export type ServiceFollowing = {
	/** The object as the server has it; undefined where there is none. */
	onSeen: (object: unknown) => void;
	/** Why it cannot be seen at the moment. `isRefused`: it may not be seen at all. */
	onProblem: (why: string, isRefused: boolean) => void;
};

/** Until `stop` is called. */
export function followService(
	cluster: Cluster,
	{namespace, name}: {namespace: string; name: string},
	{onSeen, onProblem}: ServiceFollowing,
	timers: Timers = systemTimers,
): {stop: () => void} {
	const ending = new AbortController();
	let reading: AbortController | undefined;
	let isListed = false;

	async function read(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			await readOnce(signal);
			await timers.sleep(readEvery, signal);
		}
	}

	async function readOnce(signal: AbortSignal): Promise<void> {
		try {
			const path = servingPath('services', namespace, name);
			const answer = await cluster.request({method: 'GET', path, signal});
			if (signal.aborted) return;
			if (answer.status === 200) onSeen(answer.body);
			else if (answer.status === 404) onSeen(undefined);
			else onProblem(sentenceOf(answer), answer.status === 403 || answer.status === 401);
		} catch (error) {
			if (signal.aborted) return;
			if (!(error instanceof TransportError)) throw error;
			onProblem(error.message, error.isLogin);
		}
	}

	const reflector = reflect(
		cluster,
		{path: servingPath('services', namespace), query: {fieldSelector: `metadata.name=${name}`}},
		{
			onState(state) {
				if (state.kind === 'connecting') return;
				if (state.kind === 'forbidden' && state.status === 403) {
					if (reading) return;
					reading = new AbortController();
					void read(AbortSignal.any([reading.signal, ending.signal]));
					return;
				}
				reading?.abort();
				reading = undefined;
				if (state.kind !== 'live') onProblem(state.why, state.kind === 'forbidden');
			},
			onChange(change) {
				if (change.type === 'put') return onSeen(change.object);
				if (change.type === 'gone') return onSeen(undefined);
				if (change.isFirst) isListed = false;
				for (const item of change.items) {
					if (identityOf(item)?.name !== name) continue;
					isListed = true;
					onSeen(item);
				}
				if (change.isLast && !isListed) onSeen(undefined);
			},
		},
		timers,
	);
	return {
		stop() {
			ending.abort();
			reflector.stop();
		},
	};
}
