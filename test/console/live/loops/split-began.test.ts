import {expect, test} from 'vitest';
import {splitBegan} from '../../../../source/console/live/loops/split-began.js';

const noon = 1_700_000_000_000;
const first = {splitSince: {at: noon, isFirst: true, weights: []}};
const nothing = {move: undefined, written: undefined};
const move = {
	generation: 5,
	askedAt: noon - 60_000,
	movedAt: noon - 59_000,
	own: false,
	refusalTold: false,
};

test('a split that was there before the loop is of when it was written, or switched to', () => {
	expect(splitBegan(first, {...nothing, written: {at: noon - 3_600_000, generation: 5}})).toEqual({
		at: noon - 3_600_000,
		isSeen: false,
	});
	const written = {at: noon - 60_000, generation: 5};
	expect(splitBegan(first, {move, written}).at).toBe(noon - 59_000);
	expect(splitBegan(first, {move: {...move, isLate: true}, written}).at).toBe(noon - 60_000);
	expect(splitBegan(first, nothing)).toEqual({at: noon, isSeen: true});
});

test('a change of the template, or of tags, leaves the split as old as it is', () => {
	const written = {at: noon - 3_600_000, generation: 4};
	expect(splitBegan(first, {move, written})).toEqual({at: noon - 3_600_000, isSeen: false});
	expect(splitBegan(first, {...nothing, move})).toEqual({at: noon, isSeen: true});
});

test('a split that came while it was asked is of when the gateway had it', () => {
	const splitSince = {...first.splitSince, isFirst: false};
	const written = {at: noon - 2000, generation: 5};
	expect(splitBegan({splitSince}, {...nothing, written})).toEqual({at: noon, isSeen: false});
});
