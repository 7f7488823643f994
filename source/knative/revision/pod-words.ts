/** How many pods a revision has, in words. Pure. */
import {count} from '../text/short-words.js';

/** `1 of 2 pods`, `1 pod, going down to 0`. How many are wanted may not be known yet: that is not said then. */
export function podWords(actual: number, wanted: number | undefined): string {
	if (wanted === undefined) return count(actual, 'pod');
	if (actual > wanted) return `${count(actual, 'pod')}, going down to ${wanted}`;
	return wanted === 0 ? 'no pods' : `${actual} of ${count(wanted, 'pod')}`;
}
