import {spawnSync} from 'node:child_process';
import {chmod, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {status} from '../../support/kube/api-server.js';
import {eventually} from '../../support/eventually.js';
import {connected, directory, failure, server, timers, withAnsweringServer} from '../answering-server.js';

withAnsweringServer({protocol: 'https'});

/** A plugin that counts its runs in a file and gives `token-<run>`, and what it was told. */
async function plugin(script = '') {
	const file = path.join(directory, 'plugin');
	const runs = path.join(directory, 'runs');
	await writeFile(
		file,
		`#!/bin/sh\n${script}\necho "$KUBERNETES_EXEC_INFO" >> ${runs}\n` +
			`echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",'\n` +
			`echo "\\"status\\":{\\"token\\":\\"token-$(wc -l < ${runs} | tr -d ' ')\\"}}"\n`,
	);
	await chmod(file, 0o755);
	return {apiVersion: 'client.authentication.k8s.io/v1', command: file, interactiveMode: 'IfAvailable'};
}

const unauthorized = status(401, 'Unauthorized', 'Unauthorized');

describe('a credential plugin', () => {
	it('runs once for many requests, and is told that it may not ask', async () => {
		const exec = {...(await plugin()), provideClusterInfo: true};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const seen: (string | undefined)[] = [];
		server.always(exchange => {
			seen.push(exchange.headers.authorization);
			exchange.answer(200, {});
		});
		await Promise.all(['/a', '/b', '/c'].map(async each => cluster.request({method: 'GET', path: each})));
		await cluster.request({method: 'GET', path: '/d'});
		expect(seen).toEqual(Array.from({length: 4}, () => 'Bearer token-1'));
	});

	it('is run again after a 401, which says of a write that nothing was done: it is sent again, once', async () => {
		const exec = await plugin();
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const seen: string[] = [];
		server.always(exchange => {
			seen.push(`${exchange.method} ${exchange.headers.authorization}`);
			exchange.answer(exchange.headers.authorization === 'Bearer token-2' ? 200 : 401, unauthorized);
		});
		expect((await cluster.request({method: 'PATCH', path: '/a', body: []})).status).toBe(200);
		expect(seen).toEqual(['PATCH Bearer token-1', 'PATCH Bearer token-2']);
	});

	it.each(['<html>Log in</html>', 'Unauthorized', {}])(
		'says nothing of a write where somebody on the way may have given it (%j): it is not sent again',
		async body => {
			const exec = await plugin();
			const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
			const seen: string[] = [];
			server.always(exchange => {
				seen.push(`${exchange.method} ${exchange.headers.authorization}`);
				exchange.answer(exchange.headers.authorization === 'Bearer token-2' ? 200 : 401, body);
			});
			expect(await cluster.request({method: 'PATCH', path: '/a', body: []})).toMatchObject({
				status: 401,
				body,
			});
			// The login is asked for again all the same, for what is asked next.
			expect((await cluster.request({method: 'PATCH', path: '/a', body: []})).status).toBe(200);
			expect(seen).toEqual(['PATCH Bearer token-1', 'PATCH Bearer token-2']);
		},
	);

	it('makes a question succeed in the second attempt, once for all that were refused together', async () => {
		const exec = await plugin();
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		server.always(exchange => {
			exchange.answer(exchange.headers.authorization === 'Bearer token-1' ? 401 : 200, {
				token: exchange.headers.authorization,
			});
		});
		const answers = await Promise.all(
			['/a', '/b'].map(async each => cluster.request({method: 'GET', path: each})),
		);
		expect(answers.map(({status: code, body}) => ({status: code, body}))).toEqual([
			{status: 200, body: {token: 'Bearer token-2'}},
			{status: 200, body: {token: 'Bearer token-2'}},
		]);
	});

	it('is not run again for a late refusal of what it gave before', async () => {
		const exec = await plugin();
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const answers = ['/a', '/b'].map(async each => cluster.request({method: 'GET', path: each}));
		const early = await server.next();
		const late = await server.next();
		early.answer(401, {});
		const second = await server.next();
		expect(second.headers.authorization).toBe('Bearer token-2');
		second.answer(200, {});
		late.answer(401, {});
		const third = await server.next();
		expect(third.headers.authorization).toBe('Bearer token-2');
		third.answer(200, {});
		await Promise.all(answers);
	});

	it('that fails is named, with its own words made printable', async () => {
		const exec = await plugin(String.raw`printf 'login \033[2J\033[1;31mfirst\033[0m' >&2; exit 1`);
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const error = await failure(cluster.request({method: 'GET', path: '/a'}));
		expect(error.outcome).toBe('not sent');
		expect(error.message).toBe(
			`the credential plugin "${exec.command}" of user "test-user" gave none: login ␛[2Jfirst (exit code 1)`,
		);
	});

	it('that is not installed is named, with the hint of the kubeconfig', async () => {
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1',
			command: 'no-such-plugin-for-sure',
			interactiveMode: 'Never',
			installHint: 'Install it from the shop.',
		};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const error = await failure(cluster.request({method: 'GET', path: '/a'}));
		expect(error.message).toContain('"no-such-plugin-for-sure"');
		expect(error.message).toContain('it is not installed. Install it from the shop.');
	});

	it('that insists on the terminal is not run where there is none', async () => {
		const exec = {...(await plugin()), interactiveMode: 'Always'};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const error = await failure(cluster.request({method: 'GET', path: '/a'}));
		expect(error.message).toContain(
			'it wants a terminal (interactiveMode: Always), and standard input is none',
		);
		expect(error.isLogin).toBe(true);
	});

	it('takes its time, which is not that of the server, until nobody waits for it any more', async () => {
		const gate = path.join(directory, 'gate');
		const exec = await plugin(`while [ ! -e ${gate} ]; do sleep 0.05; done`);
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const leaving = new AbortController();
		const left = failure(cluster.request({method: 'GET', path: '/a', signal: leaving.signal}));
		const answer = cluster.request({method: 'GET', path: '/b'});
		timers.advance(60_000);
		leaving.abort();
		expect((await left).outcome).toBe('not sent');
		await writeFile(gate, '');
		(await server.next()).answer(200, {});
		expect((await answer).status).toBe(200);
		expect(server.log).toEqual(['GET /b']);
	});

	it('is told of while it runs, with what it says as it says it', async () => {
		const gate = path.join(directory, 'gate');
		const exec = await plugin(
			`printf 'open https://login.example\\n\\033[2Jenter ABCD-EFGH: ' >&2; while [ ! -e ${gate} ]; do sleep 0.05; done`,
		);
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const prompted = new Promise<readonly string[]>(resolve => {
			cluster.onStanding(({plugin: run}) => {
				if (run && run.said.length === 2) resolve(run.said);
			});
		});
		const answer = cluster.request({method: 'GET', path: '/a'});
		expect(await prompted).toEqual(['open https://login.example', '␛[2Jenter ABCD-EFGH:']);
		await writeFile(gate, '');
		(await server.next()).answer(200, {});
		await answer;
		expect(cluster.standing.plugin).toBeUndefined();
	});

	it.each([
		['', 'is ended, with all that it started, when the cluster is left'],
		["trap '' TERM INT HUP;", 'is ended all the same where it does not heed what ends others'],
	])('%#: %s %s', async trap => {
		const pids = path.join(directory, 'pids');
		const exec = await plugin(`${trap} sleep 600 & echo "$! $$" > ${pids}; echo waiting >&2; wait`);
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const waiting = new Promise<void>(resolve => {
			cluster.onStanding(({plugin: run}) => {
				if (run?.said.length) resolve();
			});
		});
		const error = failure(cluster.request({method: 'GET', path: '/a'}));
		await waiting;
		await cluster.close();
		await error;
		const started = (await readFile(pids, 'utf8')).trim().split(' ').map(Number);
		expect(started).toHaveLength(2);
		// The kernel takes a moment to take down a process that was ended, and whoever inherits one may never look at it.
		await eventually(() => {
			const {stdout} = spawnSync('ps', ['-o', 'stat=', '-p', started.join(',')], {encoding: 'utf8'});
			expect(stdout.split('\n').filter(state => !/^\s*(?:Z|$)/.test(state))).toEqual([]);
		});
	});

	it('says which version it speaks when that is not the one of the kubeconfig', async () => {
		const exec = {...(await plugin()), apiVersion: 'client.authentication.k8s.io/v1beta1'};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {exec}})});
		const error = await failure(cluster.request({method: 'GET', path: '/a'}));
		expect(error.message).toContain(
			'it speaks client.authentication.k8s.io/v1beta1, and it speaks client.authentication.k8s.io/v1',
		);
	});
});
