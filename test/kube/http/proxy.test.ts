import {describe, expect, it} from 'vitest';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {connected, server, withAnsweringServer} from '../answering-server.js';
import {connect} from '../../../source/kube/connect.js';
import {proxyAddress, proxyFault, proxyFromEnvironment} from '../../../source/kube/http/proxy.js';

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
	it.each([
		'http://p:1',
		'https://p',
		'socks5://me:a%40b@p:1',
		'socks5h://[::1]:1',
		'HTTP://p',
		'http://:%FF@p',
	])('%s can be gone through', url => {
		expect(proxyFault(url)).toBeUndefined();
	});

	it.each<[url: string, fault: RegExp]>([
		['ftp://p', /^is no http:\/\//],
		['p:1', /^is no/],
		['http://', /^names no host$/],
		['socks5://:1080', /^names no host$/],
		['http://me:pw@:3128', /^names no host$/],
		['http://p:99999', /^has a port that is no number up to 65535$/],
		['https://me:pw@[::1]:http', /^has a port that is no number up to 65535$/],
		[`socks5://${'u'.repeat(256)}@p`, /^has a login that is too long for SOCKS$/],
		['http://me:50%zz@p', /^has a login with a %/],
	])('%s cannot, and it says why', (url, fault) => {
		expect(proxyFault(url)).toMatch(fault);
	});
});

/** As golang.org/x/net/http/httpproxy has it, with which each of these was compared. */
describe('NO_PROXY', () => {
	it.each<[exceptions: string, server: string, isDirect: boolean]>([
		['api.example', 'https://api.example', true],
		['API.example', 'https://a.api.example', true],
		['.example', 'https://api.example', true],
		['.example', 'https://example', false],
		['*.example', 'https://api.example', true],
		['*.example', 'https://example', false],
		['pi.example', 'https://api.example', false],
		['*', 'https://api.example', true],
		['x, *', 'https://api.example', true],
		['x *', 'https://api.example', false],
		['api.example:443', 'https://api.example', true],
		['api.example:6443', 'https://api.example', false],
		['api.example:6443', 'https://api.example:6443', true],
		['api.example:', 'https://api.example:6443', true],
		['.example:6443', 'https://api.example:6443', true],
		[':443', 'https://api.example', false],
		['bücher.example', 'https://bücher.example', true],
		['10.0.0.0/8', 'https://10.1.2.3', true],
		['10.0.0.0/8', 'https://11.1.2.3', false],
		['10.0.0.0/33', 'https://10.0.0.0', false],
		['10.1.2.3', 'https://10.1.2.3:6443', true],
		['10.1.2.3:6443', 'https://10.1.2.3:6443', true],
		['10.1.2.3:6443', 'https://10.1.2.3', false],
		['.3', 'https://10.1.2.3', false],
		['3', 'https://10.1.2.3', false],
		['*.2.3', 'https://10.1.2.3', false],
		['::ffff:10.1.2.3', 'https://10.1.2.3', true],
		['10.1.2.3', 'https://[::ffff:10.1.2.3]', true],
		['fd00::1', 'https://[fd00::1]', true],
		['FD00:0::1', 'https://[fd00::1]', true],
		['[fd00::1]:443', 'https://[fd00::1]', true],
		['[fd00::1]:6443', 'https://[fd00::1]', false],
		['[fd00::1]', 'https://[fd00::1]', false],
		['fd00::/8', 'https://[fd12::1]', true],
		['', 'https://localhost:6443', true],
		['', 'https://[::1]:6443', true],
		['', 'https://127.1.2.3', true],
	])('%j has %s: %s', (exceptions, url, isDirect) => {
		const proxy = proxyFromEnvironment(new URL(url), {HTTPS_PROXY: 'http://p:1', NO_PROXY: exceptions});
		expect(proxy).toBe(isDirect ? undefined : 'http://p:1');
	});
});
