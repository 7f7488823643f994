/** How much memory V8 takes for objects that are just made. */
import {PerformanceObserver} from 'node:perf_hooks';
import {getHeapSpaceStatistics, setFlagsFromString} from 'node:v8';

/** Bytes that V8 has for objects that are just made, both halves. */
const sizeNow = (): number =>
	getHeapSpaceStatistics().find(({space_name: name}) => name === 'new_space')?.space_size ?? 0;

/** Of the flag, while nobody has set it: what V8 makes of its flags is then as it was. */
const unset = 2;

export type YoungGeneration = {
	/** Does something with the flags of V8 as they were before. */
	unkept(act: () => void): void;
};

/**
 * Keeps V8's space for new objects from growing beyond the size it has by now (2 × 8 or 2 × 16 MB after the start of the
 * console). Left alone it doubles whenever so much has outlived its scavenges, up to 2 × 64 MB, and never shrinks under a
 * steady load: at 50 answers a second that was 110 MB of 280 for a program that has 20 in use (`node scripts/bench/memory.ts`).
 *
 * In a program that does nothing V8 makes it smaller, down to 2 MB. It has to grow again when there is work: all that is made
 * would be taken for old too soon, and wait, up to 50 MB of it, for a collection of everything.
 *
 * At the start it may grow: a small space then costs time. `--max-semi-space-size` would have to be given to Node before it
 * starts, which a program that is run by its name cannot do; V8 looks at this flag each time it is about to grow
 * (NewSpace::Grow in V8's src/heap/new-spaces.cc).
 */
export function keepYoungGeneration(): YoungGeneration {
	const most = sizeNow();
	let factor = 0;
	const heed = () => {
		const wanted = sizeNow() * 2 <= most ? unset : 1;
		if (wanted === factor) return;
		factor = wanted;
		setFlagsFromString(`--semi-space-growth-factor=${factor}`);
	};
	heed();
	// Told of each collection, soon after it; while there is none nothing runs.
	new PerformanceObserver(heed).observe({entryTypes: ['gc']});
	return {
		unkept(act) {
			setFlagsFromString(`--semi-space-growth-factor=${unset}`);
			factor = unset;
			act();
			heed();
		},
	};
}
