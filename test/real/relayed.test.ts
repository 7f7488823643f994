/** What is said of a write to the real API server when something on the way answers for it, before or after it was made. */
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {createCertificate} from '../../source/sandbox/api/http/certificate.js';
import {status} from '../support/kube/api-server.js';
import {startApiRelay, type ApiRelay, type RelayedRequest} from '../support/kube/api-relay.js';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {splitWords} from './parts/stored.js';
import {runCommand, stateDirectory} from './parts/real-console.js';

let world: RealWorld;
let relay: ApiRelay;
let kubeconfig: string;
let state: Awaited<ReturnType<typeof stateDirectory>>;

const released = 'hello-00002=90:stable hello-00003=10:canary';
const rolledBack = 'hello-00002=100:stable hello-00003=0:canary';

beforeAll(async () => {
	world = await openRealWorld();
	await world.release('hello');
	state = await stateDirectory();
	const real: unknown = JSON.parse(await readFile(world.kubeconfig, 'utf8'));
	const text = JSON.stringify(real);
	const server = /"server":\s*"([^"]+)"/.exec(text)?.[1] ?? '';
	const token = /"token":\s*"([^"]+)"/.exec(text)?.[1] ?? '';
	// The relay reads the two out of a kubeconfig as the sandbox has it.
	const upstream = path.join(state.path, 'upstream');
	await writeFile(upstream, `server: ${server}\ntoken: ${token}\n`);
	// A token goes over TLS alone.
	relay = await startApiRelay(upstream, {tls: await createCertificate(Date.now())});
	kubeconfig = path.join(state.path, 'relayed');
	await writeFile(
		kubeconfig,
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			'current-context': 'relayed',
			clusters: [{name: 'relayed', cluster: {server: relay.url, 'insecure-skip-tls-verify': true}}],
			users: [{name: 'relayed', user: {token}}],
			contexts: [{name: 'relayed', context: {cluster: 'relayed', user: 'relayed'}}],
		}),
	);
});

afterAll(async () => {
	await relay.close();
	await state[Symbol.asyncDispose]();
	await world.close();
});

const isWrite = ({method, path: to, query}: RelayedRequest) =>
	method === 'PATCH' && to.endsWith('/services/hello') && !query.has('dryRun');

const page = '<!doctype html><title>Log in</title>';
const webhook = 'Internal error occurred: failed calling webhook "webhook.serving.knative.dev": EOF';
const answers = [
	['429', {status: 429, body: status(429, 'TooManyRequests', 'slow down'), headers: {'retry-after': '7'}}, 1],
	['504', {status: 504, body: status(504, 'Timeout', 'request did not complete within 30s')}, 4],
	['503 of a proxy', {status: 503, body: 'no healthy upstream'}, 4],
	['409', {status: 409, body: status(409, 'Conflict', 'the object has been modified')}, 3],
	['500 of a webhook', {status: 500, body: status(500, 'InternalError', webhook)}, 1],
	['302', {status: 302, body: page, headers: {location: 'https://sso.example.com/login?token=abc'}}, 1],
	['200 with a page', {status: 200, body: page}, 4],
] as const;

async function rollBack(rules: ApiRelay['rules']): Promise<{code: number; said: string}> {
	await world.patch('hello', {
		spec: {
			traffic: [
				{revisionName: 'hello-00002', percent: 90, tag: 'stable'},
				{revisionName: 'hello-00003', percent: 10, tag: 'canary'},
			],
		},
	});
	await world.ready('hello');
	relay.rules = rules;
	const args = ['rollback', 'hello', '--yes', '--wait', '0'];
	const {code, stdout, stderr} = await runCommand({...world, kubeconfig}, state.path, ...args);
	relay.rules = {};
	return {code, said: stdout + stderr};
}

it.each(answers)('%s before it was made is no success', async (_, answer, code) => {
	const ended = await rollBack({answer: request => (isWrite(request) ? answer : undefined)});
	expect(ended.code).toBe(code);
	expect(ended.said).toMatch(code === 4 ? /Not known whether it was done/ : /^Not (?:done|applied)/m);
	expect(splitWords(await world.service('hello'))).toBe(released);
});

it.each(answers)('%s after it was made is one', async (_, answer) => {
	const ended = await rollBack({instead: request => (isWrite(request) ? answer : undefined)});
	expect(ended.said).toMatch(/Done: the server took it/);
	expect(ended.code).toBe(0);
	expect(splitWords(await world.service('hello'))).toBe(rolledBack);
	const {stdout} = await runCommand(world, state.path, 'history');
	expect(stdout.split('\n')[0]).toMatch(/here, .*roll back$/);
});
