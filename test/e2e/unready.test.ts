/**
 * What an operator sees of a release that does not become ready, on the timings of a real cluster: Knative itself says nothing
 * but Deploying for ten minutes.
 */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {openOnWorld, shows} from '../support/on-world.js';
import {startWorld, type World} from '../support/world.js';

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

const get = async (): Promise<string> => {
	const env = {...process.env, KUBECONFIG: world.sandbox.kubeconfigPath};
	const {stdout} = await promisify(execFile)(process.execPath, [path.resolve('dist/cli.js'), 'get', 'cart'], {
		env,
	});
	return stdout;
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
		await terminal.until(shows('e events · L log · r new revision'));
		// Knative says nothing of it yet.
		const {conditions} = await world.service('cart');
		expect(conditions.find(({type}) => type === 'ConfigurationsReady')).toMatchObject({status: 'Unknown'});
		expect(await get()).toMatch(listed);
	});

	it('a quota that is used up', async () => {
		await quota({pods: '1'});
		await release('helloworld-go:2');
		await using terminal = await openOnWorld(world, {service: 'cart', state});
		await terminal.until(shows('no pod fits into the quota'));
		await terminal.until(shows('✗ Quota'));
		await terminal.until(shows('e events · L log · r new revision'));
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
