/** Why less is known of the users than could be, in words for the operator. Pure. */
import type {ReflectorState} from '../kube/watch/reflector.js';
import type {Round} from './scrape/scraper.js';

export type UsersProblem = {
	/**
	 * forbidden: a right is missing · unlisted: the pods cannot be listed · unread: pods do not answer · sampled: not all pods
	 * are asked · rates: exact counts are switched off, or sent elsewhere · own: requests of this console are among them.
	 */
	readonly kind: 'forbidden' | 'unlisted' | 'unread' | 'sampled' | 'rates' | 'own';
	/** Without a full stop. Printable. */
	readonly sentence: string;
};

/** The worst first; of many alike one. */
export function problemsOf(round: Round | undefined, watch: ReflectorState): readonly UsersProblem[] {
	if (!round) return unlisted(watch);
	return [...forbidden(round), ...unlisted(watch), ...unread(round), ...sampled(round), ...rates(round)];
}

function forbidden({way, forbidden: refusals}: Round): UsersProblem[] {
	if (way !== 'none') return [];
	const rights = refusals.map(({right}) => right).join(', or to ');
	return [{kind: 'forbidden', sentence: `needs the right to ${rights} (${refusals[0]?.sentence ?? ''})`}];
}

function unlisted(watch: ReflectorState): UsersProblem[] {
	switch (watch.kind) {
		case 'connecting':
		case 'live':
			return [];
		case 'forbidden':
			return [{kind: 'unlisted', sentence: `needs the right to list and watch pods (${watch.why})`}];
		case 'missing':
		case 'offline':
		case 'stale':
			return [{kind: 'unlisted', sentence: `the list of pods may be old: ${watch.why}`}];
	}
}

function unread({scrapes, pods}: Round): UsersProblem[] {
	const failed = scrapes.flatMap(({pod, report}) =>
		report.kind === 'failed' ? [{pod, sentence: report.sentence}] : [],
	);
	const [first] = failed;
	if (!first) return [];
	const who = failed.length === 1 ? first.pod.name : `${failed.length} of ${pods.length} pods`;
	return [{kind: 'unread', sentence: `${who} cannot be asked: ${first.sentence}`}];
}

function sampled({isSampled, pods}: Round): UsersProblem[] {
	return isSampled
		? [{kind: 'sampled', sentence: `20 pods of a revision are asked, of ${pods.length} in all`}]
		: [];
}

/** Said once exact counts were looked for and not found. */
function rates({scrapes, pods}: Round): UsersProblem[] {
	if (!scrapes.some(({report}) => report.kind === 'rate')) return [];
	const pushed = pods.flatMap(({metrics}) => (metrics.kind === 'pushed' ? [metrics.protocol] : []));
	const [protocol] = pushed;
	return [
		{
			kind: 'rates',
			sentence:
				protocol === undefined
					? 'estimated from rates; exact counts: request-metrics-protocol: prometheus in config-observability'
					: `estimated from rates: config-observability has request metrics pushed elsewhere (${protocol})`,
		},
	];
}
