import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {selectContext} from '../../../source/kube/auth/kubeconfig.js';
import {movedTo} from '../../../source/kube/auth/same-cluster.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {kubeconfigFor, startApiServer, status} from '../../support/kube/api-server.js';
import {createAuthority, hasOpenssl, type Authority} from '../../support/kube/authority.js';
import {clusters, directory, server, timers, withAnsweringServer} from '../answering-server.js';

withAnsweringServer({protocol: 'https'});

async function connected(kubeconfig: string): Promise<Cluster> {
	const cluster = await connect({kubeconfig, timers});
	clusters.push(cluster);
	return cluster;
}

/** The logins of all requests from now on; the first is answered with `statusOf(1)`. */
function logins(statusOf: (count: number) => number): readonly (string | undefined)[] {
	const seen: (string | undefined)[] = [];
	server.always(exchange => {
		seen.push(exchange.headers.authorization);
		exchange.answer(statusOf(seen.length), status(401, 'Unauthorized', 'Unauthorized'));
	});
	return seen;
}

describe('a context that means another cluster by now', () => {
	it('keeps the credentials of the old one to itself, and writes no more', async () => {
		const file = path.join(directory, 'kubeconfig');
		const other = await startApiServer({protocol: 'https'});
		try {
			await writeFile(file, server.kubeconfig({user: {token: 'old'}}));
			const cluster = await connected(file);
			const seen = logins(count => (count === 1 ? 200 : 401));
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
		const other = await startApiServer({protocol: 'https'});
		try {
			for (const user of [{tokenFile}, {exec}]) {
				await writeFile(tokenFile, 'old\n');
				await writeFile(file, server.kubeconfig({user}));
				const cluster = await connected(file);
				const seen = logins(count => (count === 1 ? 200 : 401));
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
		const cluster = await connected(file);
		await writeFile(file, kubeconfigFor('https://bob:SECRET@other.example:6443', {user: {token: 'new'}}));
		await expect(cluster.request({method: 'PATCH', path: '/a', body: []})).rejects.toThrow(
			'now means another cluster: https://other.example:6443:',
		);
	});
});

const inside = (pem: string) => ({'certificate-authority-data': Buffer.from(pem).toString('base64')});

describe('a context whose cluster is written in another way', () => {
	type Written = {server?: string; [field: string]: unknown};

	const selected = async ({server: url = 'https://api.example', ...cluster}: Written) =>
		selectContext({kubeconfigText: kubeconfigFor(url, {cluster})});
	const moved = async (before: Written, after: Written) =>
		movedTo(await selected(before), await selected(after));

	it('gets its new token all the same', async () => {
		const file = path.join(directory, 'kubeconfig');
		const {port} = new URL(server.url);
		const cluster = {'insecure-skip-tls-verify': true};
		const written = (url: string, token: string) => kubeconfigFor(url, {cluster, user: {token}});
		await writeFile(file, written(`https://localhost:${port}`, 'old'));
		const opened = await connected(file);
		const seen = logins(count => (count === 1 ? 401 : 200));
		await writeFile(file, written(`HTTPS://LOCALHOST:${port}/`, 'new'));
		expect((await opened.request({method: 'PATCH', path: '/a', body: []})).status).toBe(200);
		expect(opened.standing.movedTo).toBeUndefined();
		expect(seen).toEqual(['Bearer old', 'Bearer new']);
	});

	it.each([
		['https://api.example', 'https://api.example/'],
		['https://api.example', 'https://api.example//'],
		['https://api.example', 'https://api.example:443'],
		['http://api.example', 'http://api.example:80/'],
		['https://api.example', 'HTTPS://API.Example'],
		['https://api.example/k8s/c-1', 'https://api.example/k8s//c-1/'],
		['https://[::1]:6443', 'https://[0:0::1]:6443'],
	])('means the same: %s and %s', async (before, after) => {
		expect(await moved({server: before}, {server: after})).toBeUndefined();
		expect(await moved({server: after}, {server: before})).toBeUndefined();
	});

	it.each([
		['http://proxy', 'http://proxy:80/'],
		['http://me:pw@proxy:3128', 'HTTP://me:pw@PROXY:3128/x'],
		['socks5://proxy', 'socks5://proxy/'],
	])('goes through the same proxy: %s and %s', async (before, after) => {
		expect(await moved({'proxy-url': before}, {'proxy-url': after})).toBeUndefined();
	});

	it.each<[Written, Written]>([
		[{}, {server: 'https://api.example/k8s/c-1'}],
		[{server: 'https://api.example/k8s/c-1'}, {server: 'https://api.example/k8s/c-2'}],
		[{server: 'https://api.example/k8s/c-1'}, {server: 'https://api.example/K8S/c-1'}],
		[{}, {server: 'http://api.example'}],
		[{}, {server: 'https://api.example:80'}],
		[{}, {server: 'https://api.example.'}],
		[{}, {server: 'https://me:pw@api.example'}],
		[{}, {'tls-server-name': 'other.example'}],
		[{}, {'insecure-skip-tls-verify': true}],
		[{}, {'proxy-url': 'http://proxy'}],
		[{'proxy-url': 'http://proxy'}, {}],
		[{'proxy-url': 'http://proxy'}, {'proxy-url': 'https://proxy'}],
		[{'proxy-url': 'http://proxy'}, {'proxy-url': 'http://proxy:3128'}],
		[{'proxy-url': 'http://me:pw@proxy'}, {'proxy-url': 'http://you:pw@proxy'}],
	])('means another one: %j and %j', async (before, after) => {
		expect(await moved(before, after)).toMatch(/^the context test now means another cluster: /);
	});

	describe.skipIf(!hasOpenssl)('with an authority', () => {
		let one: Authority;
		let other: Authority;

		beforeAll(() => {
			one = createAuthority('one');
			other = createAuthority('other');
		});

		afterAll(() => {
			one.remove();
			other.remove();
		});

		it('means the same, be it in a file or inside, in whatever order and with whatever beside it', async () => {
			const file = {'certificate-authority': one.file};
			const copy = path.join(directory, 'copy.crt');
			await writeFile(copy, `# of ours\r\n${one.pem}`);
			for (const after of [inside(one.pem), inside(`${one.pem}\n\n`), {'certificate-authority': copy}]) {
				expect(await moved(file, after)).toBeUndefined();
				expect(await moved(after, file)).toBeUndefined();
			}
			expect(await moved(inside(one.pem + other.pem), inside(other.pem + one.pem))).toBeUndefined();
		});

		it('means another one with another authority, more of them, none, or one that cannot be read', async () => {
			const broken = path.join(directory, 'broken.crt');
			await writeFile(broken, 'hello');
			for (const after of [
				inside(other.pem),
				{'certificate-authority': other.file},
				inside(one.pem + other.pem),
				{},
				{'certificate-authority': broken},
				{'certificate-authority': '/nope/ca.crt'},
			]) {
				for (const before of [inside(one.pem), {'certificate-authority': one.file}]) {
					expect(await moved(before, after)).toMatch(
						/: another certificate authority for https:\/\/api\.example$/,
					);
				}
			}
		});
	});
});
