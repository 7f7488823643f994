/** Why less is known of the users than could be, in words for the operator. Pure. */
import type {ReflectorState} from '../kube/watch/reflector.js';
import type {Round} from './scrape/scraper.js';

export type UsersProblem = {
	/**
	 * forbidden: a right is missing, or the credentials are not accepted · unlisted: the same for the list of pods, or it is old · unread: pods do not answer · sampled: not all pods
	 * are asked · rates: exact counts are switched off, or sent elsewhere · own: requests of this console are among them · grpc: errors
	 * are not told of · tags: requests at tag URLs are among them.
	 */
	readonly kind: 'forbidden' | 'unlisted' | 'unread' | 'sampled' | 'rates' | 'own' | 'grpc' | 'tags';
	/** Without a full stop. Printable. */
	readonly sentence: string;
};

/** Of a service that speaks gRPC. */
export const grpcErrors: UsersProblem = {
	kind: 'grpc',
	sentence: 'errors not known: gRPC sends them with HTTP 200, and pods count by HTTP status',
};

/**
 * Other consoles compare revisions at their tags, as colleagues do by hand: pods count that as what users send, and keep no word of who
 * asked. By how much it shifts shares nobody can tell.
 */
export const tagsAmong: UsersProblem = {
	kind: 'tags',
	sentence:
		'requests at tag URLs, also of other consoles, are among them: shares may be off by more than is said',
};

/** Where one revision has all of it, or nobody comes, there is no share that they could shift. */
export const areTagsAmong = (
	{tagged = []}: {readonly tagged?: readonly string[]},
	{rows}: {readonly rows: readonly {readonly revision: string; readonly share: number | undefined}[]},
): boolean => {
	const shared = rows.filter(({share}) => share !== undefined);
	return shared.length > 1 && shared.some(({revision}) => tagged.includes(revision));
};

/** The worst first; of many alike one. */
export function problemsOf(round: Round | undefined, watch: ReflectorState): readonly UsersProblem[] {
	if (!round) return unlisted(watch);
	return [...forbidden(round), ...unlisted(watch), ...unread(round), ...sampled(round), ...rates(round)];
}

function forbidden({way, forbidden: refusals}: Round): UsersProblem[] {
	if (way !== 'none') return [];
	const login = refusals.find(({right}) => right === undefined);
	if (login) return [{kind: 'forbidden', sentence: login.sentence}];
	const rights = refusals.map(({right}) => right).join(', or to ');
	return [{kind: 'forbidden', sentence: `needs the right to ${rights} (${refusals[0]?.sentence ?? ''})`}];
}

function unlisted(watch: ReflectorState): UsersProblem[] {
	switch (watch.kind) {
		case 'connecting':
		case 'live':
			return [];
		case 'forbidden':
			// With other credentials there may be the right. What was listed once may be asked meanwhile.
			return [
				{
					kind: 'unlisted',
					sentence:
						watch.status === 401
							? watch.why
							: watch.since === undefined
								? `needs the right to list and watch pods (${watch.why})`
								: `the list of pods may be old: needs the right to watch pods (${watch.why})`,
				},
			];
		case 'missing':
		case 'offline':
		case 'stale':
			return [{kind: 'unlisted', sentence: `the list of pods may be old: ${watch.why}`}];
	}
}

function unread({standings, pods}: Round): UsersProblem[] {
	const failed = standings.flatMap(({pod, failure}) => (failure === undefined ? [] : [{pod, failure}]));
	const [first] = failed;
	if (!first) return [];
	// The name last: where there is no room for all of it, the reason is what has to be read.
	const [who, name] =
		failed.length === 1 ? ['a pod', ` (${first.pod.name})`] : [`${failed.length} of ${pods.length} pods`, ''];
	return [{kind: 'unread', sentence: `${who} cannot be asked: ${first.failure}${name}`}];
}

function sampled({isSampled, pods}: Round): UsersProblem[] {
	return isSampled
		? [{kind: 'sampled', sentence: `20 pods of a revision are asked, of ${pods.length} in all`}]
		: [];
}

/** Said once exact counts were looked for and not found. */
function rates({standings}: Round): UsersProblem[] {
	const rated = standings.filter(({tells}) => tells === 'rate');
	if (rated.length === 0) return [];
	const [protocol] = rated.flatMap(({pod: {metrics}}) =>
		metrics.kind === 'pushed' ? [metrics.protocol] : [],
	);
	const [why] = rated.flatMap(({noCounts}) => noCounts ?? []);
	const sentence =
		protocol === undefined
			? why === undefined
				? 'estimated from rates, without failures or alarms; exact counts: request-metrics-protocol: prometheus in config-observability'
				: `estimated from rates, without failures or alarms, since there are no exact counts: ${why}`
			: `estimated from rates, without failures or alarms: config-observability has request metrics pushed elsewhere (${protocol})`;
	return [{kind: 'rates', sentence}];
}
