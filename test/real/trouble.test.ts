/** A first revision that does not come up: what is wrong stands on the screen while Knative still says Deploying. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {openRealConsole, stateDirectory} from './parts/real-console.js';

let world: RealWorld;

beforeAll(async () => {
	world = await openRealWorld();
});

afterAll(async () => world.close());

/** What is wrong, whole: at the edge of its pane, or of the screen, nothing of it is missing. */
const wanted = {
	crash: /✗ Crashing[^]*…00001: exits with 1 \(3 restarts\)\s/,
	missing: /✗ No image[^]*…00001: image cannot be pulled\s/,
	unready: /✗ Not ready[^]*…00001: readiness probe failing: nothing answers on its port\s/,
	quota: /✗ Quota[^]*…00001: no pod fits into the quota tiny: pods 0 of 0 used, 1[\s│]+needed\s/,
} as const;

describe.each([
	{cols: 80, rows: 24},
	{cols: 120, rows: 40},
])('on a screen of $cols by $rows', ({cols, rows}) => {
	it.each(['crash', 'missing', 'unready'] as const)('of an image that is played as %s', async image => {
		await using state = await stateDirectory();
		const name = `${image}-${cols}`;
		await world.create(name, world.image.replace(/go$/, image));
		await using terminal = await openRealConsole(world, {
			state: state.path,
			shows: [name, '…00001'],
			cols,
			rows,
		});
		terminal.press('/');
		terminal.type(name);
		terminal.press('enter');
		await terminal.until(wanted[image]);
		const {status} = await world.service(name);
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
			await using terminal = await openRealConsole(small, {
				state: state.path,
				shows: ['cart', '…00001'],
				cols,
				rows,
			});
			await terminal.until(wanted.quota);
		} finally {
			await small.close();
		}
	});
});
