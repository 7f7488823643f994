/** Traffic of users, simulated in stretches of two seconds. */
import type {UsersInterval} from '../../source/stats/users-verdict.js';

export type Traffic = {
	/**
	 * poisson: one by one, at random · bursts: the same, ten times as many at some times as at others · sessions: `length`
	 * requests within `span` seconds that all go to the same revision.
	 */
	kind: 'poisson' | 'bursts' | 'sessions';
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
	const intervals = Array.from({length: Math.floor(seconds / stretch)}, () => ({
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
	for (const index of intervals.keys()) {
		if (random() < 0.2) isBusy = !isBusy;
		const factor = kind === 'bursts' ? (isBusy ? 1.8 : 0.18) : 1;
		const arrivals = poisson((rate * stretch * factor) / length, random);
		for (let arrival = 0; arrival < arrivals; arrival++) {
			const place = drawn(shares, random);
			const size = kind === 'sessions' ? 1 + Math.round(-Math.log(1 - random()) * (length - 1)) : 1;
			for (let request = 0; request < size; request++) {
				const later = kind === 'sessions' ? Math.floor((random() * span) / stretch + random()) : 0;
				count(index + later, place);
			}
		}
	}
	return intervals;
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
