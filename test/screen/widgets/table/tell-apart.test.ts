import {array, assert, constantFrom, integer, property, uniqueArray} from '../../../support/property.js';
import {describe, expect, it} from 'vitest';
import {widthOf} from '../../../../source/screen/widgets/table/fit-text.js';
import {tellApart} from '../../../../source/screen/widgets/table/tell-apart.js';

describe('names that are cut as a set', () => {
	it('keeps what differs in the middle', () => {
		const names = ['15', '16', '17'].map(day => `storefront-web-release-2026-01-${day}-eu-west-production`);
		for (const width of [8, 12, 20, 28, 40]) {
			const shown = tellApart(names, width);
			expect(shown.map(text => /1[567]/.exec(text)?.[0])).toEqual(['15', '16', '17']);
		}
		expect(tellApart(names, 18)[0]).toBe('…01-15-…production');
		expect(tellApart(['nobody-knows', ...names], 7).slice(1)).toEqual(['…01-15…', '…01-16…', '…01-17…']);
	});

	it('keeps what differs at the start and at the end', () => {
		const services = ['eu', 'us', 'ap'].map(place => `${place}-checkout-frontend-production`);
		expect(tellApart(services, 14).map(text => text.slice(0, 2))).toEqual(['eu', 'us', 'ap']);
		const revisions = ['00001', '00002'].map(number => `checkout-frontend-production-${number}`);
		expect(tellApart(revisions, 10)).toEqual(['…ion-00001', '…ion-00002']);
	});

	it('tells contexts of one cloud apart', () => {
		const arn = 'arn:aws:eks:eu-west-1:123456789012:cluster/payments';
		const names = [`${arn}-production`, `${arn}-staging`, `${arn.replace('eu', 'us')}-production`];
		const shown = tellApart(names, 30);
		expect(shown[0]).toMatch(/eu.*production/);
		expect(shown[1]).toMatch(/staging/);
		expect(shown[2]).toMatch(/us.*production/);
	});

	it('leaves alone what fits, and cuts where it was cut before when that tells apart', () => {
		expect(tellApart(['cart', 'checkout'], 8)).toEqual(['cart', 'checkout']);
		expect(tellApart(['payments-service-of-europe', 'cart'], 10, {position: 'middle'})).toEqual([
			'payme…rope',
			'cart',
		]);
	});

	it('never shows two names alike, nor any wider than there is room', () => {
		const word = constantFrom('web', 'eu', 'production', 'release', '2026', '01', '15', 'a', 'b', '接続');
		const name = array(word, {minLength: 1, maxLength: 9}).map(words => words.join('-'));
		assert(
			property(
				uniqueArray(name, {minLength: 1, maxLength: 12}),
				integer({min: 5, max: 40}),
				(names, width) => {
					const shown = tellApart(names, width);
					expect(new Set(shown).size).toBe(names.length);
					for (const text of shown) expect(widthOf(text)).toBeLessThanOrEqual(width);
				},
			),
			{numRuns: 2000},
		);
	});

	it('shows equal names alike', () => {
		expect(new Set(tellApart(['one-long-name-of-a-thing', 'one-long-name-of-a-thing'], 9)).size).toBe(1);
	});
});
