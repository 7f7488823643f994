import {describe, expect, it} from 'vitest';
import {kubeconfigFor} from '../../support/api-server.js';
import {connected, server, withAnsweringServer} from '../answering-server.js';
import {proxyFault} from '../../../source/kube/http/proxy.js';

withAnsweringServer();

describe('a proxy', () => {
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
