/** How a plan has to be agreed to. */
import {describe, expect, it, test} from 'vitest';
import {agreementFor} from '../../source/release/agreement.js';
import type {PlanAction} from '../../source/release/plan.js';
import type {Warning} from '../../source/knative/release/warnings.js';

const warning = (kind: Warning['kind'], revision?: string): Warning => ({
	kind,
	...(revision !== undefined && {revision}),
	sentence: `${kind}.`,
});

const agreement = (action: PlanAction, warnings: readonly Warning[] = [], production?: string) =>
	agreementFor({action, name: 'cart', warnings}, {production});

const rejected = warning('rejected', 'cart-00002');

test.each<Warning['kind']>([
	'cold',
	'follows latest',
	'unlisted',
	'to be collected',
	'owner',
	'rollout',
	'other',
])('one press is enough for what is only to be read, as %s', kind => {
	expect(agreement('split', [warning(kind, 'cart-00002')])).toEqual({kind: 'once'});
});

test('one press is enough where nothing is warned of', () => {
	expect(agreement('promote')).toEqual({kind: 'once'});
});

describe('it takes two', () => {
	it.each<[Warning['kind'], string]>([
		['not ready', 'a target cannot take the traffic now'],
		['missing', 'a target cannot take the traffic now'],
		['guess', 'this is more than what was asked for'],
		['takes tag', 'a canary loses its tag'],
	])('where a warning is of the kind %s', (kind, because) => {
		expect(agreement('split', [warning('owner'), warning(kind)])).toEqual({kind: 'twice', because});
	});

	it('for what is not being tried', () => {
		expect(agreement('split', [warning('guess'), warning('untried', 'cart-00003')])).toEqual({
			kind: 'twice',
			because: 'cart-00003 is not what is being tried',
		});
		expect(agreement('create revision', [warning('untried')])).toMatchObject({
			because: 'the new revision is not what is being tried',
		});
	});

	it('for what was rolled back, in the words for that', () => {
		const because = 'cart-00002 was rolled back';
		expect(agreement('promote', [{...warning('guess'), because}])).toEqual({kind: 'twice', because});
	});

	it('for what cannot take the traffic first of all', () => {
		const both = [warning('takes tag'), warning('guess'), warning('missing')];
		expect(agreement('split', both)).toMatchObject({because: 'a target cannot take the traffic now'});
		expect(agreement('split', both.slice(0, 2))).toMatchObject({
			because: 'this is more than what was asked for',
		});
	});
});

describe('a word is to be typed', () => {
	it('in production: the name of the service', () => {
		expect(agreement('split', [], 'prod-eu')).toEqual({
			kind: 'word',
			word: 'cart',
			because: 'prod-eu is production',
		});
	});

	it('not for a roll back, which is what stops an incident', () => {
		expect(agreement('roll back', [], 'prod-eu')).toEqual({kind: 'once'});
		expect(agreement('roll back', [warning('not ready')], 'prod-eu')).toMatchObject({kind: 'twice'});
	});

	it('to delete a service, wherever it is, once', () => {
		expect(agreement('delete service')).toEqual({
			kind: 'word',
			word: 'cart',
			because: 'deletion cannot be undone',
		});
		expect(agreement('delete service', [], 'prod-eu')).toMatchObject({because: 'prod-eu is production'});
		expect(agreement('delete revision')).toEqual({kind: 'once'});
	});

	it('for what was rejected: its name, also in a roll back', () => {
		const word = {kind: 'word', word: 'cart-00002', because: 'cart-00002 was rejected'};
		expect(agreement('split', [rejected])).toEqual(word);
		expect(agreement('roll back', [rejected], 'prod-eu')).toEqual(word);
	});

	it('for a canary that is worse: that', () => {
		expect(agreement('promote', [warning('worse', 'cart-00002')])).toEqual({
			kind: 'word',
			word: 'worse',
			because: 'the canary is worse',
		});
	});

	it('for a canary that is slower: that', () => {
		expect(agreement('promote', [warning('slower', 'cart-00002')])).toEqual({
			kind: 'word',
			word: 'slower',
			because: 'the canary is slower',
		});
	});

	it('for all of the reasons at once, each of them and each word once, and it counts more than a second press', () => {
		const warnings = [warning('missing'), rejected, warning('owner'), warning('worse', 'cart-00002')];
		expect(agreement('promote', [...warnings, rejected], 'prod-eu')).toEqual({
			kind: 'word',
			word: 'cart cart-00002 worse',
			because: 'prod-eu is production, and cart-00002 was rejected, and the canary is worse',
		});
	});
});
