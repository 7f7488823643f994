/**
 * What an operator sees of a release that does not become ready, on the timings of a real cluster: Knative itself says nothing
 * but Deploying for ten minutes.
 */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {execFile} from 'node:child_process';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {eventually} from '../../support/eventually.js';
import {openOnWorld, shows} from '../../support/program/on-world.js';
import {startWorld, type World} from '../../support/world.js';

let world: World;
let state: string;
const registry = 'registry.example.com/samples';
const digest = `sha256:${'48f638ef'.repeat(8)}`;

beforeAll(async () => {
	state = await mkdtemp(path.join(tmpdir(), 'kn-canary-state-'));
	world = await startWorld({pace: 1});
});

afterAll(async () => {
	await world.stop();
	await rm(state, {recursive: true, force: true});
});

/** A release of cart to another image, as a colleague makes it. */
const release = async (image: string) =>
	world.patch('cart', {spec: {template: {spec: {containers: [{image: `${registry}/${image}`}]}}}});

async function quota(hard: Record<string, string>): Promise<void> {
	const answer = await world.other.request({
		method: 'POST',
		path: '/api/v1/namespaces/default/resourcequotas',
		body: {apiVersion: 'v1', kind: 'ResourceQuota', metadata: {name: 'tiny'}, spec: {hard}},
	});
	if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
}

/** What a command prints, whether or not it comes to something. */
const printed = async (...args: string[]): Promise<string> => {
	const env = {...process.env, KUBECONFIG: world.sandbox.kubeconfigPath, XDG_STATE_HOME: state};
	const {promise, resolve} = Promise.withResolvers<string>();
	const child = execFile(
		process.execPath,
		[path.resolve('dist/cli.js'), ...args],
		{env},
		(_, stdout, stderr) => resolve(stdout + stderr),
	);
	child.stdin?.end();
	return promise;
};

describe('a release that does not become ready says why, with what to do', () => {
	it.each([
		[
			'helloworld-crash:1',
			'Crashing',
			'exits with 1',
			/^cart\s+Crashing\s.*exits with 1.*could not connect to the database/m,
		],
		[`nope@${digest}`, 'No image', 'image cannot be pulled', /^cart\s+No image\s.*image cannot be pulled/m],
		['helloworld-wrong-port:1', 'Not ready', 'readiness probe failing', /^cart\s+(?:Not ready|Deploying)\s/m],
	])('%s: %s', async (image, word, sentence, listed) => {
		await release(image);
		await using terminal = await openOnWorld(world, {service: 'cart', state});
		await terminal.until(shows(sentence));
		await terminal.until(shows(`✗ ${word}`));
		await terminal.until(shows('e events · L in pane 2: log · r new revision'));
		// Knative says nothing of it yet.
		const {conditions} = await world.service('cart');
		expect(conditions.find(({type}) => type === 'ConfigurationsReady')).toMatchObject({status: 'Unknown'});
		// Its look at the pods is a short one, which a busy machine may not answer in time.
		await eventually(async () => expect(await printed('get', 'cart')).toMatch(listed));
	});

	it('and so do a sheet and a command that would give it traffic, in the words of the pane', async () => {
		await release('helloworld-crash:2');
		await using terminal = await openOnWorld(world, {service: 'cart', state});
		await terminal.until(shows('exits with 1'));
		const {latestCreated = ''} = await world.service('cart');
		expect(await printed('split', 'cart', `${latestCreated}=100`)).toMatch(
			new RegExp(
				`${latestCreated} is not ready \\(Crashing: exits with 1.*could not connect to the database`,
			),
		);
		terminal.press('3');
		await terminal.until(/▸3 Traffic/);
		terminal.press('a');
		await terminal.until(/– → 0 %/);
		terminal.press('%', '3', '0');
		await terminal.until(/30▏ %/);
		terminal.press('enter');
		await terminal.until(shows(`${latestCreated} is not ready (Crashing: exits with 1`));
	});

	it('a quota that is used up', async () => {
		await quota({pods: '1'});
		await release('helloworld-go:2');
		await using terminal = await openOnWorld(world, {service: 'cart', state});
		await terminal.until(shows('no pod fits into the quota'));
		await terminal.until(shows('✗ Quota'));
		await terminal.until(shows('e events · L in pane 2: log · r new revision'));
		await world.other.request({
			method: 'DELETE',
			path: '/api/v1/namespaces/default/resourcequotas/tiny',
		});
	});

	it('says nothing of pods where they may not be listed, and nothing breaks', async () => {
		await release('helloworld-crash:1');
		world.sandbox.apiFaults.set({answers: [{code: 403, path: '/pods'}]});
		await using terminal = await openOnWorld(world, {service: 'cart', state});
		await terminal.until(shows('Deploying'));
		expect(terminal.screen()).not.toContain('Crashing');
	});
});
