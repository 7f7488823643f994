import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {kubeconfigFor, startApiServer, status} from '../../support/api-server.js';
import {clusters, directory, server, timers, withAnsweringServer} from '../answering-server.js';

withAnsweringServer();

describe('a context that means another cluster by now', () => {
	it('keeps the credentials of the old one to itself, and writes no more', async () => {
		const file = path.join(directory, 'kubeconfig');
		const other = await startApiServer();
		try {
			await writeFile(file, server.kubeconfig({user: {token: 'old'}}));
			const cluster = await connect({kubeconfig: file, timers});
			clusters.push(cluster);
			const seen: (string | undefined)[] = [];
			server.always(exchange => {
				seen.push(exchange.headers.authorization);
				exchange.answer(seen.length === 1 ? 200 : 401, status(401, 'Unauthorized', 'Unauthorized'));
			});
			await cluster.request({method: 'GET', path: '/a'});
			await writeFile(file, other.kubeconfig({user: {token: 'new'}}));
			await expect(cluster.request({method: 'PATCH', path: '/a', body: []})).rejects.toThrow(
				`the context test now means another cluster: ${other.url}: PATCH /a was not sent`,
			);
			expect((await cluster.request({method: 'GET', path: '/a'})).status).toBe(401);
			expect(seen).toEqual(['Bearer old', 'Bearer old']);
			expect(cluster.standing.movedTo).toBe(`the context test now means another cluster: ${other.url}`);
			// Whoever puts it back may go on.
			await writeFile(file, server.kubeconfig({user: {token: 'newest'}}));
			expect((await cluster.request({method: 'PATCH', path: '/a', body: []})).status).toBe(401);
			expect(cluster.standing.movedTo).toBeUndefined();
			expect(seen.slice(2)).toEqual(['Bearer old', 'Bearer newest']);
		} finally {
			await other.close();
		}
	});

	it('gets no token that is in the same file for the other one by now, and runs no plugin for it', async () => {
		const file = path.join(directory, 'kubeconfig');
		const tokenFile = path.join(directory, 'token');
		const script = `cat ${tokenFile} >> ${path.join(directory, 'runs')}; printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$(cat ${tokenFile})"`;
		const exec = {
			apiVersion: 'client.authentication.k8s.io/v1',
			command: 'sh',
			args: ['-c', script],
			interactiveMode: 'Never',
		};
		const other = await startApiServer();
		try {
			for (const user of [{tokenFile}, {exec}]) {
				await writeFile(tokenFile, 'old\n');
				await writeFile(file, server.kubeconfig({user}));
				const cluster = await connect({kubeconfig: file, timers});
				clusters.push(cluster);
				const seen: (string | undefined)[] = [];
				server.always(exchange => {
					seen.push(exchange.headers.authorization);
					exchange.answer(seen.length === 1 ? 200 : 401, status(401, 'Unauthorized', 'Unauthorized'));
				});
				await cluster.request({method: 'GET', path: '/a'});
				await writeFile(tokenFile, 'new\n');
				await writeFile(file, other.kubeconfig({user}));
				for (let count = 0; count < 3; count++) {
					expect((await cluster.request({method: 'GET', path: '/a'})).status).toBe(401);
				}
				expect(seen).toEqual(Array.from({length: 4}, () => 'Bearer old'));
				expect(cluster.standing.movedTo).toContain('means another cluster');
			}
			expect(await readFile(path.join(directory, 'runs'), 'utf8')).toBe('old\n');
		} finally {
			await other.close();
		}
	});

	it('is told of without the login in its address', async () => {
		const file = path.join(directory, 'kubeconfig');
		await writeFile(file, server.kubeconfig({user: {token: 'old'}}));
		const cluster = await connect({kubeconfig: file, timers});
		clusters.push(cluster);
		await writeFile(file, kubeconfigFor('https://bob:SECRET@other.example:6443', {user: {token: 'new'}}));
		await expect(cluster.request({method: 'PATCH', path: '/a', body: []})).rejects.toThrow(
			'now means another cluster: https://other.example:6443:',
		);
	});
});
