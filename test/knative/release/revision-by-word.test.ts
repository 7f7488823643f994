/** Which revision an operator means by a word. */
import {describe, expect, it} from 'vitest';
import {newestOf, orderOf} from '../../../source/knative/release/evidence/shares.js';
import {shortRevision} from '../../../source/screen/format.js';
import {behindService, meantBy, serviceMeant} from '../../../source/knative/release/revision-by-word.js';
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

	it.each([
		['canry', 'canary'],
		['stabel', 'stable'],
		['@cannary', '@canary'],
		[one.replace('00001', '0001'), one],
	])('%s, mistyped, is refused with what is near it: %s', (word, near) => {
		const {reason} = {reason: '', ...meantBy(word, facts)};
		expect(reason).toMatch(new RegExp(` Did you mean ${near}\\?$`));
	});

	it.each(['7', 'beta', revisionName(9)])('%s is near nothing', word => {
		expect(meantBy(word, facts)).toMatchObject({ok: false, reason: expect.not.stringContaining('Did you')});
	});

	it('that means two is refused with both named', () => {
		expect(meantBy('3', facts)).toEqual({
			ok: false,
			reason: `3 means ${one} and ${three}: name the one you mean in full.`,
		});
	});

	it('that is the name of one and the tag of another is refused with what tells the two apart', () => {
		const service = serviceView({
			traffic: [
				{revisionName: one, percent: 90, tag: two},
				{revisionName: two, percent: 10},
			],
			ready: 2,
			created: 2,
		});
		const told = {...facts, service};
		expect(meantBy(two, told)).toEqual({
			ok: false,
			reason: `${two} means ${two} and ${one}: say 00002 for ${two} or ${one}.`,
		});
		expect(meantBy('00002', told)).toMatchObject({ok: true, revision: two});
		expect(meantBy(one, told)).toMatchObject({ok: true, revision: one});
	});

	it('for a part that nothing has is refused with why', () => {
		const whole = {
			...facts,
			service: serviceView({traffic: [{revisionName: three, percent: 100}], ready: 3}),
		};
		expect(meantBy('@canary', whole)).toEqual({ok: false, reason: '@canary: helloworld-go has no canary.'});
		const tried = serviceView({traffic: [{latestRevision: true, percent: 100}], created: 1});
		const starting = {...tried, latestReady: undefined};
		expect(meantBy('@stable', {...facts, service: starting})).toEqual({
			ok: false,
			reason: '@stable: helloworld-go has no stable revision.',
		});
		expect(meantBy('@latest', {...facts, service: starting})).toEqual({
			ok: false,
			reason: 'helloworld-go has no ready revision yet, so @latest means none.',
		});
		const equal = serviceView({
			traffic: [one, two].map(name => ({revisionName: name, percent: 50})),
			ready: 3,
		});
		expect(meantBy('@stable', {...facts, service: equal, revisions: undefined})).toMatchObject({ok: true});
	});

	it('names the row where it is a tag or @latest, and none where it is a name', () => {
		expect(meantBy('canary', facts)).toEqual({ok: true, revision: two, row: two});
		expect(meantBy('@latest', facts)).toEqual({ok: true, revision: three, row: '@latest'});
		expect(meantBy('00002', facts)).toEqual({ok: true, revision: two});
	});

	it('that is the end of a name is refused with what may be meant, and made printable', () => {
		const named = {...revisionView(3), name: 'helloworld-go-blue'};
		expect(meantBy('blue', {...facts, revisions: [named, ...facts.revisions]})).toMatchObject({
			reason: expect.stringContaining(' Did you mean helloworld-go-blue?'),
		});
		expect(meantBy('x\u001B', facts)).toMatchObject({reason: expect.stringContaining('no revision x␛:')});
	});

	it.each(['7', 'shop-00001', `${one}x`, '', '../x'])('%s, which means none, is refused', word => {
		expect(meantBy(word, facts)).toMatchObject({ok: false});
	});
});

/** As knative/pkg makes it of 58 letters and `-00002`. */
const long = (number: number) => `a-service-with-a-really-l85efc29d00325672929b1ed0b1ead4fc-0000${number}`;

describe('a service whose name leaves no room for the number behind it', () => {
	const name = 'a-service-with-a-really-long-name-that-is-near-the-limit-x';
	const revisions = facts.revisions.map(revision => ({
		...revision,
		name: long(revision.generation),
		service: name,
	}));
	const known = {...facts, service: {...facts.service, name, specTraffic: []}, revisions};

	it('has revisions with a number all the same', () => {
		expect(meantBy('2', known)).toEqual({ok: true, revision: long(2)});
		expect(meantBy('00003', known)).toEqual({ok: true, revision: long(3)});
		expect(meantBy('4', known)).toMatchObject({ok: false});
	});

	it('has revisions of which one is newer, also where they may not be listed', () => {
		const order = orderOf({name, latestCreated: undefined}, undefined);
		expect(newestOf(order, [long(1), long(3), long(2)])).toBe(long(3));
		expect(order(`another-service-85efc29d00325672929b1ed0b1ead4fc-00001`)).toBeUndefined();
		expect(order('85efc29d00325672929b1ed0b1ead4fc-00001')).toBeUndefined();
	});

	it('has revisions with a short name', () => {
		expect(shortRevision(long(2), name)).toBe('…00002');
		expect(shortRevision('other-00002', name)).toBe('other-00002');
	});
});

describe('where the revisions may not be listed', () => {
	const blind = {...facts, revisions: undefined};

	it.each([
		[revisionName(7), revisionName(7)],
		['7', revisionName(7)],
		['100000', 'helloworld-go-100000'],
		['helloworld-go-blue', 'helloworld-go-blue'],
		['canary', two],
	])('%s is believed to be %s', (word, revision) => {
		expect(meantBy(word, blind)).toMatchObject({ok: true, revision});
	});

	it.each(['shop-00001', 'helloworld-go-', 'helloworld-go-A', '0', '1234567890', '7x'])(
		'%s is refused',
		word => {
			expect(meantBy(word, blind)).toMatchObject({ok: false});
		},
	);
});

it.each([
	['cart', 'cart'],
	['ksvc/cart', 'cart'],
	['service.serving.knative.dev/cart', 'cart'],
	['deployment/cart', undefined],
	['ksvc/', undefined],
	['ksvc/cart/x', undefined],
	['', undefined],
])('%s is the service %s', (word, service) => {
	expect(serviceMeant(word)).toBe(service);
});

it.each([
	['00001=90 00002=10', ['00001=90', '00002=10']],
	[' ksvc/cart  00001=90,00002=10', ['00001=90,00002=10']],
	['ksvc/cart', []],
	['', []],
	['a/b=100', ['a/b=100']],
])('%j is typed of the service that is selected', (typed, words) => {
	expect(behindService(typed, {name: 'cart'})).toEqual({ok: true, words});
});

it.each(['ksvc/shop 1=100', 'deployment/cart 1=100'])('%j is not', typed => {
	expect(behindService(typed, {name: 'cart'})).toMatchObject({
		reason: expect.stringMatching(/is not cart, which is selected: select it first\.$/),
	});
});
