/** What one pair of answers counts for; pairs.test.ts has when they are asked. */
import {expect, test} from 'vitest';
import {gradeOf} from '../../../source/probe/attribution/grade.js';
import {countPair, createBook, toComparison, type Asked} from '../../../source/probe/pairs/comparison.js';
import type {Answer} from '../../../source/probe/transport/probe.js';
import {answering, failing} from '../answers.js';

const fine = answering('Hello!', {latency: 10});
const slow = answering('Hello!', {latency: 40});
const broken = answering('Oops', {status: 500, code: '500', error: true});

const asked = (answer: Answer, isCold = false): Asked => ({answer, grade: gradeOf(answer.outcome), isCold});
const told = {notSent: 0, rate: 2, overdue: 0, isProven: true, isOpen: false};

function counting() {
	const book = createBook(
		{
			old: {revision: 'h-00001', authority: 'stable-h.example.com'},
			fresh: {revision: 'h-00002', authority: 'canary-h.example.com'},
		},
		0,
	);
	return {
		count: (old: Asked, fresh: Asked, now = 0, worksElsewhere = false) =>
			countPair(book, {old, fresh}, {worksElsewhere, now}),
		comparison: (now = 0, part: Partial<typeof told> = {}) => toComparison(book, {...told, ...part, now}),
	};
}

test('before the first pair nothing is known', () => {
	expect(counting().comparison()).toMatchObject({pairs: 0, compared: 0, notSent: 0, bound: 1});
	expect(counting().comparison()).not.toHaveProperty('isOpen');
	expect(counting().comparison(0, {isOpen: true})).toHaveProperty('isOpen', true);
});

test('an answer of the gateway’s own is told with whose tag it was, the new one’s before the old one’s', () => {
	const own = (text: string) => asked(answering(text, {status: 404, code: '404', by: 'gateway'}));
	const {count, comparison} = counting();
	expect(count(own('no old'), asked(fine))).toEqual({old: false, fresh: false});
	expect(comparison().gatewaySaid).toEqual({revision: 'h-00001', text: '404 no old'});
	count(own('no old'), own('no new'));
	expect(comparison()).toMatchObject({
		pairs: 0,
		withoutGateway: 2,
		gatewaySaid: {revision: 'h-00002', text: '404 no new'},
	});
	// A gateway that cannot be reached says nothing: what it said before stands.
	count(asked(failing('refused')), asked(failing('refused')));
	expect(comparison()).toMatchObject({withoutGateway: 3, gatewaySaid: {text: '404 no new'}});
	count(asked(failing('tls')), asked(fine));
	expect(comparison().gatewaySaid).toEqual({revision: 'h-00001', text: 'its TLS handshake fails'});
});

test('two that fail alike are evidence against neither, and one that does not is against itself', () => {
	const {count, comparison} = counting();
	expect(count(asked(broken), asked(broken))).toEqual({old: false, fresh: false});
	expect(comparison()).toMatchObject({pairs: 0, alikeFailures: {count: 1, text: '500 Oops', isLast: true}});
	expect(count(asked(fine), asked(broken))).toEqual({old: false, fresh: true});
	expect(count(asked(broken), asked(fine))).toEqual({old: true, fresh: false});
	expect(comparison()).toMatchObject({
		pairs: 2,
		alikeFailures: {count: 1, isLast: false},
		old: {asked: 2, failed: 1, lastFailure: '500 Oops'},
		fresh: {asked: 2, failed: 1, lastFailure: '500 Oops'},
	});
});

test('latencies are compared where both are warm and work', () => {
	const {count, comparison} = counting();
	count(asked(fine), asked(slow));
	count(asked(fine, true), asked(slow));
	count(asked(fine), asked(slow, true));
	count(asked(fine), asked(broken));
	count(asked(broken), asked(slow));
	count(asked(fine), asked(fine));
	expect(comparison()).toMatchObject({
		pairs: 6,
		compared: 2,
		bad: 1,
		old: {cold: 1, coldP50: expect.closeTo(10, 0)},
		fresh: {cold: 1, coldP50: expect.closeTo(40, 0)},
	});
});

test('what is slower is so since it shows, was seen last with its last slow answer, and is over when most are not', () => {
	const {count, comparison} = counting();
	let now = 0;
	for (; now < 10_000; now += 1000) count(asked(fine), asked(slow), now);
	const since = comparison(9000).slower?.since;
	expect(comparison(9000).slower).toMatchObject({last: 9000, isOver: false});
	for (; now < 19_000; now += 1000) count(asked(fine), asked(fine), now);
	// Ten of nineteen.
	expect(comparison(18_000).slower).toEqual({since, last: 9000, isOver: false});
	count(asked(fine), asked(fine), now);
	expect(comparison(19_000).slower).toEqual({since, last: 9000, isOver: true});
});

test('two warm pairs of the last half a minute tell nothing, and three do', () => {
	const {count, comparison} = counting();
	for (let now = 0; now < 10_000; now += 1000) count(asked(fine), asked(slow), now);
	count(asked(fine), asked(fine), 60_000);
	count(asked(fine), asked(fine), 61_000);
	expect(comparison(61_000).slower?.isOver).toBe(false);
	count(asked(fine, true), asked(fine), 62_000);
	expect(comparison(62_000).slower?.isOver).toBe(false);
	count(asked(fine), asked(fine), 63_000);
	expect(comparison(63_000).slower?.isOver).toBe(true);
});

test('what fails more is worse until lately the old one fails as often', () => {
	const {count, comparison} = counting();
	for (let now = 0; now < 10_000; now += 1000) count(asked(fine), asked(broken), now);
	expect(comparison(9000).worse).toMatchObject({last: 9000, isOver: false});
	count(asked(fine), asked(broken), 60_000);
	count(asked(answering('Other', {status: 502, code: '502', error: true})), asked(broken), 61_000);
	count(asked(broken), asked(fine), 62_000);
	expect(comparison(62_000).worse).toMatchObject({last: 61_000, isOver: true});
});

test('an answer that is overdue counts as a failure of the new one until it is there', () => {
	const {count, comparison} = counting();
	for (let pair = 0; pair < 100; pair++) count(asked(fine), asked(fine));
	const {bound, boundMore, boundWait} = comparison();
	expect(boundWait).toBe(((boundMore ?? Number.NaN) / told.rate) * 1000);
	expect(comparison(0, {overdue: 1}).bound).toBeGreaterThan(bound);
	expect(comparison(0, {isProven: false})).toMatchObject({
		bound: 1,
		boundMore: undefined,
		boundWait: undefined,
	});
});

const failedRequest = (id: string) =>
	answering(`request ${id} failed`, {status: 500, code: '500', error: true});

test('an id or a time in what a failure says is none of its words', () => {
	const {count, comparison} = counting();
	count(asked(failedRequest('1f0c2e4ab9')), asked(failedRequest('77ab23ffe0')));
	expect(comparison().alikeFailures).toEqual({count: 1, text: '500 request # failed', isLast: true});
	count(asked(failedRequest('12:00:01')), asked(failedRequest('12:00:02')));
	expect(comparison().alikeFailures).toMatchObject({count: 2, isLast: true});
	expect(comparison().pairs).toBe(0);
});
