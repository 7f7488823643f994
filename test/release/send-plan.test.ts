/** What a plan sends, and what is said of what became of it: to an API server over HTTP. */
import {afterEach, beforeEach, describe, expect, it, test} from 'vitest';
import type {Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {formatRejection} from '../../source/knative/release/evidence/rejection.js';
import {parseService} from '../../source/knative/service/service.js';
import type {Plan} from '../../source/release/plan.js';
import {planDeleteService} from '../../source/release/plan-object.js';
import {planAbandon} from '../../source/release/plan-split.js';
import {dryRunOf, sendPlan, sentenceOfOutcome, type WriteOutcome} from '../../source/release/send-plan.js';
import {status, type Exchange} from '../support/kube/api-server.js';
import {startScriptedCluster, type ScriptedCluster} from '../support/kube/scripted-cluster.js';
import {going, now, revisionMade, servicePatched, two} from './parts/made.js';

const service = '/apis/serving.knative.dev/v1/namespaces/default/services/helloworld-go';
const revision = `/apis/serving.knative.dev/v1/namespaces/default/revisions/${two}`;
const mark = {'kn-canary.dev/rejected': formatRejection({by: 'ann', at: now, why: '5xx'})};
const marked = {metadata: {name: two, namespace: 'default', uid: 'uid-2', annotations: mark}};

let world: ScriptedCluster;
let cluster: Cluster;

beforeEach(async () => {
	world = await startScriptedCluster();
	cluster = await connect({kubeconfigText: world.server.kubeconfig()});
});

afterEach(async () => {
	await cluster.close();
	await world.server.close();
});

function abandoning(uid = 'uid-2'): Plan {
	const parsed = parseService(world.service);
	if (!parsed.ok) throw new Error(parsed.reason);
	const revisions = [revisionMade(2, {uid}), revisionMade(1)];
	const planned = planAbandon(
		{service: parsed.value, revisions, changes: [], now, user: 'ann'},
		{why: '5xx'},
	);
	if (!planned.ok) throw new Error(planned.reason);
	return planned.plan;
}

/** The service as the plan leaves it, one generation on. */
const given = (plan: Plan) => servicePatched(world.service, plan, 5);

const writes = () => world.writes.map(({method, path}) => `${method} ${path}`);

describe('giving a canary up', () => {
	it('is one patch of the service, then the mark on the revision that it meant', async () => {
		const plan = abandoning();
		world.onWrite(exchange => exchange.answer(200, exchange.path === service ? given(plan) : marked));
		const outcome = await sendPlan(cluster, plan, {});
		expect(outcome.kind).toBe('done');
		expect(outcome).not.toHaveProperty('missed');
		expect(writes()).toEqual([`PATCH ${service}`, `PATCH ${revision}`]);
		expect(world.writes[1]?.body).toEqual({metadata: {uid: 'uid-2', annotations: mark}});
	});

	it('is told where the mark could not be made, and the split is as wanted all the same', async () => {
		const plan = abandoning();
		world.onWrite(exchange =>
			exchange.path === service
				? exchange.answer(200, given(plan))
				: exchange.answer(403, status(403, 'Forbidden', 'you may not patch revisions')),
		);
		expect(await sendPlan(cluster, plan, {})).toMatchObject({
			kind: 'done',
			missed: `${two} bears no mark itself; the note on the service says that it is rejected, and everything here goes by that. Abandon again writes the mark. Not done. The server refused: you may not patch revisions`,
		});
	});

	it('is not known where the answer to the mark was lost, and it cannot be read', async () => {
		const plan = abandoning();
		const lose = (exchange: Exchange) =>
			exchange.path === service ? exchange.answer(200, given(plan)) : exchange.cut();
		world.onWrite(lose);
		world.onDryRun(lose);
		expect(await sendPlan(cluster, plan, {})).toMatchObject({
			kind: 'done',
			missed: expect.stringMatching(/^whether \S+ bears a mark itself is not known; the note on the service/),
		});
		expect(await sendPlan(cluster, plan, {dryRun: true})).toMatchObject({
			missed: expect.stringMatching(/^The mark on \S+ may not be written: it could not be tried; the note/),
		});
	});

	it('writes no mark where the split was not written', async () => {
		const plan = abandoning();
		world.onWrite(exchange => exchange.answer(403, status(403, 'Forbidden', 'you may not patch services')));
		expect(await sendPlan(cluster, plan, {})).toMatchObject({kind: 'refused', status: 403});
		expect(writes()).toEqual([`PATCH ${service}`]);
	});

	it('writes no mark where the server stored another split', async () => {
		const plan = abandoning();
		world.onWrite(exchange => exchange.answer(200, world.changed()));
		expect(await sendPlan(cluster, plan, {})).toMatchObject({kind: 'altered'});
		expect(writes()).toEqual([`PATCH ${service}`]);
	});

	it('without a uid of the revision is the patch alone', async () => {
		const plan = abandoning('');
		world.onWrite(exchange => exchange.answer(200, given(plan)));
		expect(await sendPlan(cluster, plan, {})).toMatchObject({kind: 'done'});
		expect(writes()).toEqual([`PATCH ${service}`]);
	});

	it('is tried whole in a dry run, and writes nothing', async () => {
		const plan = abandoning();
		const tried: string[] = [];
		world.onDryRun(exchange => {
			tried.push(`${exchange.method} ${exchange.path} ${exchange.query.get('dryRun') ?? ''}`);
			if (exchange.path === service) exchange.answer(200, given(plan));
			else exchange.answer(403, status(403, 'Forbidden', 'you may not patch revisions'));
		});
		const outcome = await sendPlan(cluster, plan, {dryRun: true});
		expect(outcome).toMatchObject({
			missed: `The mark on ${two} would not be written; the note on the service says that it is rejected. Not done. The server refused: you may not patch revisions`,
		});
		expect(tried).toEqual([`PATCH ${service} All`, `PATCH ${revision} All`]);
		expect(writes()).toEqual([]);
	});
});

/** Of a plan to change the split of `cart`, unless another write is given. */
const said = (
	outcome: Exclude<WriteOutcome, {kind: 'done'}>,
	write: Plan['write'] | {kind: 'other'} = {kind: 'patch', uid: 'u-1', generation: 4, operations: []},
) => sentenceOfOutcome(outcome, {namespace: 'shop', name: 'cart', write});

const theirs = (uid?: string) => ({metadata: {name: 'cart', ...(uid !== undefined && {uid})}});
const deletion: Plan['write'] = {kind: 'delete service', uid: 'u-1', generation: 4};
const ofRevision: Plan['write'] = {
	kind: 'delete revision',
	service: 'cart',
	serviceUid: 'u-1',
	revision: 'cart-00001',
	uid: 'r-1',
};

const no = (
	code: number,
	sentence: string,
	retryAfter?: number,
): Extract<WriteOutcome, {kind: 'refused'}> => ({
	kind: 'refused',
	status: code,
	reason: '',
	sentence,
	full: sentence,
	...(retryAfter !== undefined && {retryAfter}),
});

const differences = [{path: '/spec/template/spec/timeoutSeconds', wanted: 30, stored: 300}];
const altered: Extract<WriteOutcome, {kind: 'altered'}> = {
	kind: 'altered',
	object: {},
	warnings: [],
	differences,
};

describe('what became of it is said', () => {
	const another =
		'Not done: cart was deleted since you opened this, and the one there now is another. Nothing was written.';
	const changed = 'Not done: cart changed since you opened this. Nothing was written.';

	it('of one that is another by now, where that was to be patched or deleted', () => {
		expect(said({kind: 'conflict', theirs: theirs('u-2')})).toBe(another);
		expect(said({kind: 'conflict', theirs: theirs('u-2')}, deletion)).toBe(another);
		expect(said({kind: 'conflict', theirs: theirs('r-2')}, ofRevision)).toBe(
			another.replace('cart', 'cart-00001'),
		);
	});

	it('of one that changed, where it is the same or that cannot be told', () => {
		expect(said({kind: 'conflict', theirs: theirs('u-1')})).toBe(changed);
		expect(said({kind: 'conflict', theirs: theirs()})).toBe(changed);
		expect(said({kind: 'conflict', theirs: undefined}, deletion)).toBe(changed);
		expect(said({kind: 'conflict', theirs: theirs('r-2')}, {kind: 'other'})).toBe(changed);
	});

	it('of a write beside another one, that the split is as it was seen', () => {
		expect(said({kind: 'conflict', theirs: theirs('u-1'), sameSpec: true})).toBe(
			'Not done: something else was written to cart at the same time, and not its spec: the split is unchanged. Nothing was written.',
		);
		expect(said({kind: 'conflict', theirs: theirs('u-2'), sameSpec: true})).toBe(another);
	});

	it('of one that follows another revision by now, or none', () => {
		const other = {...theirs('u-1'), status: {latestReadyRevisionName: 'cart-00003'}};
		expect(said({kind: 'conflict', theirs: other, latest: true})).toBe(
			'Not done: another revision of cart is the latest ready one since you opened this. Nothing was written.',
		);
		expect(said({kind: 'conflict', theirs: theirs('u-1'), latest: true})).toBe(
			'Not done: cart has no latest ready revision any more. Nothing was written.',
		);
	});

	it('of what does not exist any more, by its own name', () => {
		expect(said({kind: 'gone'})).toBe('Not done: cart does not exist in namespace shop any more.');
		expect(said({kind: 'gone'}, ofRevision)).toBe(
			'Not done: the revision cart-00001 does not exist in namespace shop any more.',
		);
	});

	it.each<[string, Exclude<WriteOutcome, {kind: 'done'}>, string]>([
		['there is one already', {kind: 'exists'}, 'services.serving.knative.dev "cart" already exists'],
		['it was not sent', {kind: 'not made', sentence: 'nothing was sent.'}, 'nothing was sent.'],
		['this console may only read', {kind: 'read only', sentence: 'only reads'}, 'only reads'],
	])('where %s', (_, outcome, sentence) => {
		expect(said(outcome)).toBe(`Not done: ${sentence}`);
	});

	it('as a doubt, where it is one', () => {
		expect(said({kind: 'unknown', sentence: 'the connection broke'})).toBe(
			'Not known whether it was done: the connection broke',
		);
	});

	it('where the server stored something else, or nothing', () => {
		const words = 'template.spec.timeoutSeconds: wanted 30 → stored 300.';
		expect(said(altered)).toBe(`The server stored something else: ${words}`);
		expect(said({...altered, unchanged: true})).toBe(`The server changed nothing: ${words}`);
	});

	it.each<[string, Extract<WriteOutcome, {kind: 'refused'}>, string]>([
		[
			'the login',
			no(401, 'unauthorized'),
			'Not done: you are not logged in. Unauthorized. Log in again: the next try takes the new credentials.',
		],
		[
			'the login, and ends its sentence',
			no(401, 'token expired!'),
			'Not done: you are not logged in. Token expired! Log in again: the next try takes the new credentials.',
		],
		['the change', no(403, 'you may not.'), 'Not done. The server refused: you may not.'],
		['it at the last status below 500', no(499, 'gone'), 'Not done. The server refused: gone'],
		[
			'it by failing',
			no(500, 'webhook timed out'),
			'Not applied: the API server failed (500). webhook timed out.',
		],
		[
			'it as busy',
			no(429, 'too many requests'),
			'Not applied: the API server is busy (429): too many requests. Try again.',
		],
		[
			'it for a while',
			no(503, 'starting', 2),
			'Not applied: API server unavailable (503): starting. Try again in 2 s.',
		],
		[
			'it for it does not know how long',
			no(503, 'starting'),
			'Not applied: API server unavailable (503): starting.',
		],
		[
			'it for a while by another status',
			no(409, 'locked?', 1),
			'Not applied: the API server is busy (409): locked? Try again in 1 s.',
		],
	])('where the server refused %s', (_, outcome, sentence) => {
		expect(said(outcome)).toBe(sentence);
	});
});

describe('of a dry run', () => {
	const plan = planDeleteService(
		(() => {
			const parsed = parseService({
				metadata: {name: 'cart', namespace: 'shop', uid: 'u-1', generation: 4},
				spec: {template: {spec: {containers: [{image: 'cart:1'}]}}},
			});
			if (!parsed.ok) throw new Error(parsed.reason);
			return parsed.value;
		})(),
		undefined,
	);

	it.each<[string, WriteOutcome, object]>([
		['would be made', {kind: 'done', object: {}, warnings: []}, {kind: 'accepted'}],
		[
			'would be made but for something beside it',
			{kind: 'done', object: {}, warnings: [], missed: 'No mark.'},
			{kind: 'accepted', missed: 'No mark.'},
		],
		[
			'would be stored otherwise',
			altered,
			{kind: 'altered', sentence: 'template.spec.timeoutSeconds: wanted 30 → stored 300.'},
		],
		[
			'comes from whom the server does not know',
			no(401, 'unauthorized'),
			{
				kind: 'not logged in',
				sentence: 'Unauthorized. Log in again: the next try takes the new credentials.',
			},
		],
		['is refused', no(403, 'you may not'), {kind: 'refused', sentence: 'you may not'}],
		['is refused at the last status below 500', no(499, 'no'), {kind: 'refused', sentence: 'no'}],
		['a busy server has not looked at', no(429, 'busy'), {kind: 'unknown', sentence: 'busy'}],
		['a server that fails has not refused', no(500, 'failed'), {kind: 'unknown', sentence: 'failed'}],
		['was not sent', {kind: 'not made', sentence: 'no route'}, {kind: 'unknown', sentence: 'no route'}],
		['was lost', {kind: 'unknown', sentence: 'lost'}, {kind: 'unknown', sentence: 'lost'}],
		[
			'may not be sent',
			{kind: 'read only', sentence: 'only reads'},
			{kind: 'unknown', sentence: 'only reads'},
		],
		[
			'is of another one by now',
			{kind: 'conflict', theirs: theirs('u-2')},
			{
				kind: 'refused',
				sentence:
					'Not done: cart was deleted since you opened this, and the one there now is another. Nothing was written.',
			},
		],
		[
			'was met by another write that left the spec alone, which says nothing of the next try',
			{kind: 'conflict', theirs: theirs('u-1'), sameSpec: true},
			{kind: 'unknown', sentence: 'something else was being written to cart at the same time'},
		],
		[
			'is of what is gone',
			{kind: 'gone'},
			{kind: 'refused', sentence: 'Not done: cart does not exist in namespace shop any more.'},
		],
		[
			'is of what is there already',
			{kind: 'exists'},
			{kind: 'refused', sentence: 'services.serving.knative.dev "cart" already exists'},
		],
	])('what a change would come to, that %s', (_, outcome, told) => {
		expect(dryRunOf(outcome, plan)).toEqual(told);
	});
});

test('a service is deleted by its uid', async () => {
	const parsed = parseService(world.service);
	if (!parsed.ok) throw new Error(parsed.reason);
	world.onWrite(exchange => exchange.answer(200, going(world.service)));
	const outcome = await sendPlan(cluster, planDeleteService(parsed.value, undefined), {});
	expect(outcome.kind).toBe('done');
	expect(world.writes.map(({method, path, body}) => ({method, path, body}))).toEqual([
		{
			method: 'DELETE',
			path: service,
			body: expect.objectContaining({preconditions: {uid: parsed.value.uid}}),
		},
	]);
});
