/** What the frame of the live pane says in its upper line: pace, answers, split. */
import {isAsking} from '../../console/live/verdicts.js';
import type {SplitBegan} from '../../console/live/loops/split-began.js';
import type {LoopSnapshot} from '../../console/state/state.js';
import {clock, count, dayAndClock} from '../format.js';
import {widthOf} from '../widgets/table/fit-text.js';

/** A piece of the line in the frame; what has a rank goes, the highest first, where there is no room. */
export type AsidePiece = {text: string; rank?: number};

/** As many of the pieces as fit: a line that is too long would not be there at all. */
export function fittingAside(pieces: readonly AsidePiece[], room: number): string {
	const line = pieces.map(({text}) => text).join(' · ');
	const highest = Math.max(0, ...pieces.map(({rank = 0}) => rank));
	return widthOf(line) <= room || highest === 0
		? line
		: fittingAside(
				pieces.filter(({rank = 0}) => rank < highest),
				room,
			);
}

/** `3 req/s, 2 at tags · 128 answers · 50/50 since 12:01:03`, or of an earlier split what it was and when, as far as it was counted. */
export function asidePieces(
	snapshot: LoopSnapshot,
	page: number,
	{
		isRefused,
		isUnread = false,
		isForwarded,
		isInClear = false,
		background,
		isBack,
		began,
	}: {
		isRefused: boolean;
		isUnread?: boolean;
		isForwarded: boolean;
		/** Though the URL is https. */
		isInClear?: boolean;
		background: number;
		isBack: boolean;
		began: SplitBegan;
	},
): AsidePiece[] {
	const past = snapshot.history.at(-page);
	if (page > 0 && past) {
		const split = past.weights.map(({percent}) => percent).join('│');
		return [
			{text: page === 1 ? 'the split before' : `${page} splits ago`},
			{text: `${split} from ${clock(past.since)} to ${clock(past.until)}`},
			{text: count(past.answered, 'answer'), rank: 1},
		];
	}
	const {answered, notSent, weights, settling, silentSince: silent} = snapshot;
	const split = weights.map(({percent}) => percent).join('│');
	return [
		...(isBack ? [{text: 'earlier answers, G follows'}] : []),
		{text: isAsking(snapshot) ? paceWords(snapshot) : 'paused'},
		silent === undefined || answered === 0
			? {text: count(answered, 'answer'), rank: 1}
			: {text: `${count(answered, 'answer')} until ${clock(silent)}`},
		...(notSent > 0 ? [{text: `${notSent} skipped (busy or stopped)`, rank: 3}] : []),
		{
			text: settling
				? isUnread
					? 'split unread'
					: isRefused
						? 'split refused'
						: 'switching'
				: `${split} ${began.isSeen ? 'seen since' : 'since'} ${dayAndClock(began.at, snapshot.at)}`,
			...(silent !== undefined && {rank: 5}),
		},
		...(isInClear ? [{text: 'in the clear', rank: 3}] : []),
		...(isForwarded ? [{text: 'via API server', rank: 4}] : []),
		...(background > 0 ? [{text: `${count(background, 'loop')} in background`, rank: 2}] : []),
	];
}

/** All that is sent, and how much of that is at the tags of the two that are compared. */
function paceWords({rate, tagRate, burstLeft}: LoopSnapshot): string {
	if (burstLeft > 0) return `burst, ${burstLeft} left${tagRate > 0 ? `, ${tagRate}/s at tags` : ''}`;
	return `${rate + tagRate} req/s${tagRate > 0 ? `, ${tagRate} at tags` : ''}`;
}
