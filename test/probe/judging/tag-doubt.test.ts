import {expect, test} from 'vitest';
import {tagDoubtOf} from '../../../source/probe/judging/tag-doubt.js';
import {brokenHandshake, type Comparison} from '../../../source/probe/pairs/comparison.js';
import {errorVerdict} from '../../../source/stats/error-verdict.js';
import {latencyVerdict} from '../../../source/stats/latency-verdict.js';

const side = {p50: 1, p95: 1, p99: 1, asked: 20, failed: 0, undecided: 0, cold: 0, coldP50: undefined};
const comparison: Comparison = {
	old: {...side, revision: 'h-00001', lastFailure: undefined},
	fresh: {...side, revision: 'h-00002', lastFailure: undefined},
	since: 0,
	pairs: 20,
	compared: 20,
	bad: 0,
	notSent: 0,
	withoutGateway: 0,
	gatewaySaid: undefined,
	alikeFailures: {count: 0, text: '', isLast: false},
	errors: errorVerdict({asked: 20, failed: 0}, {asked: 20, failed: 0}),
	latency: latencyVerdict(20, 0),
	worse: undefined,
	slower: undefined,
	isProven: true,
	bound: 0.1,
	boundMore: 100,
	boundWait: 100_000,
};
const failing: Comparison = {...comparison, fresh: {...comparison.fresh, failed: 20, lastFailure: '404'}};
const weights = [
	{revision: 'h-00001', percent: 90},
	{revision: 'h-00002', percent: 10},
];

test('a tag that fails always is doubted when users would have seen it by now, and did not', () => {
	expect(tagDoubtOf(failing, {answered: 44, errors: 0, refused: 0, weights})).toEqual({
		revisions: ['h-00002'],
		text: '404',
		sentence: 'the tag of h-00002 answers 404, users never see that: the gateway may have no rule for it',
	});
	expect(tagDoubtOf(failing, {answered: 43, errors: 0, refused: 0, weights})).toBeUndefined();
	expect(tagDoubtOf(failing, {answered: 500, errors: 1, refused: 0, weights})).toBeUndefined();
	// Without a share users see nothing of it: that says nothing.
	const none = [{revision: 'h-00001', percent: 100}];
	expect(tagDoubtOf(failing, {answered: 500, errors: 0, refused: 0, weights: none})).toBeUndefined();
});

/** So many of those that were asked failed at the tag. */
const failed = (asked: number, count: number): Comparison => ({
	...comparison,
	fresh: {...comparison.fresh, asked, failed: count, lastFailure: '404'},
});

test('a tag that fails sometimes, or was asked too seldom, is not doubted', () => {
	const users = {answered: 500, errors: 0, refused: 0, weights};
	expect(tagDoubtOf(failed(3, 3), users)).toBeDefined();
	expect(tagDoubtOf(failed(2, 2), users)).toBeUndefined();
	expect(tagDoubtOf(failed(4, 3), users)).toBeUndefined();
	// Of what failed only as a request of another kind, no words were kept.
	const wordless = {...failing, fresh: {...failing.fresh, lastFailure: undefined}};
	expect(tagDoubtOf(wordless, users)).toMatchObject({
		text: '',
		sentence: expect.stringContaining('answers failures, users never see that'),
	});
});

test.each([
	[
		'404 Not Found',
		'the gateway may have no rule for tag hosts: it answers 404 Not Found itself at that of h-00002, the service works',
	],
	[
		'503 no healthy upstream',
		'the gateway itself answers 503 no healthy upstream at the tag of h-00002: no pod of it answered',
	],
	[
		brokenHandshake,
		'the host of the tag of h-00002 leads nowhere: its TLS handshake fails, that of the service works',
	],
])(
	'where the gateway itself says %j at a tag, that is said, until a pair was answered by pods',
	(text, sentence) => {
		const said = {...comparison, pairs: 0, gatewaySaid: {revision: 'h-00002', text}};
		const users = {answered: 3, errors: 0, refused: 0, weights};
		expect(tagDoubtOf(said, users)).toEqual({revisions: ['h-00002'], text, sentence});
		expect(tagDoubtOf({...said, pairs: 1}, users)).toBeUndefined();
		expect(tagDoubtOf(said, {...users, refused: 3})).toBeUndefined();
		expect(tagDoubtOf(said, {...users, errors: 3})).toBeUndefined();
	},
);

const page = {text: '200 Welcome', isUsers: false};
const ofOld = (revision: string) => (revision === 'h-00001' ? page : undefined);

test('a tag that answers what any host gets is told before all else, that of the new revision first', () => {
	const users = {answered: 3, errors: 0, refused: 0, weights};
	expect(tagDoubtOf(failing, users, () => page)).toEqual({
		revisions: ['h-00002'],
		text: '200 Welcome',
		sentence:
			'the tag of h-00002 answers what any host gets (200 Welcome), users of the service do not: the gateway may have no rule for it',
	});
	expect(tagDoubtOf(comparison, users, ofOld)?.revisions).toEqual(['h-00001']);
	expect(tagDoubtOf(comparison, users, () => ({...page, isUsers: true}))?.sentence).toBe(
		'the tag of h-00002 answers what any host gets (200 Welcome), as the service does: nothing shows that it was asked',
	);
	expect(tagDoubtOf(undefined, users, () => page)).toBeUndefined();
});

test('two that fail alike are doubted while the service works, and not when it fails too', () => {
	const alike = {...comparison, alikeFailures: {count: 9, text: '404 Not Found', isLast: true}};
	expect(tagDoubtOf(alike, {answered: 3, errors: 0, refused: 0, weights})?.sentence).toBe(
		'the gateway may have no rule for tag hosts: both answer 404 Not Found, the service itself works',
	);
	expect(tagDoubtOf(alike, {answered: 3, errors: 3, refused: 0, weights})).toBeUndefined();
	expect(
		tagDoubtOf(
			{...alike, alikeFailures: {...alike.alikeFailures, isLast: false}},
			{answered: 3, errors: 0, refused: 0, weights},
		),
	).toBeUndefined();
});
