/** The history without a screen: what became of writes that were cut off is read by the name of the object. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {runHistory} from '../../../source/headless/write/history.js';
import type {Deed} from '../../../source/journal/deed.js';
import {openHistoryFile, type HistoryFile} from '../../../source/journal/journal-file.js';
import {splitOf} from '../../../source/knative/split/split.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {startWorld, type World} from '../../support/world.js';

let world: World;
let directory: string;
let file: HistoryFile;

beforeEach(async () => {
	world = await startWorld();
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-history-'));
	file = openHistoryFile(path.join(directory, 'history.jsonl'));
});

afterEach(async () => {
	await world.stop();
	await rm(directory, {recursive: true, force: true});
});

async function told(
	which: Parameters<typeof runHistory>[0] = {},
	reach: (context: string) => Promise<Cluster> = async () => world.connect(),
): Promise<{code: number; stdout: string; stderr: string}> {
	const said = {stdout: '', stderr: ''};
	const code = await runHistory(which, 'text', file, {
		stdout: {write: text => ((said.stdout += text), true)},
		stderr: {write: text => ((said.stderr += text), true)},
		reach,
	});
	return {code, ...said};
}

const common = (service: string) => ({
	at: Date.now(),
	server: world.other.server,
	context: 'sandbox',
	namespace: 'default',
	service,
	by: 'sandbox-admin',
	own: true,
	command: '',
	end: undefined,
});

const deed = (what: Deed['what'], service: string, uid = '', object = service): Deed => ({
	...common(service),
	id: `${what.replace(' ', '-')}-${object}`,
	what,
	object,
	uid,
	reason: what,
});

it('tells of a creation, of deletions and of a split whose sender was ended what became of them', async () => {
	await world.createAnew('basket');
	await file.begin(deed('create service', 'basket'));
	await file.begin(deed('delete service', 'checkout', (await world.service('checkout')).uid));
	await world.delete('checkout');
	const before = await world.service('cart');
	await world.split('cart', [{revisionName: 'cart-00002', percent: 100}]);
	await file.begin({
		...common('cart'),
		id: 'split-cart',
		uid: before.uid,
		generation: before.generation,
		reason: 'split',
		before: splitOf(before),
		after: splitOf(await world.service('cart')),
	});
	await file.begin(deed('delete revision', 'cart', 'gone', 'cart-00009'));

	const {code, stdout} = await told();
	expect(code).toBe(0);
	expect(stdout).toMatch(
		/default\/basket .*create service {2}\(made: basket is there, made by sandbox-admin\.\)\n/,
	);
	expect(stdout).toMatch(/default\/checkout .*delete service {2}\(made: checkout is gone\.\)\n/);
	expect(stdout).toMatch(
		/default\/cart .*delete revision {2}\(made: cart-00009 is gone\.\)\n {2}cart-00009\n/,
	);
	expect(stdout).toMatch(/default\/cart .*split\n/);
	expect(stdout).not.toContain('outcome not known');
	// It is written down: nobody is asked again.
	const reach = vi.fn<(context: string) => Promise<Cluster>>();
	expect((await told({}, reach)).stdout).toBe(stdout);
	expect(reach).not.toHaveBeenCalled();
});

it('asks only the cluster that it was sent to, of what is asked for, and says it where there is no way there', async () => {
	await file.begin({...deed('delete service', 'checkout', 'gone'), server: 'https://another.example.com'});
	const open = /delete service {2}\(sent, outcome not known\)/;
	expect((await told()).stdout).toMatch(open);
	const reach = vi
		.fn<(context: string) => Promise<Cluster>>()
		.mockRejectedValue(new Error('no such context'));
	expect((await told({service: 'cart'}, reach)).stdout).toMatch(/^No changes of cart/);
	expect((await told({context: 'other'}, reach)).stdout).toMatch(/^No changes/);
	expect(reach).not.toHaveBeenCalled();
	const {code, stdout, stderr} = await told({}, reach);
	expect(code).toBe(0);
	expect(stdout).toMatch(open);
	expect(stderr).toBe('What became of writes on sandbox could not be looked up: no such context.\n');
});
