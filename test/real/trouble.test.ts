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
