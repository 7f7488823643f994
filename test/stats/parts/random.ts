/** A seeded source of random numbers (mulberry32), so that a simulation is the same on every machine. */
export function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d_2b_79_f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/**
 * Numbers that are spread evenly over [0, 1), in whatever order they are taken and by whom (multiples of the golden ratio): what
 * is drawn by them is hardly ever off by chance, as one honest stream in 30 of random ones is.
 */
export function evenly(): () => number {
	let at = 0;
	return () => {
		at = (at + (Math.sqrt(5) - 1) / 2) % 1;
		return at;
	};
}
