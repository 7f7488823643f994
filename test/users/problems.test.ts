import {expect, test} from 'vitest';
import {areTagsAmong} from '../../source/users/problems.js';

const row = (revision: string, share: number | undefined) => ({revision, share});
const rows = [row('cart-00001', 0.65), row('cart-00002', 0.35)];

test('shares are said to be off by requests at tag URLs only where there are shares and tags', () => {
	expect(areTagsAmong({tagged: ['cart-00002']}, {rows})).toBe(true);
	expect(areTagsAmong({tagged: []}, {rows})).toBe(false);
	expect(areTagsAmong({}, {rows})).toBe(false);
	expect(areTagsAmong({tagged: ['cart-00003']}, {rows})).toBe(false);
	// Whatever is asked at the tag of the only one is its own all the same.
	expect(areTagsAmong({tagged: ['cart-00001']}, {rows: [row('cart-00001', 1)]})).toBe(false);
	const unknown = rows.map(({revision}) => row(revision, undefined));
	expect(areTagsAmong({tagged: ['cart-00002']}, {rows: unknown})).toBe(false);
});
