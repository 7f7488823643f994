/** What becomes known of revisions after a plan was made, while somebody reads it. */
import {expect, test} from 'vitest';
import {planRevision} from '../../source/knative/revision/plan-revision.js';
import {condition} from '../knative/objects.js';
import {doubtOf, doubtSince, latestGuards, latestSince} from '../../source/release/doubt-since.js';
import {planCreateRevision} from '../../source/release/plan-object.js';
import type {PlanAction} from '../../source/release/plan.js';
import type {Planned} from '../../source/release/plan-facts.js';
import {latestKey, splitOf} from '../../source/knative/split/split.js';
import {planPromote, planRollback, planSplit} from '../../source/release/plan-split.js';
import {now, one, operationsOf, revisionMade, row, serviceMade, tried, two} from './parts/made.js';

const service = serviceMade({traffic: tried, ready: 2});
const rejected = {by: 'bob', at: undefined, why: 'too many 5xx'};
const sound = [revisionMade(2), revisionMade(1)];
const marked = [revisionMade(2, {rejected}), revisionMade(1)];
const crashed = [
	revisionMade(2, {conditions: [condition('Ready', 'False', 'ExitCode1', 'it crashed')]}),
	revisionMade(1),
];
const facts = {service, revisions: sound, changes: [], now};

function planOf(planned: Planned) {
	if (!planned.ok) throw new Error(planned.reason);
	return planned.plan;
}

test('a promotion is told that its canary was rejected, or cannot take traffic any more', () => {
	const plan = planOf(planPromote(facts));
	expect(doubtSince(plan, {service, revisions: sound})).toBeUndefined();
	expect(doubtSince(plan, {service, revisions: marked})).toBe(
		'helloworld-go-00002 was rejected by bob: too many 5xx. This was not known when it was planned.',
	);
	expect(doubtSince(plan, {service, revisions: crashed})).toMatch(/^helloworld-go-00002 is not ready/);
	expect(doubtSince(plan, {service, revisions: [revisionMade(1)]})).toMatch(
		/^helloworld-go-00002 does not exist/,
	);
	expect(doubtSince(plan, {service, revisions: undefined})).toBeUndefined();
});

test('what gives a canary more is told that it has turned out to be worse', () => {
	const side = {asked: 81, failed: 0};
	const verdict = {
		canary: {...side, revision: two, failed: 18},
		stable: {...side, revision: one},
		pairs: 81,
		errors: 'worse',
		latency: 'not slower',
		isProven: true,
	} as const;
	const worse = {service, revisions: sound, verdict};
	expect(doubtSince(planOf(planPromote(facts)), worse)).toMatch(/^WORSE: .* This was not known when it was/);
	expect(doubtSince(planOf(planPromote({...facts, verdict})), worse)).toBeUndefined();
	expect(doubtSince(planOf(planRollback(facts)), worse)).toBeUndefined();
});

test('what the plan says itself is nothing new', () => {
	const plan = planOf(planPromote({...facts, revisions: marked}, {to: 'helloworld-go-00002'}));
	expect(doubtSince(plan, {service, revisions: marked})).toBeUndefined();
});

test('what the plan says of one revision or owner is nothing that it says of another', () => {
	const said = [
		{kind: 'rejected', revision: one, sentence: 'One was rejected.'},
		{kind: 'owner', owner: 'Flux', sentence: 'Flux manages this service.'},
	] as const;
	const doubt = (warning: Parameters<typeof doubtOf>[0][number]) =>
		doubtOf([...said, warning], {warnings: said}, ['rejected', 'owner']);
	expect(doubtOf(said, {warnings: said}, ['rejected', 'owner'])).toBeUndefined();
	expect(doubt({kind: 'rejected', revision: two, sentence: 'Two was rejected.'})).toMatch(/^Two was/);
	expect(doubt({kind: 'owner', owner: 'Argo CD', sentence: 'Argo CD manages this.'})).toMatch(/^Argo CD/);
	expect(doubt({kind: 'cold', revision: two, sentence: 'Two is idle.'})).toBeUndefined();
});

test('a roll back is told of nothing but that what it goes to was rejected', () => {
	const plan = planOf(planRollback(facts));
	expect(doubtSince(plan, {service, revisions: marked})).toBeUndefined();
	const unready = [
		revisionMade(2),
		revisionMade(1, {conditions: [condition('Ready', 'Unknown', 'Deploying', '')]}),
	];
	expect(doubtSince(plan, {service, revisions: unready})).toBeUndefined();
	expect(doubtSince(plan, {service, revisions: [revisionMade(2), revisionMade(1, {rejected})]})).toMatch(
		/^helloworld-go-00001 was rejected by bob/,
	);
});

test('a new revision of the code that was rejected meanwhile is told of that', () => {
	const image = 'registry.example.com/another:1';
	const made = planRevision(service, {image, percent: 0});
	if (!made.ok) throw new Error(made.reason);
	const plan = planCreateRevision(facts, made, []);
	expect(doubtSince(plan, {service, revisions: sound})).toBeUndefined();
	const bad = [revisionMade(2, {rejected, image}), revisionMade(1)];
	expect(doubtSince(plan, {service, revisions: bad})).toMatch(/which was rejected by bob/);
});

test('a plan that pins what followed the latest is told that this is another one by now; a roll back is not', () => {
	const following = serviceMade({traffic: [{latestRevision: true, percent: 100}], ready: 2});
	const later = serviceMade({traffic: [{latestRevision: true, percent: 100}], ready: 3});
	const of = {...facts, service: following};
	const plan = planOf(planSplit(of, [row('helloworld-go-00002', 90), row('helloworld-go-00001', 10)]));
	expect(latestSince(plan, following)).toBeUndefined();
	expect(latestSince(plan, later)).toBe('latest is helloworld-go-00003 now, and was helloworld-go-00002');
	const back = planOf(planRollback(of, {to: 'helloworld-go-00001'}));
	expect(latestSince(back, later)).toBeUndefined();
	const made = planRevision(following, {percent: 10, image: 'registry.example.com/another:1'});
	if (!made.ok) throw new Error(made.reason);
	const next = planCreateRevision(of, made, []);
	expect(latestSince(next, following)).toBeUndefined();
	expect(latestSince(next, later)).toBe('latest is helloworld-go-00003 now, and was helloworld-go-00002');
});

test('what follows the latest is another revision by now, or one at last', () => {
	const [pinned] = splitOf(service);
	if (!pinned) throw new Error('there is no row');
	const following = (revision: string | undefined) => [{...pinned, key: latestKey, revision, latest: true}];
	const since = (action: PlanAction, named: string | undefined, latestReady: string | undefined) =>
		latestSince({action, splits: {before: following(named), after: [pinned]}}, {latestReady});
	expect(since('split', two, two)).toBeUndefined();
	expect(since('split', two, one)).toBe(`latest is ${one} now, and was ${two}`);
	expect(since('create revision', undefined, one)).toBe(`latest is ${one} now, and none was ready`);
	expect(since('split', two, undefined)).toBe(`${two} is not the latest ready revision any more`);
	expect(since('roll back', two, one)).toBeUndefined();
	const making = {before: [pinned], after: following(undefined)};
	expect(latestSince({action: 'create revision', splits: making}, {latestReady: two})).toBeUndefined();
	expect(latestSince({action: 'split', splits: making}, {latestReady: two})).toMatch(/none was ready$/);
});

test('the server is asked to see to it, as long as the latest has a name', () => {
	const [pinned] = splitOf(service);
	if (!pinned) throw new Error('there is no row');
	const following = (revision: string | undefined) => [{...pinned, key: latestKey, revision, latest: true}];
	const guards = (action: PlanAction, named: string | undefined) =>
		latestGuards({action, splits: {before: following(named), after: [pinned]}});
	const guard = {op: 'test', path: '/status/latestReadyRevisionName', value: two};
	expect(guards('split', two)).toEqual([guard]);
	expect(guards('split', undefined)).toEqual([]);
	expect(guards('roll back', two)).toEqual([]);
	const of = {...facts, service: serviceMade({traffic: [{latestRevision: true, percent: 100}], ready: 2})};
	const plan = planOf(planSplit(of, [row(two, 90), row(one, 10)]));
	expect(operationsOf(plan)[0]).toEqual(guard);
	// Copied, it does the same.
	expect(plan.commands[0]).toContain('"path":"/status/latestReadyRevisionName"');
	expect(operationsOf(planOf(planPromote(facts)))).not.toContainEqual(guard);
});
