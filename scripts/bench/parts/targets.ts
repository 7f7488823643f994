/**
 * What a key, an event and a start are to cost, beside what they cost k9s, a terminal console in Go: as measured in the same run
 * (see `k9s.ts`), else as it once was, built from source, on a quiet machine (120x40, the same sandbox, 10 and 1,000 services). Of
 * k9s only what it has, too.
 */
import type {Result} from './results.ts';

type Target = {
	what: string;
	/** At most, at 10 services and at 1,000. */
	most: readonly [few: number, many: number];
	k9s?: readonly [few: number, many: number];
};

const targets: readonly Target[] = [
	{what: 'key to frame, quiet: p50', most: [5, 5], k9s: [1.9, 3.1]},
	{what: 'key to frame, quiet: p95', most: [10, 10], k9s: [4.5, 6.6]},
	{what: 'key to frame, 20 events/s: p50', most: [5, 5], k9s: [2.7, 3.3]},
	{what: 'key to frame, 20 events/s: p95', most: [10, 10], k9s: [6.5, 7.3]},
	{what: 'work of a key, quiet', most: [5, 5]},
	{what: 'CPU, 20 unseen events/s', most: [2, 2], k9s: [1.5, 2.9]},
	{what: 'CPU, 200 unseen events/s', most: [5, 5]},
	{what: 'CPU, 20 unseen events/s, 10 keys/s', most: [8, 8], k9s: [4.3, 7.9]},
	{what: 'CPU of the first 3.5 s', most: [0.25, 0.5], k9s: [0.17, 0.4]},
	{what: 'memory, at the end', most: [130, 150], k9s: [122, 142]},
	{what: 'terminal, a key that scrolls: p50', most: [400, 400], k9s: [803, 803]},
	{what: 'CPU, loop at 50/s', most: [10, 10]},
	{what: 'key to frame, loop at 50/s: p50', most: [5, 5]},
];

const figure = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

/**
 * Each target that something was measured for.
 *
 * @param beside What was measured of k9s in the same run.
 */
export function printTargets(
	services: number,
	results: readonly Result[],
	beside: readonly Result[] = [],
): void {
	const which = services < 1000 ? 0 : 1;
	console.log(`\n${services} services: here, at most, k9s${beside.length > 0 ? '' : ' (as it once was)'}`);
	for (const {what, most, k9s} of targets) {
		const result = results.find(each => each.what === what);
		if (!result) continue;
		const measured = beside.find(each => each.what === what)?.value;
		const cells = [result.value, most[which], beside.length > 0 ? measured : k9s?.[which]].map(value =>
			(value === undefined ? '' : figure(value)).padStart(8),
		);
		const mark = result.value <= most[which] ? 'holds' : 'missed';
		console.log(`${what.padEnd(36)}${cells.join('')}  ${result.unit.padEnd(12)} ${mark}`);
	}
}
