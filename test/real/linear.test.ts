/** The commands of the linear mode that write: what each stores, and that none does where the answer is not yes. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {openLinear} from '../support/program/linear.js';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {splitWords} from './parts/stored.js';
import {nextWrites, stateDirectory} from './parts/real-console.js';
import {linearWrites} from './tried/commands.js';

let world: RealWorld;

beforeAll(async () => {
	world = await openRealWorld();
});

afterAll(async () => world.close());

it('each command stores what its review has said, in one request, and nothing where it is cancelled', async () => {
	await using state = await stateDirectory();
	await using linear = openLinear(['--kubeconfig', world.kubeconfig, '-n', world.namespace], state.path);
	await linear.hear(/Watching/);
	for (const {lines, word = 'yes', requests, split, hears} of linearWrites(world.image)) {
		const before = await world.settled();
		const seen = (await world.writes()).length;
		linear.type(...lines);
		await linear.hear(new RegExp(`Dry run: the server would accept it\\.[^]*Type ${word}`));
		expect((await nextWrites(world, seen)).filter(({isDry}) => !isDry)).toEqual([]);
		linear.type('');
		await linear.hear(/Cancelled: nothing was sent\./);
		expect(await world.settled()).toEqual(before);

		linear.type(...lines);
		await linear.hear(new RegExp(`Type ${word}`));
		linear.type(word);
		await linear.hear(hears);
		const stored = await (lines[0] === 'delete'
			? world.gone('services', 'made').then(() => 'gone')
			: world.ready('made').then(splitWords));
		expect(stored).toMatch(split);
		const made = (await world.writes()).slice(seen).filter(({isDry}) => !isDry);
		expect(made.map(({verb, resource}) => `${verb} ${resource}`)).toEqual(requests);
	}
});
