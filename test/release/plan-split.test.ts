/** What a plan says beside its write: each thing once, and nothing that is not so. */
import {describe, expect, it} from 'vitest';
import {planLines} from '../../source/headless/write/report.js';
import {reviewLines} from '../../source/screen/sheets/review/review-lines.js';
import {aboutRelease} from '../../source/release/about-release.js';
import {verdictSentence} from '../../source/release/verdict/canary-verdict.js';
import {
	planAbandon,
	planPromote,
	planRollback,
	planSplit,
	planTags,
	planUndo,
} from '../../source/release/plan-split.js';
import {copiedLines, kubectlPatchCommand} from '../../source/knative/commands/commands.js';
import {set, splitOf} from '../../source/knative/split/split.js';
import {placed, type Plan} from '../../source/release/plan.js';
import {createTheme} from '../../source/terminal/output/theme.js';
import {condition, revisionView} from '../knative/objects.js';
import {sheetOn} from '../screen/parts/review.js';
import {
	half,
	noteIn,
	one,
	operationsOf,
	percents,
	planned,
	revisionMade,
	row,
	situation,
	two,
	whole,
	worseCanary,
} from './parts/made.js';
import {factsOf, kindsOf} from './parts/split-plans.js';

describe('the command line of kn', () => {
	it('is said to leave out what kn cannot keep', () => {
		const traffic = [
			{revisionName: one, percent: 90},
			{revisionName: two, percent: 10, tag: 'canary'},
		];
		const facts = factsOf(traffic);
		const {notes, commands} = planned(planSplit(facts, set(splitOf(facts.service), two, 100)));
		expect(commands[1]).toBe(`kn service update helloworld-go -n default --traffic ${two}=100`);
		expect(notes).toEqual([`The kn command drops ${one} (0 %, untagged).`]);
	});

	it.each([
		[['--context', 'prod', '--cluster', 'c', '--as', 'jane', '--as-group', 'a'], 2],
		[['--server', 'https://api.example'], 1],
		[['--context', 'prod', '--user', 'jane'], 1],
		[['--context', 'prod', '--token', '$TOKEN'], 1],
		[['--insecure-skip-tls-verify'], 1],
	])('is there where kn has the flags that lead to the cluster: %j', (flags, count) => {
		const traffic = [
			{revisionName: one, percent: 90},
			{revisionName: two, percent: 10, tag: 'canary'},
		];
		const facts = factsOf(traffic);
		const plan = placed(planned(planSplit(facts, set(splitOf(facts.service), two, 100))), {flags});
		expect(plan.commands).toHaveLength(count);
		expect(plan.commands[0]).toMatch(/^kubectl --/);
		expect(plan.notes).toHaveLength(count - 1);
	});

	it('is not, where it does the same', () => {
		const facts = factsOf([
			{revisionName: one, percent: 90},
			{revisionName: two, percent: 10, tag: 'canary'},
		]);
		expect(planned(planSplit(facts, set(splitOf(facts.service), one, 50))).notes).toEqual([]);
	});
});

it('keys are named in the console alone', () => {
	const failed = revisionView(2, [condition('Ready', 'False', 'ContainerMissing', 'no image')]);
	const facts = factsOf(
		[
			{revisionName: one, percent: 50},
			{revisionName: two, percent: 50},
			{latestRevision: true, percent: 0},
		],
		[failed, revisionView(1)],
	);
	const split = splitOf(facts.service).map((each, index) => ({...each, percent: [60, 0, 40][index] ?? 0}));
	const plan = planned(planSplit(facts, split));
	const lines = reviewLines(
		sheetOn({plan, confirmation: 'twice', dryRun: {kind: 'asking'}}),
		createTheme({env: {}}),
	).map(({text}) => text);
	expect(lines).toContainEqual(expect.stringMatching(/^▲ @latest follows .* In the slider, f pins it\.$/));
	expect(lines).toContainEqual(expect.stringMatching(/^▲ .* In the slider, x takes it out\.$/));
	const headless = planLines(plan);
	expect(headless).toContainEqual(expect.stringMatching(/^! @latest follows .* as soon as it is ready\.$/));
	expect(headless.join('\n')).not.toMatch(/f pins|x takes|slider/);
});

const warned = ({warnings}: Plan) => warnings.map(({sentence}) => sentence);

it('what fails now is said where more of it is asked for, and not on the way out', () => {
	const facts = {
		...factsOf([
			{revisionName: one, percent: 90, tag: 'stable'},
			{revisionName: two, percent: 10, tag: 'canary'},
		]),
		trouble: 'users get failures: 5 of 58 (500 ×5)',
	};
	const live = 'Live says: users get failures: 5 of 58 (500 ×5).';
	expect(warned(planned(planPromote(facts)))).toContain(live);
	expect(warned(planned(planSplit(facts, set(splitOf(facts.service), two, 50))))).toContain(live);
	expect(warned(planned(planRollback(facts)))).not.toContain(live);
});

it.each([
	[undefined, /^Too few requests to tell: .*-00002 failed 1 of 2 \(50 %\), .*-00001 0 of 2\.$/],
	[0.029, /^Not worse so far: .* \(true rate < 2\.9 %\)\.$/],
])('a verdict with the bound %s says no more than that', (bound, sentence) => {
	expect(
		verdictSentence({
			canary: {revision: two, asked: 2, failed: 1},
			stable: {revision: one, asked: 2, failed: 0},
			pairs: 2,
			errors: 'not worse',
			latency: 'not slower',
			isProven: true,
			bound,
		}),
	).toMatch(sentence);
});

/** Of a line of kubectl, as the shell would hand it over. */
const patchIn = (line: string): unknown =>
	JSON.parse(/-p='(.*)'$/.exec(line)?.[1]?.replaceAll(String.raw`'\''`, "'") ?? '{}');

it('the copied line is the patch that Enter sends, with its guard and its note; a mark follows only when that is done', () => {
	const facts = {
		...factsOf(
			[
				{revisionName: one, percent: 90, tag: 'stable'},
				{revisionName: two, percent: 10, tag: 'canary'},
			],
			[2, 1].map(number => ({...revisionView(number), uid: `uid-${number}`})),
		),
		now: Date.UTC(2026, 10, 26, 9),
		user: 'ann',
	};
	const plan = planned(planAbandon(facts, {why: "it's worse && slow"}));
	const [first = '', second = ''] = plan.commands;
	if (plan.write.kind !== 'patch') throw new Error('no patch');
	const {operations, uid, generation} = plan.write;
	expect(operations.map(({path}) => path)).toContain('/metadata/annotations/kn-canary.dev~1release');
	expect(patchIn(first)).toEqual([
		{op: 'test', path: '/metadata/uid', value: uid},
		{op: 'test', path: '/metadata/generation', value: generation},
		...operations,
	]);
	expect(patchIn(second)).toMatchObject({
		metadata: {
			uid: plan.reject?.uid,
			annotations: {'kn-canary.dev/rejected': expect.stringContaining("it's worse && slow")},
		},
	});
	expect(copiedLines(plan.commands)).toBe(`${first} &&\n${second}`);
});

describe('a plan of a split', () => {
	it('is one patch of this service as it was read, with all that is said of it', () => {
		const facts = situation();
		const plan = planned(planSplit(facts, half(facts)));
		expect(plan).toMatchObject({
			action: 'split',
			namespace: 'default',
			name: 'helloworld-go',
			write: {kind: 'patch', uid: facts.service.uid, generation: 5},
			facts: [],
			notes: [],
			warnings: [],
			splits: {before: splitOf(facts.service)},
		});
		expect(percents(plan.splits?.after)).toBe(`${one}=50 ${two}=50`);
		expect(plan.rows.map(({key, before, after}) => [key, before, after])).toEqual([
			[one, 90, 50],
			[two, 10, 50],
		]);
		const operations = operationsOf(plan);
		expect(operations[0]).toEqual({
			op: 'add',
			path: '/spec/traffic',
			value: [
				{revisionName: one, percent: 50, tag: 'stable'},
				{revisionName: two, percent: 50, tag: 'canary'},
			],
		});
		expect(operations).toHaveLength(2);
		expect(plan.commands).toEqual([
			kubectlPatchCommand(facts.service, operations),
			`kn service update helloworld-go -n default --traffic ${one}=50,${two}=50`,
		]);
		expect(plan.about).toEqual(aboutRelease(facts));
		expect(plan.promotion).toBeUndefined();
		expect(plan.reject).toBeUndefined();
	});

	it('is none, where it is so already', () => {
		const facts = situation();
		expect(planSplit(facts, splitOf(facts.service))).toEqual({
			ok: false,
			reason: 'helloworld-go has this split already.',
			already: true,
		});
	});

	it('says what differs of what is to have all of the traffic, where nothing is being tried', () => {
		const revisions = [revisionMade(2, {image: 'app:2'}), revisionMade(1, {image: 'app:1'})];
		const facts = situation({traffic: whole(two), revisions});
		const plan = planned(planSplit(facts, [row(one, 100)]));
		expect(plan.about).toContainEqual({label: 'Differs', value: 'image app:1 → app:2'});
	});

	it('has one row of what followed the latest and is pinned by it', () => {
		const facts = situation({traffic: [{latestRevision: true, percent: 100}]});
		const pinned = planned(planSplit(facts, [row(two, 100)]));
		expect(pinned.rows.map(({key, before, after}) => [key, before, after])).toEqual([[two, 100, 100]]);
		const beside = [row(two, 40), {...row('@latest', 60), revision: two, latest: true}];
		const rows = planned(planSplit(facts, beside)).rows;
		expect(rows.map(({key, before, after}) => [key, before, after])).toEqual(
			expect.arrayContaining([
				[two, undefined, 40],
				['@latest', 100, 60],
			]),
		);
	});

	it('warns of a canary that is worse, where it gets more', () => {
		const verdict = worseCanary;
		const facts = situation({verdict});
		const sentence = verdictSentence(verdict);
		expect(planned(planSplit(facts, half(facts))).warnings).toEqual([
			{kind: 'other', revision: two, sentence},
		]);
		// Of what was another verb before somebody else's change, as of that verb.
		expect(planned(planSplit(facts, half(facts), {guardedAs: 'undo'}))).toMatchObject({
			action: 'split',
			guardedAs: 'undo',
			warnings: [{kind: 'worse', revision: two, sentence}],
		});
		expect(planned(planPromote(facts)).warnings).toEqual([{kind: 'worse', revision: two, sentence}]);
		expect(planned(planRollback(facts)).warnings).toEqual([]);
	});

	it('warns of a canary that was found worse by whoever compared it, until it is found sound', () => {
		const warnings = [
			{
				kind: 'worse',
				revision: two,
				sentence: `WORSE: ${two} failed more than what users had, when they were compared.`,
			},
		];
		const facts = situation({note: {verb: 'split', stable: one, canary: two, worse: two}});
		expect(planned(planPromote(facts)).warnings).toEqual(warnings);
		expect(planned(planSplit(facts, half(facts))).warnings).toMatchObject([{kind: 'other', revision: two}]);
		expect(planned(planRollback(facts)).warnings).toEqual([]);
		const verdict = {...worseCanary, errors: 'not worse' as const};
		// Too few requests to say so.
		expect(planned(planPromote({...facts, verdict})).warnings).toEqual(warnings);
		const sound = planned(planPromote({...facts, verdict: {...verdict, bound: 0.03}}));
		expect(sound.warnings).toEqual([]);
		expect(noteIn(sound)?.worse).toBeUndefined();
		const undo = [[row(one, 40), row(two, 60)]];
		const back = situation({traffic: whole(one), note: {verb: 'tag', stable: one, worse: two, undo}});
		expect(kindsOf(planned(planUndo(back)))).toContain('worse');
		// What users have by now was meant.
		const traffic = [
			{revisionName: one, percent: 10},
			{revisionName: two, percent: 90, tag: 'stable'},
		];
		const had = situation({traffic, note: {verb: 'split', stable: two, canary: undefined, worse: two}});
		expect(kindsOf(planned(planSplit(had, [row(one, 0), row(two, 100)])))).not.toContain('worse');
	});

	it('warns of what was rejected, unless it is a way back', () => {
		const rejected = {by: 'ann', at: undefined, why: ''};
		const revisions = [
			revisionMade(3, {image: 'app:1', rejected}),
			revisionMade(2, {image: 'app:2'}),
			revisionMade(1, {image: 'app:1'}),
		];
		const facts = situation({traffic: whole(two), revisions, ready: 3});
		expect(kindsOf(planned(planSplit(facts, [row(two, 50), row(one, 50)])))).toContain('rejected');
		expect(kindsOf(planned(planRollback(facts, {to: one})))).not.toContain('rejected');
		// What users have is no news to them.
		const theirs = situation({
			traffic: [
				{revisionName: one, percent: 90, tag: 'stable'},
				{revisionName: two, percent: 10, tag: 'canary'},
			],
			revisions,
			ready: 3,
		});
		expect(kindsOf(planned(planSplit(theirs, [row(one, 95, ['stable']), row(two, 5, ['canary'])])))).toEqual(
			[],
		);
	});
});

describe('what fails now', () => {
	const trouble = 'users get failures: 5 of 58';
	const live = {kind: 'other', sentence: `Live says: ${trouble}.`};
	const before = [row(one, 100, ['stable']), row(two, 0, ['canary'])];

	it('is said where a change is undone, too', () => {
		const facts = situation({trouble, note: {undo: [before]}});
		expect(planned(planUndo(facts)).warnings).toContainEqual(live);
	});

	it('is not said of a canary that is given up, or of a tag', () => {
		const facts = situation({trouble});
		expect(planned(planAbandon(facts)).warnings).toEqual([]);
		expect(planned(planTags(facts, two, ['next'])).warnings).toEqual([]);
		expect(planned(planPromote(situation())).warnings).toEqual([]);
	});
});

describe('tags', () => {
	it('are a plan of the same shares', () => {
		const plan = planned(planTags(situation(), two, ['canary', 'next']));
		expect(plan.action).toBe('tag');
		expect(plan.rows.map(({key, before, after, tags}) => [key, before, after, tags])).toEqual([
			[one, 90, 90, ['stable']],
			[two, 10, 10, ['canary', 'next']],
		]);
	});

	it('that move are told of', () => {
		const plan = planned(planTags(situation(), two, ['canary', 'stable']));
		expect(plan.notes).toContain(`The tag stable moves from ${one} to ${two}.`);
	});

	it('that change nothing are no plan', () => {
		expect(planTags(situation(), two, ['canary'])).toEqual({
			ok: false,
			reason: 'Tags unchanged.',
			already: true,
		});
	});

	it('whose name another service has are refused, those that are in use are not', () => {
		const placeholders = new Map([
			['next-helloworld-go', 'taken'],
			['canary-helloworld-go', 'taken'],
		] as const);
		expect(planTags(situation({placeholders}), two, ['canary', 'next'])).toEqual({
			ok: false,
			reason:
				'The tag next needs the name next-helloworld-go, which another service of this namespace has: choose another tag.',
		});
		expect(planTags(situation({placeholders}), one, ['canary'])).toMatchObject({ok: true});
	});

	it('whose name could not be looked up are given, and that is said', () => {
		const plan = planned(planTags(situation({placeholders: new Map()}), two, ['next']));
		expect(plan.notes).toContainEqual(
			expect.stringMatching(/^Whether the name next-helloworld-go is free could not be read/),
		);
	});
});
