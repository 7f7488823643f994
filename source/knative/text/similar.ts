/** What somebody may have meant who mistyped a word. Pure. */
import {printable} from './printable.js';

/** Of more words that are as near, none is said: there is no knowing. */
const mostNamed = 3;

/**
 * ` Did you mean rollback?`, to be put after a sentence; empty where no known word is near.
 *
 * @param known Raw.
 */
export function didYouMean(word: string, known: Iterable<string>): string {
	const near = nearest(word, known);
	if (near.length === 0 || near.length > mostNamed) return '';
	return ` Did you mean ${near.map(name => printable(name)).join(' or ')}?`;
}

/** The known words with the fewest edits, where these are at most a third of the letters. */
function nearest(word: string, known: Iterable<string>): readonly string[] {
	let fewest = Infinity;
	let near: string[] = [];
	for (const name of new Set(known)) {
		const longest = Math.max(word.length, name.length);
		// Another number is no slip of the keyboard: one of the numbers there are was meant, or none.
		if (withoutDigits(word) === withoutDigits(name)) continue;
		const most = Math.min(fewest, Math.floor(longest / 3));
		if (Math.abs(word.length - name.length) > most) continue;
		const edits = editsBetween(word, name);
		if (edits > most) continue;
		if (edits < fewest) near = [];
		fewest = edits;
		near.push(name);
	}
	return near.toSorted();
}

const withoutDigits = (word: string) => word.replaceAll(/\d/g, '0');

/** Letters put in, left out, replaced, or exchanged with the next one (optimal string alignment). */
function editsBetween(one: string, other: string): number {
	let [before, row]: [number[], number[]] = [[], Array.from({length: other.length + 1}, (_, at) => at)];
	for (let i = 1; i <= one.length; i++) {
		const next = [i];
		for (let j = 1; j <= other.length; j++) {
			const isSame = one[i - 1] === other[j - 1];
			const isExchanged = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
			next.push(
				Math.min(
					(row[j] ?? 0) + 1,
					(next[j - 1] ?? 0) + 1,
					(row[j - 1] ?? 0) + (isSame ? 0 : 1),
					isExchanged ? (before[j - 2] ?? 0) + 1 : Infinity,
				),
			);
		}
		[before, row] = [row, next];
	}
	return row[other.length] ?? 0;
}
