/** Traffic of users, simulated in stretches of two seconds. */
import type {UsersInterval} from '../../../source/stats/users-verdict.js';

export type Traffic = {
	/**
	 * poisson: one by one, at random · bursts: the same, ten times as many at some times as at others · sessions: `length`
	 * requests on average within `span` seconds that all go to the same revision, under way already when it begins · one client:
	 * half of the requests are those of one client, which keeps to a revision for `span` seconds.
	 */
	kind: 'poisson' | 'bursts' | 'sessions' | 'one client';
	length?: number;
	span?: number;
	/** Fractions that sum to 1. */
	shares: readonly number[];
	seconds: number;
	/** A second. */
	rate: number;
	/** The chance of a request to fail, by revision. */
	errors?: readonly number[];
	random: () => number;
};

const stretch = 2;

export function intervalsOf(traffic: Traffic): UsersInterval[] {
	const {kind, shares, seconds, rate, errors = [], length = 1, span = 1, random} = traffic;
	// Clients that came before have requests to send, too.
	const before = kind === 'sessions' ? Math.ceil(span / stretch) : 0;
	const intervals = Array.from({length: before + Math.floor(seconds / stretch)}, () => ({
		requests: shares.map(() => 0),
		failed: shares.map(() => 0),
		rejected: shares.map(() => 0),
	}));
	const count = (index: number, place: number) => {
		const interval = intervals[index];
		if (!interval) return;
		interval.requests[place] = (interval.requests[place] ?? 0) + 1;
		if (random() < (errors[place] ?? 0)) interval.failed[place] = (interval.failed[place] ?? 0) + 1;
	};
	let isBusy = true;
	let kept = drawn(shares, random);
	for (const index of intervals.keys()) {
		if (random() < 0.2) isBusy = !isBusy;
		if (index % Math.max(1, Math.round(span / stretch)) === 0) kept = drawn(shares, random);
		const factor = kind === 'bursts' ? (isBusy ? 1.8 : 0.18) : 1;
		const arrivals = poisson((rate * stretch * factor) / length, random);
		for (let arrival = 0; arrival < arrivals; arrival++) {
			const place = kind === 'one client' && random() < 0.5 ? kept : drawn(shares, random);
			const size = kind === 'sessions' ? 1 + Math.round(-Math.log(1 - random()) * (length - 1)) : 1;
			for (let request = 0; request < size; request++) {
				const later = kind === 'sessions' ? Math.floor((random() * span) / stretch + random()) : 0;
				count(index + later, place);
			}
		}
	}
	return intervals.slice(before);
}

function drawn(shares: readonly number[], random: () => number): number {
	let left = random();
	const place = shares.findIndex(share => (left -= share) < 0);
	return place === -1 ? shares.length - 1 : place;
}

/** By its normal limit where the mean is large. */
function poisson(mean: number, random: () => number): number {
	if (mean > 50) {
		const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
		return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
	}
	const limit = Math.exp(-mean);
	let number = 0;
	for (let product = random(); product > limit; product *= random()) number++;
	return number;
}
