import {describe, expect, it} from 'vitest';
import {kubeconfigFor} from '../../support/api-server.js';
import {connected, server, withAnsweringServer} from '../answering-server.js';
import {connect} from '../../../source/kube/connect.js';
import {proxyAddress, proxyFault} from '../../../source/kube/http/proxy.js';

withAnsweringServer();

describe('a proxy', () => {
	it('is led to by its address alone, whatever path, query or fragment stands behind it', async () => {
		for (const rest of ['/x', '/x?y', '?y', '/#f']) {
			const cluster = await connected({
				kubeconfigText: kubeconfigFor('http://api.example', {cluster: {'proxy-url': server.url + rest}}),
			});
			const answer = cluster.request({method: 'GET', path: '/version'});
			(await server.next()).answer(200, {through: rest});
			expect((await answer).body).toEqual({through: rest});
		}
		expect(proxyAddress('http:/bob:p%40ss@proxy:1/x')).toBe('http://bob:p%40ss@proxy:1');
		expect(proxyAddress('socks5://bob@[::1]:1080/x?y#z')).toBe('socks5://bob@[::1]:1080');
		expect(proxyAddress('https://:pw@proxy')).toBe('https://:pw@proxy');
	});

	it.each([
		'http://bob:SE#CRET@proxy:3128',
		'http://bob:SE/CRET@proxy:99999',
		'http://bob:SE?CRET@pro xy',
		'bob:SE CRET@proxy:99999',
		'ftp://bob:SE@CRET@proxy',
	])('that cannot be gone through is quoted without its login: %s', async proxy => {
		const refused = expect.objectContaining({message: expect.not.stringMatching(/SE|CRET|bob/)});
		const kubeconfigText = kubeconfigFor('https://api.example', {cluster: {'proxy-url': proxy}});
		await expect(connect({kubeconfigText})).rejects.toEqual(refused);
		const plain = kubeconfigFor('https://api.example');
		await expect(connect({kubeconfigText: plain, env: {HTTPS_PROXY: proxy}})).rejects.toEqual(refused);
		await expect(connect({kubeconfigText: kubeconfigFor(proxy)})).rejects.toEqual(refused);
	});

	it('of the kubeconfig is used', async () => {
		// A proxy for plain http gets the whole URL as the path.
		const cluster = await connected({
			kubeconfigText: kubeconfigFor('http://api.example', {cluster: {'proxy-url': server.url}}),
		});
		const answer = cluster.request({method: 'GET', path: '/version'});
		const exchange = await server.next();
		expect(exchange.headers.host).toBe('api.example');
		exchange.answer(200, {through: 'proxy'});
		expect((await answer).body).toEqual({through: 'proxy'});
	});

	it('of the environment is used, unless NO_PROXY has the server', async () => {
		const kubeconfigText = kubeconfigFor('http://api.example');
		const cluster = await connected({kubeconfigText, env: {HTTP_PROXY: server.url}});
		const answer = cluster.request({method: 'GET', path: '/version'});
		(await server.next()).answer(200, {});
		expect((await answer).status).toBe(200);
		const direct = await connected({env: {HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.0/8'}});
		const second = direct.request({method: 'GET', path: '/version'});
		(await server.next()).answer(200, {});
		expect((await second).status).toBe(200);
	});
});

describe('the URL of a proxy', () => {
	it.each(['http://p:1', 'https://p', 'socks5://me:a%40b@p:1', 'socks5h://[::1]:1', 'HTTP://p'])(
		'%s can be gone through',
		url => {
			expect(proxyFault(url)).toBeUndefined();
		},
	);

	it.each<[url: string, fault: RegExp]>([
		['ftp://p', /^is no http:\/\//],
		['p:1', /^is no/],
		['http://', /^is no/],
		['http://p:99999', /^is no/],
		['http://me:50%zz@p', /^has a login with a %/],
	])('%s cannot, and it says why', (url, fault) => {
		expect(proxyFault(url)).toMatch(fault);
	});
});
