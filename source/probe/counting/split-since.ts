/** Since when users have the split that is counted under. Pure. */
import {isDeepStrictEqual} from 'node:util';
import type {Weight} from './loop-report.js';

/** `isFirst`: none was there before it, as far as this loop knows, so that it may be older. */
export type SplitSince = {
	readonly at: number;
	readonly isFirst: boolean;
	readonly weights: readonly Weight[];
};

/** Before the first split is told. */
export const noSplitYet = (at: number): SplitSince => ({at, isFirst: true, weights: []});

/** Once a route has settled on this split. That nothing was counted under another one between makes it no older. */
export const nextSplit = (before: SplitSince, weights: readonly Weight[], at: number): SplitSince =>
	isDeepStrictEqual(before.weights, weights) ? before : {at, isFirst: before.weights.length === 0, weights};
