/** What a plan says beside its write: each thing once, and nothing that is not so. */
import {describe, expect, it} from 'vitest';
import {planLines} from '../../source/headless/write/report.js';
import {reviewLines} from '../../source/screen/sheets/review/review-lines.js';
import {verdictSentence} from '../../source/release/canary-verdict.js';
import {
	planAbandon,
	planPromote,
	planRollback,
	planSplit,
	type Planned,
} from '../../source/release/plan-split.js';
import {copiedLines} from '../../source/knative/commands/commands.js';
import {set, splitOf} from '../../source/knative/split/split.js';
import type {Plan} from '../../source/release/plan.js';
import {createTheme} from '../../source/terminal/output/theme.js';
import type {TrafficTarget} from '../../source/knative/objects/wire.js';
import {condition, revisionName, revisionView, serviceView} from '../knative/objects.js';

const [one, two] = [revisionName(1), revisionName(2)];

function planned(result: Planned): Plan {
	if (!result.ok) throw new Error(result.reason);
	return result.plan;
}

const factsOf = (traffic: TrafficTarget[], revisions = [revisionView(2), revisionView(1)]) => ({
	service: serviceView({traffic, ready: 2}),
	revisions,
	changes: [],
});

const saidIn = ({warnings, notes}: Plan) => [...warnings.map(({sentence}) => sentence), ...notes];

describe('promoting what follows the latest', () => {
	it.each([0, 10])('pins it, and says so once, from %i %%', percent => {
		const traffic = [
			{revisionName: one, percent: 100 - percent, tag: 'stable'},
			{latestRevision: true, percent, tag: 'canary'},
		];
		const plan = planned(planPromote(factsOf(traffic)));
		expect(saidIn(plan).filter(sentence => sentence.includes('later revisions wait for you'))).toHaveLength(
			1,
		);
		expect(plan.splits?.after.every(({latest}) => !latest)).toBe(true);
	});
});

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
	const split = splitOf(facts.service).map((row, index) => ({...row, percent: [60, 0, 40][index] ?? 0}));
	const plan = planned(planSplit(facts, split));
	const lines = reviewLines(
		{
			kind: 'review',
			id: 1,
			on: {context: 'test', server: 'https://127.0.0.1'},
			plan,
			confirmation: 'twice',
			word: '',
			because: '',
			typed: '',
			dryRun: {kind: 'asking'},
			phase: {kind: 'open'},
			isDisarmed: false,
			timesAsked: 1,
			wake: undefined,
		},
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
