/** Asks again where the API server is busy and says when to come back, as client-go does (k8s.io/client-go rest/with_retry.go). */
import type {ApiRequest, Cluster} from './cluster.js';
import {parseStatus} from './status.js';
import {systemTimers, type Timers} from './timers.js';

/** How often it is asked again, as by client-go. */
const mostTries = 10;
/** Seconds: whoever is told to come back later than that comes back by himself. */
const longestWait = 30;

/** Seconds after which to ask again; undefined where that was not said, or is too long to wait for. */
export function comeBackAfter({
	status,
	retryAfter,
}: {
	status: number;
	retryAfter?: number | undefined;
}): number | undefined {
	const isBusy = status === 429 || status >= 500;
	return isBusy && retryAfter !== undefined && retryAfter <= longestWait ? retryAfter : undefined;
}

/**
 * Does it once more for as long as `comeBack` says in how many seconds.
 *
 * @param again Called before each wait.
 */
export async function withPatience<Outcome>(
	act: () => Promise<Outcome>,
	comeBack: (outcome: Outcome) => number | undefined,
	{
		signal,
		sleep = async (milliseconds, until) => systemTimers.sleep(milliseconds, until),
		again,
	}: {signal: AbortSignal; sleep?: Timers['sleep']; again?: (seconds: number) => void},
): Promise<Outcome> {
	let outcome = await act();
	for (let tries = 0; tries < mostTries; tries++) {
		const seconds = comeBack(outcome);
		if (seconds === undefined || signal.aborted) break;
		again?.(seconds);
		await sleep(seconds * 1000, signal);
		outcome = await act();
	}
	return outcome;
}

/** Nothing is changed by it, however often it is sent. */
const changesNothing = ({method, query}: ApiRequest) => method === 'GET' || query?.['dryRun'] === 'All';

/** The same cluster; what changes nothing is asked again where it is busy. A write is its sender's to send again. */
export function patientCluster(
	cluster: Cluster,
	means: {signal: AbortSignal; sleep?: Timers['sleep']},
): Cluster {
	return {
		...cluster,
		get standing() {
			return cluster.standing;
		},
		async request(request) {
			if (!changesNothing(request)) return cluster.request(request);
			return withPatience(
				async () => cluster.request(request),
				answer =>
					comeBackAfter({
						status: answer.status,
						retryAfter: answer.retryAfter ?? parseStatus(answer.body)?.retryAfter,
					}),
				means,
			);
		},
	};
}
