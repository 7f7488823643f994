/** Releases over HTTP, beside others who write as kubectl and CI do: what was abandoned gets nothing again unless somebody insists. */
import {describe, expect, it} from 'vitest';
import {servingPath} from '../../../../source/kube/paths.js';
import {initialService} from '../../../../source/knative/forms/service-form.js';
import {change} from '../change.js';
import {answering, mayNotMark} from './answering.js';
import {
	cluster,
	create,
	deploy,
	madeOf,
	markRejected,
	run,
	split,
	splitOf,
	withOperators,
} from './operators-per-test.js';

withOperators();

const flaky = 'registry.example.com/samples/helloworld-flaky:2';

/** The second revision of cart has a bad image, was tried, and was given up. */
async function abandonFlaky(): Promise<void> {
	await create('cart');
	await split('cart', '1=100');
	await deploy('cart', 'two', flaky);
	await split('cart', '1=90#stable 2=10#canary');
	expect(await run('abandon', 'cart', {reason: 'flaky'})).toMatchObject({code: 0});
}

const revisionStored = async (name: string) =>
	cluster.request({method: 'GET', path: servingPath('revisions', 'default', name)});

describe('abandon', () => {
	it('takes the canary out and marks it, so that nothing goes to it by itself; the template is put back', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		const {code} = await run('abandon', 'cart', {reason: 'too many 5xx', resetsTemplate: true});
		expect(code).toBe(0);
		expect(await splitOf('cart')).toBe('1=100#stable');
		const revision = await revisionStored('cart-00002');
		expect(revision.body).toMatchObject({
			metadata: {annotations: {'kn-canary.dev/rejected': expect.stringMatching(/"why":"too many 5xx"/)}},
		});
		const made = await revisionStored('cart-00003');
		expect(made.body).toMatchObject({spec: {containers: [{env: [{name: 'TARGET', value: 'one'}]}]}});

		expect(await run('complete', 'cart', {to: '2'})).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(/cart-00002 was rejected.*too many 5xx.*--despite rejected\.$/),
		});
		expect(await run('split', 'cart', {shares: ['1=90', '2=10']})).toMatchObject({code: 1});
		expect(await splitOf('cart')).toBe('1=100#stable');
		expect(await run('complete', 'cart', {to: '2', despite: ['rejected']})).toMatchObject({code: 0});
	});
});

describe('what was rejected', () => {
	it('while somebody was asked gets nothing, and the next one is told of it', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		const asked = run('complete', 'cart', {
			async agree() {
				await markRejected('cart-00002', 'too many 5xx');
				return true;
			},
		});
		expect(await asked).toMatchObject({
			code: 3,
			sentence:
				'Not applied: cart-00002 was rejected: too many 5xx. This was not known when it was planned. Run it again.',
		});
		expect(await splitOf('cart')).toBe('1=90#stable 2=10#canary');
		expect(await run('complete', 'cart')).toMatchObject({code: 1});
		expect(await run('rollback', 'cart', {agree: async () => true})).toMatchObject({code: 0});
	});

	it('is so by the note where the mark cannot be written, on every machine; abandon again writes the mark', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		const dry = await run('abandon', 'cart', {through: mayNotMark, dryRun: true});
		expect(dry.dryRun).toMatchObject({
			kind: 'accepted',
			missed: expect.stringMatching(
				/^The mark on cart-00002 would not be written; the note on the service says/,
			),
		});
		expect(await splitOf('cart')).toBe('1=90#stable 2=10#canary');

		const first = await run('abandon', 'cart', {through: mayNotMark, reason: 'too many 5xx'});
		expect(first.code).toBe(0);
		expect(first.sentence).toMatch(
			/cart-00002 bears no mark itself; the note on the service says that it is rejected.*Abandon again writes the mark\./,
		);
		expect(await splitOf('cart')).toBe('1=100#stable');
		expect(await run('split', 'cart', {shares: ['1=90', '2=10'], machine: 'bob'})).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(/cart-00002 was rejected at .*too many 5xx\. .*--despite rejected\.$/),
		});
		// A change of the split by somebody else takes nothing of that back.
		await split('cart', '1=100');
		expect(await run('complete', 'cart', {to: '2'})).toMatchObject({code: 1});

		expect(await run('abandon', 'cart', {machine: 'bob'})).toMatchObject({code: 0});
		const revision = await revisionStored('cart-00002');
		expect(revision.body).toMatchObject({
			metadata: {annotations: {'kn-canary.dev/rejected': expect.any(String)}},
		});
		expect(await run('abandon', 'cart')).toMatchObject({
			code: 0,
			sentence: expect.stringMatching(/^cart-00002 was given up already/),
		});
	});

	it('is refused under another name, too: by split, complete and undo', async () => {
		await abandonFlaky();
		// One more variable, the same image: CI makes it again.
		await deploy('cart', 'three', flaky);
		const refused = {
			code: 1,
			sentence: expect.stringMatching(
				/cart-00003 runs the image of cart-00002 \(helloworld-flaky:2\), which was rejected at .*flaky\. .*--despite rejected\.$/,
			),
		};
		expect(await run('split', 'cart', {shares: ['1=90', '3=10']})).toMatchObject(refused);
		expect(await run('complete', 'cart', {to: '3'})).toMatchObject(refused);
		expect(await splitOf('cart')).toBe('1=100#stable');
		const despite = {despite: ['rejected' as const]};
		expect(await run('split', 'cart', {shares: ['1=90', '3=10'], ...despite})).toMatchObject({code: 0});
		expect(await run('rollback', 'cart', {to: '1'})).toMatchObject({code: 0});
		expect(await run('undo', 'cart')).toMatchObject(refused);
	});

	it('is refused to who may not list revisions, by the note alone', async () => {
		await madeOf('cart', 2, '1=90#stable 2=10#canary');
		expect(await run('abandon', 'cart', {reason: 'flaky', through: mayNotMark})).toMatchObject({code: 0});
		const mayNotList = answering('GET', servingPath('revisions', 'default'), 403, {
			kind: 'Status',
			apiVersion: 'v1',
			status: 'Failure',
			reason: 'Forbidden',
			message: 'revisions.serving.knative.dev is forbidden',
			code: 403,
		});
		const back = {shares: ['1=90', '2=10'], through: mayNotList};
		expect(await run('split', 'cart', back)).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(/cart-00002 was rejected at .*flaky\. .*--despite rejected\.$/),
		});
		expect(await splitOf('cart')).not.toContain('2=10');
	});

	it('is refused to a service of another name', async () => {
		await abandonFlaky();
		const wish = {verb: 'create' as const, values: {...initialService(), name: 'desk', image: flaky}};
		const options = {service: 'desk'};
		expect(await change(cluster, wish, options)).toMatchObject({
			code: 1,
			sentence: expect.stringMatching(
				/It runs the image of cart-00002 \(helloworld-flaky:2\), which was rejected at .*--despite rejected\.$/,
			),
		});
		const despite = {...options, despite: ['rejected' as const]};
		expect(await change(cluster, wish, despite)).toMatchObject({code: 0});
		// However soon it is asked for again: it was there before anything was sent.
		expect(await change(cluster, wish, despite)).toMatchObject({
			code: 1,
			sentence: 'Not done: services.serving.knative.dev "desk" already exists',
		});
	});
});
