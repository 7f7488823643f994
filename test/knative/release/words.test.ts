/** Which revision an operator means by a word. */
import {describe, expect, it} from 'vitest';
import {meantBy, serviceMeant} from '../../../source/knative/release/words.js';
import {revisionName, revisionView, serviceView} from '../objects.js';

const [one, two, three] = [revisionName(1), revisionName(2), revisionName(3)];
const facts = {
	service: serviceView({
		traffic: [
			{revisionName: one, percent: 90, tag: 'stable'},
			{revisionName: two, percent: 10, tag: 'canary'},
			{revisionName: one, percent: 0, tag: '3'},
		],
		ready: 3,
		created: 3,
	}),
	revisions: [revisionView(3), revisionView(2), revisionView(1)],
	changes: [],
};

describe('a word', () => {
	it.each([
		[one, one],
		['canary', two],
		['2', two],
		['00002', two],
		['@latest', three],
		['@stable', one],
		['@canary', two],
	])('%s means %s', (word, revision) => {
		expect(meantBy(word, facts)).toMatchObject({ok: true, revision});
	});

	it('that means two is refused with both named', () => {
		expect(meantBy('3', facts)).toEqual({
			ok: false,
			reason: `3 means ${one} and ${three}: name the one you mean in full.`,
		});
	});

	it.each(['7', 'shop-00001', `${one}x`, '', '../x'])('%s, which means none, is refused', word => {
		expect(meantBy(word, facts)).toMatchObject({ok: false});
	});
});

describe('where the revisions may not be listed', () => {
	const blind = {...facts, revisions: undefined};

	it.each([
		[revisionName(7), revisionName(7)],
		['7', revisionName(7)],
		['canary', two],
	])('%s is believed to be %s', (word, revision) => {
		expect(meantBy(word, blind)).toMatchObject({ok: true, revision});
	});

	it.each(['shop-00001', 'helloworld-go-', 'helloworld-go-A', '0'])('%s is refused', word => {
		expect(meantBy(word, blind)).toMatchObject({ok: false});
	});
});

it.each([
	['cart', 'cart'],
	['ksvc/cart', 'cart'],
	['service.serving.knative.dev/cart', 'cart'],
	['deployment/cart', undefined],
	['ksvc/', undefined],
])('%s is the service %s', (word, service) => {
	expect(serviceMeant(word)).toBe(service);
});
