import * as fc from '../../support/property.js';
import {expect, test} from 'vitest';
import {InputDecoder} from '../../../source/terminal/input/input-decoder.js';

/** 80–9F by itself and in UTF-8 (C2 80 …) are the same control character. */
const spelled = (bytes: readonly number[]) =>
	bytes.filter((byte, index) => !(byte === 0xc2 && ((bytes[index + 1] ?? 0) & 0xe0) === 0x80));

test('decodes UTF-8 that reads have cut anywhere', () => {
	fc.assert(
		fc.property(fc.string({unit: 'grapheme'}), fc.array(fc.nat(40)), (text, cuts) => {
			const bytes = Buffer.from(text);
			const decoder = new InputDecoder();
			const places = [0, ...cuts.filter(cut => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
			const decoded = places.slice(1).map((to, index) => decoder.write(bytes.subarray(places[index], to)));
			expect(decoded.join('')).toBe(text);
		}),
	);
});

test('keeps each byte that is no UTF-8 as one character: 8-bit controls as they are', () => {
	const decoded = new InputDecoder().write(
		Buffer.from([
			0x1b, 0x5b, 0x4d, 0x20, 0x9b, 0xe9, 0x44, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xe0, 0x81, 0x6a,
		]),
	);
	expect(Array.from({length: decoded.length}, (_, index) => decoded.charCodeAt(index))).toEqual([
		0x1b, 0x5b, 0x4d, 0x20, 0x9b, 0xdc_e9, 0x44, 0xdc_ff, 0xdc_c3, 0x28, 0xdc_ed, 0xdc_a0, 0x80, 0xdc_e0,
		0x81, 0x6a,
	]);
});

test('loses nothing and makes nothing of any bytes', () => {
	fc.assert(
		fc.property(fc.uint8Array(), bytes => {
			const decoder = new InputDecoder();
			// What may be the beginning of a character waits; a byte of ASCII ends the waiting.
			const decoded = decoder.write(bytes) + decoder.write(Buffer.from('.'));
			const back = Array.from(decoded.slice(0, -1), character => {
				const code = character.codePointAt(0) ?? 0;
				return code >= 0xdc_80 && code <= 0xdc_ff ? [code - 0xdc_00] : [...Buffer.from(character)];
			}).flat();
			expect(spelled(back)).toEqual(spelled([...bytes]));
		}),
	);
});
