/**
 * Names cut to a width as a set: each keeps what tells it from the others, and no two read alike. A name that is cut by
 * itself, at a place that is the same for all, loses just that: `shop-release-15-production` and `shop-release-16-production`
 * are both `…-production` at the end and `shop-…` at the start.
 */
import {cutText, widthOf} from './fit-text.js';

export type ApartOptions = {
	/** Where a name is cut when that tells it apart as well as anything. @default 'start' */
	readonly position?: 'start' | 'middle' | 'end';
	/** @default '…' */
	readonly ellipsis?: string;
};

/**
 * The names as they are shown, in their order: those that fit as they are, the others at most `width` columns wide. Alike are
 * only names that are equal, unless `width` (an integer) has no room for so many.
 */
export function tellApart(
	names: readonly string[],
	width: number,
	{position = 'start', ellipsis = '…'}: ApartOptions = {},
): string[] {
	if (width < 1) return names.map(() => '');
	const all = [...new Set(names)];
	const whole = all.filter(name => widthOf(name) <= width);
	const long = all.filter(name => widthOf(name) > width);
	const shown = new Map(whole.map(name => [name, name]));
	const taken = new Set(whole);
	// As before where that does: a set of names of which each ends in its own number stays as one knows it.
	const cut = long.map(name => cutText(name, width, {position, ellipsis}));
	if (new Set(cut).size === long.length && cut.every(text => !taken.has(text))) {
		long.forEach((name, index) => shown.set(name, cut[index]!));
	} else {
		for (const name of long) {
			const text = firstFree(candidates(name, all, width, ellipsis), taken, width);
			taken.add(text);
			shown.set(name, text);
		}
	}
	return names.map(name => shown.get(name) ?? name);
}

/** Of the last of them a number makes the difference, if nothing else does. */
function firstFree(texts: readonly string[], taken: ReadonlySet<string>, width: number): string {
	const free = texts.find(text => !taken.has(text));
	if (free !== undefined) return free;
	for (let number = 2; ; number++) {
		const mark = `~${number}`;
		const text = `${cutText(texts.at(-1) ?? '', width - mark.length, {ellipsis: ''})}${mark}`;
		if (!taken.has(text) || number > taken.size + 2) return text.slice(-width);
	}
}

/** Ways to show a name, the best first. */
function candidates(name: string, all: readonly string[], width: number, ellipsis: string): string[] {
	const pieces = piecesOf(name);
	const telling = tellingPieces(name, pieces, all);
	const wanted: string[] = [];
	// What tells it from names that are hardly like it goes first: that shows anyway.
	for (let count = telling.length; count > 0; count--) {
		const kept = telling.slice(0, count);
		const needed = new Set(kept);
		if (widthOf(render(pieces, needed, ellipsis)) > width) continue;
		// The rest of the room goes to the end, the beginning, and what is next to it.
		for (const index of fillOrder(pieces.length, kept)) {
			needed.add(index);
			if (widthOf(render(pieces, needed, ellipsis)) > width) needed.delete(index);
		}
		wanted.push(render(pieces, needed, ellipsis));
		break;
	}
	// The pieces are too long themselves: from where they begin to differ.
	for (const start of differences(name, all)) {
		const room = width - widthOf(ellipsis);
		const from = Math.max(0, Math.min(start, name.length - room));
		wanted.push(cutText(`${from > 0 ? ellipsis : ''}${name.slice(from)}`, width, {ellipsis}));
	}
	return [
		...wanted,
		cutText(name, width, {position: 'start', ellipsis}),
		cutText(name, width, {position: 'middle', ellipsis}),
		cutText(name, width, {position: 'end', ellipsis}),
	];
}

/** Words with the mark that follows them: `storefront-`, `web-`, `2026-`; `arn:`, `cluster/`. */
function piecesOf(name: string): string[] {
	return name.match(/[^-./:_@ ]*[-./:_@ ]|[^-./:_@ ]+$/g) ?? [name];
}

/** Those of `all` that a name could be taken for first: they have most of its beginning and its end. At most `count`. */
export function closestTo(name: string, all: readonly string[], count: number): string[] {
	const likeness = (other: string) => commonStart(name, other) + commonEnd(name, other);
	return [...new Set(all)]
		.filter(other => other !== name)
		.map(other => ({other, like: likeness(other)}))
		.toSorted((one, another) => another.like - one.like)
		.slice(0, count)
		.map(({other}) => other);
}

function commonStart(one: string, other: string): number {
	let index = 0;
	while (index < one.length && one[index] === other[index]) index++;
	return index;
}

function commonEnd(one: string, other: string): number {
	let count = 0;
	while (count < one.length && one.at(-1 - count) === other.at(-1 - count)) count++;
	return count;
}

/** Where it begins to differ from each of the others, in characters; the latest first, because that is the closest of them. */
function differences(name: string, all: readonly string[]): number[] {
	const starts = all.filter(other => other !== name).map(other => commonStart(name, other));
	return [...new Set(starts)].toSorted((one, other) => other - one).slice(0, 8);
}

/** The pieces in which it begins to differ from another name; those of the closest names first. */
function tellingPieces(name: string, pieces: readonly string[], all: readonly string[]): number[] {
	const ends: number[] = [];
	let end = 0;
	for (const piece of pieces) ends.push((end += piece.length));
	const telling = differences(name, all).map(start => {
		const index = ends.findIndex(each => start < each);
		// It ends where the other one goes on.
		return index === -1 ? pieces.length - 1 : index;
	});
	return [...new Set(telling)];
}

function fillOrder(count: number, telling: readonly number[]): number[] {
	const near = telling.flatMap(index => [index - 1, index + 1]);
	const rest = Array.from({length: count}, (_, index) => index);
	return [...new Set([count - 1, 0, ...near, ...rest])].filter(
		index => index >= 0 && index < count && !telling.includes(index),
	);
}

/** The chosen pieces, with an ellipsis for each gap. */
function render(pieces: readonly string[], chosen: ReadonlySet<number>, ellipsis: string): string {
	let text = '';
	let isGap = false;
	pieces.forEach((piece, index) => {
		if (!chosen.has(index)) {
			isGap = true;
			return;
		}
		text += (isGap ? ellipsis : '') + piece;
		isGap = false;
	});
	if (!isGap) return text;
	// The mark at the end of a piece says nothing in front of a gap.
	return text.replace(/[-./:_@ ]$/, '') + ellipsis;
}
