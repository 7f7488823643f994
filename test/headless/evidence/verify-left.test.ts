/** What `verify` waits for, and what it says when it is left before. */
import {expect, test} from 'vitest';
import {inFrontOf, page} from '../../support/gateway/front-gateway.js';
import {ofService, requestOptions, verify} from './verified.js';
import {isNew, openWorld} from './worlds.js';

/** No time limit that a test would see. */
const patient = {...requestOptions, timeout: 3_600_000};

test('a tag that fails at first is asked again beside the requests, and waited for where only that is missing', async () => {
	const world = await openWorld();
	let tried = 0;
	let asked = 0;
	const allAsked = Promise.withResolvers<void>();
	const gateway = await inFrontOf(world.sandbox, async ({headers: {host}}) => {
		if (host === ofService && ++asked > 100) allAsked.resolve();
		if (host === undefined || host === ofService || !host.startsWith('r2-')) return undefined;
		if (++tried === 1) return page(503, 'starting');
		// Says nothing before all requests were sent: whoever waits for it with them waits for ever.
		await allAsked.promise;
		return undefined;
	});
	const {code, report} = await verify(world, {gateway, requestOptions: patient});
	expect(report).toMatchObject({requests: {answered: 100, unattributed: 0}, verdict: {state: 'agrees'}});
	expect(code).toBe(0);
});

test('where test requests fail nobody waits for a tag that fails, too', async () => {
	const world = await openWorld();
	let tried = 0;
	const gateway = await inFrontOf(world.sandbox, async ({headers: {host = ''}}, ask) => {
		if (host.startsWith('r2-') && ++tried > 1) await new Promise(() => {});
		const answer = await ask();
		return isNew(answer) ? {...answer, status: 500, body: 'broken\n'} : answer;
	});
	const {code, said} = await verify(world, {gateway, requestOptions: patient});
	expect(code).toBe(2);
	expect(said).toMatch(/test requests fail: \d+ of 100 \(500/);
	expect(said).toContain('The tag r2 teaches nothing: it answers 500');
});

test('a verify that is left while tags do not answer ends at once', async () => {
	const world = await openWorld();
	const leaving = new AbortController();
	const gateway = await inFrontOf(world.sandbox, async ({headers: {host = ''}}) => {
		if (!host.startsWith('r2-')) return undefined;
		leaving.abort(new Error('left'));
		return new Promise(() => {});
	});
	await expect(verify(world, {gateway, requestOptions: patient, signal: leaving.signal})).rejects.toThrow(
		'left',
	);
});

test('a verify that is left when all was asked, and a tag does not answer, says what there is', async () => {
	const world = await openWorld();
	const leaving = new AbortController();
	let [tried, asked] = [0, 0];
	const gateway = await inFrontOf(world.sandbox, async ({headers: {host = ''}}) => {
		if (host === ofService && ++asked > 100) leaving.abort(new Error('left'));
		if (!host.startsWith('r2-')) return undefined;
		return ++tried === 1 ? page(503, 'starting') : new Promise(() => {});
	});
	const {code, report} = await verify(world, {gateway, requestOptions: patient, signal: leaving.signal});
	expect(code).toBe(2);
	expect(report?.verdict.state).toBe('cannot tell');
	expect(report?.requests).toMatchObject({asked: 100, sent: 100});
});

test('a verify that is left on the way says what it saw, and that this is no test', async () => {
	const world = await openWorld();
	const leaving = new AbortController();
	const {code, report} = await verify(world, {
		signal: leaving.signal,
		onProgress({answered}) {
			if (answered >= 20) leaving.abort();
		},
	});
	const {answered = 0} = report?.requests ?? {};
	expect(answered).toBeGreaterThanOrEqual(20);
	expect(answered).toBeLessThan(100);
	expect(report?.verdict).toMatchObject({
		state: 'cannot tell',
		sentence: `Cannot tell: interrupted after ${answered} of 100 answers.`,
	});
	expect(report?.rows.reduce((sum, {n}) => sum + n, 0)).toBe(answered);
	expect(code).toBe(2);
});
