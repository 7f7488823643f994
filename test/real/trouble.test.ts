/** A first revision that does not come up: what is wrong stands on the screen while Knative still says Deploying. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {openRealWorld, type RealWorld} from './console-world.js';
import {openRealConsole, stateDirectory} from './real-console.js';

let world: RealWorld;

beforeAll(async () => {
	world = await openRealWorld();
});

afterAll(async () => world.close());

it.each([
	['crash', /✗ Crashing[^]*exits with 1/],
	['missing', /✗ No image[^]*cannot be pulled/],
	['unready', /✗ Not ready[^]*readiness probe/],
])('of an image that is played as %s', async (what, wanted) => {
	await using state = await stateDirectory();
	await world.create(what, world.image.replace(/go$/, what));
	await using terminal = await openRealConsole(world, {state: state.path, shows: [what, '…00001']});
	terminal.press('/');
	terminal.type(what);
	terminal.press('enter');
	await terminal.until(wanted);
	const {status} = await world.service(what);
	expect(status.conditions.find(({type}) => type === 'Ready')?.status).toBe('Unknown');
	expect(status.latestReadyRevisionName).toBeUndefined();
});

it('of a namespace whose quota is used up', async () => {
	const small = await openRealWorld();
	try {
		const quotas = `/api/v1/namespaces/${small.namespace}/resourcequotas`;
		await small.client.request('POST', quotas, {metadata: {name: 'tiny'}, spec: {hard: {pods: '0'}}});
		// The quota counts from the moment on that its controller has looked at it.
		await small.client.until('GET', `${quotas}/tiny`, (_, text) => text.includes('"used":{"pods":"0"}'));
		await small.create('cart');
		await using state = await stateDirectory();
		await using terminal = await openRealConsole(small, {state: state.path, shows: ['cart', '…00001']});
		await terminal.until(/✗ Quota[^]*no pod fits into the quota tiny/);
	} finally {
		await small.close();
	}
});
