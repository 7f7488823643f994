import {afterAll, afterEach, beforeAll, expect, it} from 'vitest';
import {startSandbox, type Sandbox} from '../../source/sandbox/sandbox.js';

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({pace: 100, tls: false});
});

afterEach(() => change('DELETE', '/'));

afterAll(() => sandbox.stop());

async function change(method: string, path: string, body?: unknown): Promise<{status: number; text: string}> {
	const response = await fetch(new URL(path, sandbox.switchesUrl), {
		method,
		headers: {authorization: `Bearer ${sandbox.token}`},
		...(body === undefined ? {} : {body: JSON.stringify(body)}),
	});
	return {status: response.status, text: await response.text()};
}

const answered = (): number =>
	Object.values(sandbox.users.counts.answers).reduce((sum, count) => sum + count, 0);

it('come at the rate that is set, to the service that is set, until nobody is to come any more', async () => {
	expect(await change('PATCH', '/users', {rate: 200, service: 'cart'})).toMatchObject({status: 200});
	await expect.poll(answered, {timeout: 20_000}).toBeGreaterThan(100);
	expect(sandbox.users.counts.answers).toEqual({200: answered()});
	const {text} = await change('PATCH', '/users', {rate: 0});
	expect(text).toContain('"rate":0');
	const {sent} = sandbox.users.counts;
	await expect.poll(answered, {timeout: 20_000}).toBe(sent);
	expect(sandbox.users.counts).toMatchObject({sent, skipped: 0});
});

it('come to every service that is ready where none is named', async () => {
	sandbox.users.set({rate: 50});
	await expect.poll(answered, {timeout: 5000}).toBeGreaterThan(60);
	// payments is not Ready.
	expect(sandbox.users.counts.answers).toEqual({200: answered()});
});

it('take no rate, service or path that cannot be, and say why', async () => {
	const {text, status} = await change('PATCH', '/users', {rate: 5, service: 'nobody'});
	expect([status, text]).toEqual([
		400,
		expect.stringContaining('there is no Service \\"nobody\\"; there is default/cart'),
	]);
	expect(await change('PATCH', '/users', {rate: 501})).toMatchObject({status: 400});
	expect(await change('PATCH', '/users', {rate: '5'})).toMatchObject({status: 400});
	expect(await change('PATCH', '/users', {path: 'x y'})).toMatchObject({status: 400});
	expect(await change('PATCH', '/users', {who: 5})).toMatchObject({status: 400});
	expect(sandbox.users.current).toMatchObject({rate: 0, service: ''});
});
