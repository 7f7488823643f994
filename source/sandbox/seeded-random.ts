/** A draw that can be repeated: for rehearsals and tests in which the same requests shall meet the same revisions. */
import {uniformFloat64} from 'pure-rand/distribution/uniformFloat64';
import {xoroshiro128plus} from 'pure-rand/generator/xoroshiro128plus';

/** Numbers in [0, 1), the same ones for the same seed. */
export function seededRandom(seed: number): () => number {
	const generator = xoroshiro128plus(seed);
	return () => uniformFloat64(generator);
}
