/** One request to one revision, in front of gateways that answer more than they know. */
import {expect, test} from 'vitest';
import {runVerifyRevision} from '../../../source/headless/evidence/verify-revision.js';
import {inFrontOf} from '../../support/gateway/front-gateway.js';
import {settled} from '../sandbox.js';
import {requestOptions} from './verified.js';
import {openWorld} from './worlds.js';

type Front = Parameters<typeof inFrontOf>[1];

async function verifyRevision(front: Front): Promise<{code: number; said: string}> {
	const world = await openWorld();
	await settled(world.cluster, 'cart');
	let said = '';
	const stream = {
		write(text: string) {
			said += text;
		},
	};
	const code = await runVerifyRevision(
		world.cluster,
		{
			service: 'cart',
			namespace: 'default',
			revision: '2',
			gateway: await inFrontOf(world.sandbox, front),
			requestOptions,
			output: 'text',
		},
		{stdout: stream, stderr: stream},
	);
	return {code, said};
}

test('a revision that answers at its tag has answered', async () => {
	const {code, said} = await verifyRevision(async () => undefined);
	expect(said).toMatch(
		/✓ 200 .*[^]*Hello Cart v2!\nAnswered by cart-00002 \(tag URLs ignore the split\)\.\n/,
	);
	expect(code).toBe(0);
});

test.each([
	['that is the same for all', () => 'It works!\n'],
	['with the name of the host', (asked: string) => `Welcome to ${asked}\n`],
	['with an id each time', () => `Welcome, request ${Math.random().toString(16).slice(2, 10)}\n`],
	['that is empty', () => ''],
])('a default page %s at a tag is no answer of its revision', async (_, body) => {
	const {code, said} = await verifyRevision(async ({headers: {host: asked = ''}}) => ({
		status: 200,
		headers: {},
		body: body(asked),
	}));
	expect(said).toMatch(/^\? 200 /m);
	expect(said).toContain('Any host gets this answer here: nothing shows that cart-00002 answered.');
	expect(said).toContain('The host of the tag r2 leads nowhere: any host gets what it answers.');
	expect(said).not.toContain('Answered by');
	expect(code).toBe(2);
});

test('an unknown host that gets no answer keeps nobody from having answered', async () => {
	const {code, said} = await verifyRevision(async ({headers: {host: asked = ''}}) =>
		asked.startsWith('kn-canary-') ? new Promise(() => {}) : undefined,
	);
	expect(said).toContain('Answered by cart-00002');
	expect(code).toBe(0);
});
