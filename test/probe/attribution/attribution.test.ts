import {expect, test} from 'vitest';
import {
	attribute,
	fingerprintsOf,
	learnAlone,
	learnFromTags,
	noEvidence,
} from '../../../source/probe/attribution/attribution.js';
import {answering, failing} from '../answers.js';

const world = answering('Hello World!');
const knative = answering('Hello Knative!');

test('nothing is attributed before something was learned', () => {
	expect(attribute(noEvidence, 'Hello World!')).toEqual({kind: 'unknown'});
});

test('what a revision says at its tag URL is its', () => {
	const evidence = learnFromTags(noEvidence, [
		{revision: 'h-00001', answer: world},
		{revision: 'h-00002', answer: knative},
	]);
	expect(attribute(evidence, 'Hello World!')).toEqual({kind: 'revision', revision: 'h-00001', how: 'tag'});
	expect(attribute(evidence, 'Hello Knative!')).toEqual({kind: 'revision', revision: 'h-00002', how: 'tag'});
	expect(attribute(evidence, 'Hello?')).toEqual({kind: 'unknown'});
	expect(attribute(evidence, undefined)).toEqual({kind: 'unknown'});
	expect(noEvidence.size).toBe(0);
});

test('what the service says while one revision has all traffic is that revision’s', () => {
	const evidence = learnAlone(noEvidence, 'h-00001', world);
	expect(attribute(evidence, 'Hello World!')).toEqual({kind: 'revision', revision: 'h-00001', how: 'alone'});
	expect(fingerprintsOf(evidence, 'h-00001')).toEqual(['Hello World!']);
});

test('a revision may say several things', () => {
	const evidence = learnFromTags(noEvidence, [
		{revision: 'h-00001', answer: answering('one')},
		{revision: 'h-00001', answer: answering('two')},
	]);
	expect(attribute(evidence, 'one')).toMatchObject({revision: 'h-00001'});
	expect(attribute(evidence, 'two')).toMatchObject({revision: 'h-00001'});
	expect(fingerprintsOf(evidence, 'h-00001')).toEqual(['one', 'two']);
});

test('two revisions that say the same at their tag URLs cannot be told apart by it', () => {
	const evidence = learnFromTags(noEvidence, [
		{revision: 'h-00002', answer: world},
		{revision: 'h-00001', answer: world},
	]);
	expect(attribute(evidence, 'Hello World!')).toEqual({
		kind: 'indistinguishable',
		revisions: ['h-00001', 'h-00002'],
	});
});

test('evidence that contradicts itself attributes nothing', () => {
	const alone = learnAlone(learnAlone(noEvidence, 'h-00001', world), 'h-00002', world);
	expect(attribute(alone, 'Hello World!')).toEqual({
		kind: 'contradictory',
		revisions: ['h-00001', 'h-00002'],
	});
	const tagged = learnFromTags(learnAlone(noEvidence, 'h-00001', world), [
		{revision: 'h-00002', answer: world},
	]);
	expect(attribute(tagged, 'Hello World!')).toEqual({
		kind: 'contradictory',
		revisions: ['h-00001', 'h-00002'],
	});
});

test('a tag URL knows better: what another revision says through a gateway that has not switched stays that revision’s', () => {
	const tagged = learnFromTags(noEvidence, [
		{revision: 'h-00001', answer: world},
		{revision: 'h-00002', answer: knative},
	]);
	const evidence = learnAlone(tagged, 'h-00002', world);
	expect(attribute(evidence, 'Hello World!')).toEqual({kind: 'revision', revision: 'h-00001', how: 'tag'});
	expect(fingerprintsOf(evidence, 'h-00002')).toEqual(['Hello Knative!']);
});

test('errors, failures and answers without a fingerprint teach nothing', () => {
	const teachers = [
		answering('no healthy upstream', {status: 503, error: true}),
		answering(undefined, {status: 404}),
		failing(),
	];
	expect(
		learnFromTags(
			noEvidence,
			teachers.map(answer => ({revision: 'h-00001', answer})),
		),
	).toBe(noEvidence);
	for (const answer of teachers) {
		expect(learnAlone(noEvidence, 'h-00001', answer)).toBe(noEvidence);
	}
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
