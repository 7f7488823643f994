import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {kubeconfigFor, startApiServer, status} from '../../support/kube/api-server.js';
import {
	clusters,
	connected,
	directory,
	failure,
	server,
	timers,
	withAnsweringServer,
} from '../answering-server.js';

withAnsweringServer({protocol: 'https'});

const given = (name: string) => ({[`${name}-data`]: Buffer.from('PEM').toString('base64')});

describe('who we are', () => {
	it('acts as a user with all groups, uid and extra, which client-node drops', async () => {
		const user = {
			token: 't',
			as: 'jane',
			'as-uid': '42',
			'as-groups': ['developers', 'admins, really'],
			'as-user-extra': {'example.com/reason': ['one', 'two']},
		};
		const cluster = await connected({kubeconfigText: server.kubeconfig({user})});
		const answer = cluster.request({method: 'GET', path: '/a'});
		const exchange = await server.next();
		const lines: string[] = [];
		for (let index = 0; index < exchange.rawHeaders.length; index += 2) {
			lines.push(`${exchange.rawHeaders[index]}: ${exchange.rawHeaders[index + 1]}`);
		}
		expect(lines.filter(line => line.startsWith('Impersonate'))).toEqual([
			'Impersonate-User: jane',
			'Impersonate-Group: developers',
			'Impersonate-Group: admins, really',
			'Impersonate-Uid: 42',
			'Impersonate-Extra-example.com%2Freason: one',
			'Impersonate-Extra-example.com%2Freason: two',
		]);
		exchange.answer(200, {});
		await answer;
	});

	it('refuses groups without a user to act as', async () => {
		const kubeconfigText = server.kubeconfig({user: {'as-groups': ['admins']}});
		await expect(connect({kubeconfigText})).rejects.toThrow('user "test-user" has as-groups');
	});

	it('reads a tokenFile anew each time, and trims it', async () => {
		const tokenFile = path.join(directory, 'token');
		await writeFile(tokenFile, 'first\n');
		const cluster = await connected({kubeconfigText: server.kubeconfig({user: {tokenFile, token: 'old'}})});
		for (const token of ['first', 'second']) {
			await writeFile(tokenFile, `${token}\n`);
			const answer = cluster.request({method: 'GET', path: '/a'});
			const exchange = await server.next();
			expect(exchange.headers.authorization).toBe(`Bearer ${token}`);
			exchange.answer(200, {});
			await answer;
		}
	});

	it('takes up no file that was replaced while the kubeconfig cannot be read: it may be for another cluster', async () => {
		const tokenFile = path.join(directory, 'token');
		const file = path.join(directory, 'kubeconfig');
		const config = server.kubeconfig({user: {tokenFile}});
		await writeFile(file, config);
		await writeFile(tokenFile, 'first');
		const cluster = await connect({kubeconfig: file, timers});
		clusters.push(cluster);
		const seen: (string | undefined)[] = [];
		server.always(({headers, answer}) => {
			seen.push(headers.authorization);
			answer(200, {});
		});
		const ask = async () => cluster.request({method: 'GET', path: '/a'});
		await ask();
		await writeFile(file, config.slice(0, config.length / 2));
		await writeFile(tokenFile, 'of another cluster');
		await ask();
		await writeFile(file, kubeconfigFor('http://127.0.0.1:1', {user: {tokenFile}}));
		await ask();
		expect(cluster.standing.movedTo).toContain('now means another cluster: http://127.0.0.1:1');
		await writeFile(file, config);
		await writeFile(tokenFile, 'second');
		await cluster.request({method: 'PATCH', path: '/a', body: []});
		expect(seen).toEqual([...Array.from({length: 3}, () => 'Bearer first'), 'Bearer second']);
	});

	it('is not said without TLS, also on this machine, but for whom to act as, as kubectl does', async () => {
		const plain = await startApiServer();
		onTestFinished(async () => plain.close());
		const exec = {apiVersion: 'client.authentication.k8s.io/v1', command: 'false', interactiveMode: 'Never'};
		const through = {cluster: {'proxy-url': plain.url}};
		for (const user of [{token: 'secret'}, {username: 'jane', password: 'p'}, {exec}]) {
			for (const [url, extra] of [
				[plain.url, {}],
				['http://api.example', through],
				['http://localhost:8001', through],
			] as const) {
				const config = kubeconfigFor(url, {...extra, user: {...user, as: 'jane', 'as-groups': ['a']}});
				const answer = (await connected({kubeconfigText: config})).request({method: 'GET', path: '/a'});
				const {headers, ...exchange} = await plain.next();
				expect(headers).not.toHaveProperty('authorization');
				expect(headers).toMatchObject({'impersonate-user': 'jane', 'impersonate-group': 'a'});
				exchange.answer(200, {});
				await answer;
			}
		}
	});

	it('sends user and password', async () => {
		const kubeconfigText = server.kubeconfig({user: {username: 'jane', password: 'p:w'}});
		const cluster = await connected({kubeconfigText});
		const answer = cluster.request({method: 'GET', path: '/a'});
		const exchange = await server.next();
		expect(exchange.headers.authorization).toBe(`Basic ${Buffer.from('jane:p:w').toString('base64')}`);
		exchange.answer(200, {});
		await answer;
	});

	it('refuses a client-certificate without its key, and does not look at a key alone', async () => {
		const certificate = server.kubeconfig({user: given('client-certificate')});
		await expect(connected({kubeconfigText: certificate})).rejects.toThrow('no client-key');
		const key = server.kubeconfig({user: {token: 't', ...given('client-key')}});
		const answer = (await connected({kubeconfigText: key})).request({method: 'GET', path: '/a'});
		const exchange = await server.next();
		expect(exchange.headers.authorization).toBe('Bearer t');
		exchange.answer(200, {});
		await answer;
	});

	it('says which file is missing, before anything is asked', async () => {
		const kubeconfigText = server.kubeconfig({user: {tokenFile: path.join(directory, 'none')}});
		await expect(connect({kubeconfigText})).rejects.toThrow(
			`the credentials of user "test-user" cannot be used: ENOENT: no such file or directory, open '${directory}/none'`,
		);
	});
});

const unauthorized = status(401, 'Unauthorized', 'Unauthorized');

describe('a token that is changed in the kubeconfig', () => {
	it('is taken up at the next refusal, once for all that were refused together, while a refusal alone changes nothing', async () => {
		const file = path.join(directory, 'kubeconfig');
		const give = async (token: string) => writeFile(file, server.kubeconfig({user: {token}}));
		await give('old');
		const cluster = await connect({kubeconfig: file, timers});
		clusters.push(cluster);
		let valid = 'Bearer old';
		const seen: string[] = [];
		server.always(exchange => {
			seen.push(`${exchange.method} ${exchange.headers.authorization}`);
			exchange.answer(exchange.headers.authorization === valid ? 200 : 401, unauthorized);
		});
		const ask = async (method: 'GET' | 'PATCH') =>
			(await cluster.request({method, path: '/a', ...(method === 'PATCH' && {body: []})})).status;
		expect(await ask('GET')).toBe(200);
		valid = 'Bearer new';
		expect(await ask('GET')).toBe(401);
		await give('new');
		expect(await Promise.all([ask('GET'), ask('GET')])).toEqual([200, 200]);
		valid = 'Bearer newest';
		await give('newest');
		expect(await ask('PATCH')).toBe(200);
		valid = 'Bearer of somebody else';
		const sent = seen.length;
		expect(await ask('PATCH')).toBe(401);
		expect(seen.slice(sent)).toEqual(['PATCH Bearer newest']);
		expect(seen.slice(0, 2)).toEqual(['GET Bearer old', 'GET Bearer old']);
		expect(seen.slice(sent - 2, sent)).toEqual(['PATCH Bearer new', 'PATCH Bearer newest']);
	});

	it('does not have a write sent again whose connection was cut after the refusal', async () => {
		const file = path.join(directory, 'kubeconfig');
		await writeFile(file, server.kubeconfig({user: {token: 'old'}}));
		const cluster = await connect({kubeconfig: file, timers});
		clusters.push(cluster);
		const error = failure(cluster.request({method: 'PATCH', path: '/a', body: []}));
		const refused = await server.next();
		await writeFile(file, server.kubeconfig({user: {token: 'new'}}));
		refused.answer(401, unauthorized);
		(await server.next()).cut();
		expect((await error).outcome).toBe('unknown');
		expect(server.log).toEqual(['PATCH /a', 'PATCH /a']);
	});
});
