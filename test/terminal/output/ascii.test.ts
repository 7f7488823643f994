import stringWidth from 'string-width';
import {expect, test} from 'vitest';
import {inAscii} from '../../../source/terminal/output/ascii.js';

test('the words of the console are spelled in ASCII, column for column', () => {
	const frame = '|…00001| 90│10  p50 19 ms · 3.6–62.4 % “cart” → 90 %  ␛[2J  200 ×5';
	expect(inAscii(frame)).toBe('|~00001| 90|10  p50 19 ms - 3.6-62.4 % "cart" > 90 %  ?[2J  200 x5');
	expect(stringWidth(inAscii(frame))).toBe(stringWidth(frame));
});

test('what a figure may be off by is no other figure', () => {
	const words = 'users ≈0.3 ±0.9/s · canary 12 ±2.1 %';
	expect(inAscii(words)).toBe('users ~0.3+-0.9/s - canary 12+-2.1 %');
	expect(stringWidth(inAscii(words))).toBe(stringWidth(words));
});

test('what others say in another script stays what it is', () => {
	expect(inAscii('Grüße 漢字 👩‍💻')).toBe('Grüße 漢字 👩‍💻');
});
