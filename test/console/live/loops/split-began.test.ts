import {expect, test} from 'vitest';
import {splitBegan} from '../../../../source/console/live/loops/split-began.js';
import {snapshotOf} from '../../../screen/live/snapshot.js';
import {one, two} from '../../../screen/parts/state.js';

const noon = 1_700_000_000_000;
const weightsOf = (...percents: readonly number[]) =>
	percents.map((percent, index) => ({revision: index === 0 ? one : two, percent}));
const epoch = (since: number, ...percents: readonly number[]) =>
	snapshotOf({since, weights: weightsOf(...percents)});
const past = (since: number, ...percents: readonly number[]) => ({
	...epoch(since, ...percents),
	until: since + 1,
});
const nothing = {generation: 5, move: undefined, written: undefined};
const move = {
	generation: 5,
	askedAt: noon - 60_000,
	movedAt: noon - 59_000,
	own: false,
	refusalTold: false,
};

test('a split that was there before the loop is of when it was written, or switched to', () => {
	const begun = epoch(noon, 90, 10);
	expect(splitBegan(begun, {...nothing, written: noon - 3_600_000})).toEqual({
		at: noon - 3_600_000,
		isSeen: false,
	});
	expect(splitBegan(begun, {...nothing, move, written: noon - 60_000}).at).toBe(noon - 59_000);
	// Of an earlier change, or of one that was not seen, the move tells nothing.
	expect(splitBegan(begun, {...nothing, generation: 6, move})).toEqual({at: noon, isSeen: true});
	expect(splitBegan(begun, {...nothing, move: {...move, isLate: true}}).isSeen).toBe(true);
});

test('a split that came while it was asked is of when the gateway had it', () => {
	const changed = {...epoch(noon, 90, 10), history: [past(noon - 9000, 100, 0)]};
	expect(splitBegan(changed, {...nothing, written: noon - 2000})).toEqual({at: noon, isSeen: false});
	// Counts that were reset are of the same split.
	const reset = {...changed, since: noon + 9000, history: [...changed.history, past(noon, 90, 10)]};
	expect(splitBegan(reset, nothing)).toEqual({at: noon, isSeen: false});
	const alone = {...epoch(noon + 9000, 90, 10), history: [past(noon, 90, 10)]};
	expect(splitBegan(alone, nothing)).toEqual({at: noon, isSeen: true});
});
