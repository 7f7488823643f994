/** How far off the shares of users are that are told from rates, by simulation. */
import {expect, it} from 'vitest';
import {usersLine} from '../../../source/console/live/users-lines.js';
import {createLedger, type LedgerStretch} from '../../../source/users/counting/ledger.js';
import {usersView} from '../../../source/users/counting/users-view.js';
import {seeded} from '../../stats/parts/random.js';

/**
 * Half a minute of two pods that say every two seconds how many came in the last one; what the line says, and what really came.
 *
 * @param own Requests of this console itself a second, sent at an even pace.
 */
function sampled(rate: number, random: () => number, own = 0): {text: string; share: number} {
	const ledger = createLedger();
	const stretches: LedgerStretch[] = [];
	const really = [0, 0];
	/** One second of requests that come one by one. */
	const sent = [0, 0];
	const second = () => {
		const came = [0, 0];
		for (let number = 0; number < own; number++) {
			const place = random() < 0.8 ? 0 : 1;
			came[place] = (came[place] ?? 0) + 1;
			sent[place] = (sent[place] ?? 0) + 1;
		}
		for (
			let at = rate === 0 ? 1 : -Math.log(1 - random()) / rate;
			at < 1;
			at -= Math.log(1 - random()) / rate
		) {
			const place = random() < 0.8 ? 0 : 1;
			came[place] = (came[place] ?? 0) + 1;
			really[place] = (really[place] ?? 0) + 1;
		}
		return came;
	};
	for (let round = 0; round <= 15; round++) {
		if (round > 0) second();
		const last = second();
		const stretch = ledger.add({
			at: round * 2000,
			pods: new Map([
				['old', ['old.1']],
				['new', ['new.1']],
			]),
			samples: ['old', 'new'].map((revision, place) => ({
				uid: `${revision}.1`,
				revision,
				isNew: false,
				at: round * 2000,
				said: {
					kind: 'rate',
					stat: {pod: revision, concurrency: 0, requests: last[place] ?? 0, proxiedRequests: 0, uptime: 9},
				},
			})),
			own: new Map(
				['old', 'new'].map((revision, place) => [
					revision,
					{requests: sent[place] ?? 0, failed: 0, rejected: 0},
				]),
			),
			isSettling: false,
		});
		if (stretch) stretches.push(stretch);
	}
	const weights = [
		{revision: 'old', percent: 80},
		{revision: 'new', percent: 20},
	];
	const view = usersView(stretches, {weights, since: 0, pair: undefined});
	return {text: usersLine(view.recent), share: (really[1] ?? 0) / ((really[0] ?? 0) + (really[1] ?? 0))};
}

it.each([10, 50, 400])(
	'says of shares from rates how far off they may be: right in 19 of 20, at %i requests a second',
	rate => {
		const random = seeded(90_90);
		const runs = 400;
		const missed = {really: 0, set: 0};
		const widths: number[] = [];
		for (let run = 0; run < runs; run++) {
			const {text, share} = sampled(rate, random);
			const [, fresh, off] = /≈\d+│(\d+) ±([\d.]+)$/.exec(text) ?? [];
			widths.push(Number(off));
			// Shares are shown in whole percents.
			const room = Number(off) + 0.5;
			if (Math.abs(Number(fresh) - share * 100) > room) missed.really++;
			if (Math.abs(Number(fresh) - 20) > room) missed.set++;
		}
		expect(missed.really / runs).toBeLessThanOrEqual(0.05);
		expect(missed.set / runs).toBeLessThanOrEqual(0.05);
		// It is no bound that is true of everything.
		expect(Math.max(...widths)).toBeLessThanOrEqual(Math.ceil(1.1 * 196 * Math.sqrt(0.16 / (15 * rate))));
	},
);

it.each([1, 2, 5, 20, 50])('shows no shares of what is left of %i requests a second of its own', own => {
	const random = seeded(17);
	const texts = Array.from({length: 200}, () => sampled(0, random, own).text);
	expect(texts.filter(text => text.includes('│'))).toEqual([]);
	const quiet = texts.filter(text => /^users {2}nobody uses it/.test(text));
	expect(quiet.length / texts.length).toBeGreaterThanOrEqual(0.95);
});

it.each([
	[20, 5],
	[50, 20],
])(
	'tells the shares of %i users a second beside %i of its own, no better than it knows them',
	(rate, own) => {
		const random = seeded(23);
		const runs = 400;
		let missed = 0;
		for (let run = 0; run < runs; run++) {
			const {text, share} = sampled(rate, random, own);
			const [, fresh, off] = /≈\d+│(\d+) ±([\d.]+)$/.exec(text) ?? [];
			if (!(Math.abs(Number(fresh) - share * 100) <= Number(off) + 0.5)) missed++;
		}
		expect(missed / runs).toBeLessThanOrEqual(0.05);
	},
);
