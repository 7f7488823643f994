import {expect, test} from 'vitest';
import {joined, styled, type Piece} from '../../../source/terminal/output/pieces.js';

const bold = {bold: true};

test('neighbours that look alike become one piece, and what has no text or sets no style has none', () => {
	const pieces: readonly Piece[] = [
		{text: 'a'},
		{text: 'b', style: {}},
		{text: '', style: bold},
		{text: 'c', style: bold},
		{text: 'd', style: {bold: true}},
		{text: 'e', style: {bold: true, color: 'red'}},
		{text: 'f', style: {color: 'red'}},
	];
	expect(joined(pieces)).toEqual([
		{text: 'ab'},
		{text: 'cd', style: bold},
		{text: 'e', style: {bold: true, color: 'red'}},
		{text: 'f', style: {color: 'red'}},
	]);
	expect(joined([{text: ''}])).toEqual([]);
});

test('a line says the same in as few pieces as it takes', () => {
	expect(styled(joined([{text: 'x', style: bold}, {text: 'y', style: bold}, {text: 'z'}]))).toBe(
		styled([{text: 'xy', style: bold}, {text: 'z'}]),
	);
});
