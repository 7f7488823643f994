import {expect, test} from 'vitest';
import {
	createAttributor,
	fingerprintsOf,
	learnAlone,
	learnFromTags,
	noEvidence,
	unheardOf,
	type Evidence,
} from '../../../source/probe/attribution/attribution.js';
import {parseExpectedStatus} from '../../../source/probe/transport/request-content.js';
import {answering, failing} from '../answers.js';

const world = answering('Hello World!');
const knative = answering('Hello Knative!');
const both = ['h-00001', 'h-00002'];

const heardBoth = learnFromTags(noEvidence, [
	{revision: 'h-00001', answer: world},
	{revision: 'h-00002', answer: knative},
]);

/** Whose a success with this fingerprint is, while these revisions have shares. */
const attribute = (evidence: Evidence, fingerprint: string | undefined, holders = both) =>
	createAttributor(evidence, holders)({fingerprint, isSuccess: true});

test('nothing is attributed before something was learned', () => {
	expect(attribute(noEvidence, 'Hello World!')).toEqual({kind: 'one of', revisions: both, why: 'unknown'});
	expect(attribute(noEvidence, 'Hello World!', [])).toEqual({kind: 'nobody'});
	expect(unheardOf(noEvidence, both)).toEqual(both);
});

test('what one revision alone says is its own once all that have a share were heard', () => {
	expect(attribute(heardBoth, 'Hello World!')).toEqual({kind: 'revision', revision: 'h-00001', how: 'tag'});
	expect(attribute(heardBoth, 'Hello Knative!')).toEqual({kind: 'revision', revision: 'h-00002', how: 'tag'});
	expect(unheardOf(heardBoth, both)).toEqual([]);
	expect(noEvidence.size).toBe(0);
});

test('while one that has a share was not heard, an answer is the speaker’s or that one’s', () => {
	const first = learnFromTags(noEvidence, [{revision: 'h-00001', answer: world}]);
	expect(attribute(first, 'Hello World!')).toEqual({kind: 'one of', revisions: both, why: 'unheard'});
	// One without a share is not waited for.
	expect(attribute(first, 'Hello World!', ['h-00001'])).toMatchObject({revision: 'h-00001'});
});

test('what one without a share says is its own only when all others were heard to say something else', () => {
	expect(attribute(heardBoth, 'Hello Knative!', ['h-00001'])).toMatchObject({revision: 'h-00002'});
	// The shipped demo: the tag went on to another revision, and the new share-holder was never heard.
	expect(attribute(heardBoth, 'Hello Knative!', ['h-00001', 'h-00003'])).toEqual({
		kind: 'one of',
		revisions: ['h-00002', 'h-00003'],
		why: 'unheard',
	});
});

test('what nobody was heard to say may be that of any revision that has a share', () => {
	expect(attribute(heardBoth, 'Hello?')).toEqual({kind: 'one of', revisions: both, why: 'unknown'});
	expect(attribute(heardBoth, undefined)).toEqual({kind: 'one of', revisions: both, why: 'unknown'});
});

test('a failure says nothing of who gave it, whatever its words', () => {
	const said = {fingerprint: 'Hello World!', isSuccess: false};
	expect(createAttributor(heardBoth, both)(said)).toEqual({
		kind: 'one of',
		revisions: both,
		why: 'no success',
	});
});

test('what the service says while one revision has all traffic is that revision’s', () => {
	const evidence = learnAlone(noEvidence, 'h-00001', world);
	expect(attribute(evidence, 'Hello World!', ['h-00001'])).toEqual({
		kind: 'revision',
		revision: 'h-00001',
		how: 'alone',
	});
	expect(fingerprintsOf(evidence, 'h-00001')).toEqual(['Hello World!']);
});

test('a revision may say several things', () => {
	const evidence = learnFromTags(heardBoth, [{revision: 'h-00001', answer: answering('two')}]);
	expect(attribute(evidence, 'Hello World!')).toMatchObject({revision: 'h-00001'});
	expect(attribute(evidence, 'two')).toMatchObject({revision: 'h-00001'});
	expect(fingerprintsOf(evidence, 'h-00001')).toEqual(['Hello World!', 'two']);
});

test('two revisions that say the same at their tag URLs cannot be told apart by it', () => {
	const evidence = learnFromTags(noEvidence, [
		{revision: 'h-00002', answer: world},
		{revision: 'h-00001', answer: world},
	]);
	expect(attribute(evidence, 'Hello World!')).toEqual({kind: 'one of', revisions: both, why: 'alike'});
});

test('what one with a share and one without say alike may be of either, as far as the route leads to both', () => {
	const evidence = learnFromTags(heardBoth, [{revision: 'h-00002', answer: world}]);
	const of = (listed?: readonly string[]) =>
		createAttributor(
			evidence,
			['h-00001'],
			listed && {listed},
		)({
			fingerprint: 'Hello World!',
			isSuccess: true,
		});
	const either = {kind: 'one of', revisions: both, why: 'alike'};
	expect([of(), of(both)]).toEqual([either, either]);
	expect(of(['h-00001'])).toMatchObject({kind: 'revision', revision: 'h-00001'});
	// What it alone says is still its own.
	expect(attribute(evidence, 'Hello Knative!', ['h-00001'])).toMatchObject({revision: 'h-00002'});
});

test('two that were each heard alone to say the same cannot be told apart either', () => {
	const alone = learnAlone(learnAlone(noEvidence, 'h-00001', world), 'h-00002', world);
	expect(attribute(alone, 'Hello World!')).toEqual({kind: 'one of', revisions: both, why: 'alike'});
});

test('a tag URL knows better: what another revision says through a gateway that has not switched is not learned', () => {
	const evidence = learnAlone(heardBoth, 'h-00002', world);
	expect(attribute(evidence, 'Hello World!')).toEqual({kind: 'revision', revision: 'h-00001', how: 'tag'});
	expect(fingerprintsOf(evidence, 'h-00002')).toEqual(['Hello Knative!']);
	// Also when the tag was heard after the service was.
	const later = learnFromTags(learnAlone(noEvidence, 'h-00001', knative), [
		{revision: 'h-00002', answer: knative},
	]);
	expect(unheardOf(later, ['h-00001'])).toEqual(['h-00001']);
	expect(attribute(later, 'Hello Knative!', ['h-00001'])).toEqual({
		kind: 'one of',
		revisions: ['h-00002', 'h-00001'],
		why: 'unheard',
	});
});

test('what a revision was heard to say before its tag went on stays its own', () => {
	const moved = learnFromTags(heardBoth, [{revision: 'h-00003', answer: answering('Hello three!')}]);
	const holders = ['h-00002', 'h-00003'];
	expect(attribute(moved, 'Hello Knative!', holders)).toMatchObject({revision: 'h-00002'});
	expect(attribute(moved, 'Hello three!', holders)).toMatchObject({revision: 'h-00003'});
});

test('what is no success teaches nothing: failures, refusals, redirects, the gateway’s own, no fingerprint', () => {
	const teachers = [
		answering('no healthy upstream', {status: 503, error: true}),
		answering('Not found', {status: 404}),
		answering('Found', {status: 302, location: '/login'}),
		answering('404 page not found', {status: 404, by: 'gateway'}),
		answering('Hello!', {by: 'gateway'}),
		answering(undefined),
		failing(),
	];
	for (const answer of teachers) {
		expect(learnFromTags(noEvidence, [{revision: 'h-00001', answer}])).toBe(noEvidence);
		expect(learnAlone(noEvidence, 'h-00001', answer)).toBe(noEvidence);
	}
});

test('a status that the operator expects teaches as a success does, and any other not', () => {
	const isExpected = parseExpectedStatus('404');
	const refusal = [{revision: 'h-00001', answer: answering('Nothing here', {status: 404})}];
	expect(fingerprintsOf(learnFromTags(noEvidence, refusal, isExpected), 'h-00001')).toEqual(['Nothing here']);
	expect(learnFromTags(noEvidence, [{revision: 'h-00001', answer: world}], isExpected)).toBe(noEvidence);
});

test('what is known already changes nothing', () => {
	const evidence = learnAlone(noEvidence, 'h-00001', world);
	expect(learnAlone(evidence, 'h-00001', world)).toBe(evidence);
});

test('a revision that says something new each time does not fill the memory', () => {
	let evidence = noEvidence;
	for (let index = 0; index < 1000; index++) {
		evidence = learnAlone(evidence, 'h-00001', answering(`request ${index}`));
	}

	expect(fingerprintsOf(evidence, 'h-00001').length).toBeLessThan(100);
});
