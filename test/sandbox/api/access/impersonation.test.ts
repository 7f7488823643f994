/** Whom a request says that it is made for. */
import {request as httpsRequest} from 'node:https';
import {text} from 'node:stream/consumers';
import {describe, expect, it} from 'vitest';
import {at, parseJson} from '../../../../source/sandbox/api/body/json.js';
import type {ApiServer} from '../../../../source/sandbox/api/http/server.js';
import {secure, speakHttp2} from '../http/http2-client.js';
import {token, user} from '../support.js';

const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const aReview = {apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview'};

describe.each(['HTTP/1.1', 'HTTP/2'])('impersonation over %s', protocol => {
	function ask(server: ApiServer, headers: Record<string, string | string[]>): Promise<unknown> {
		if (protocol === 'HTTP/2') {
			return speakHttp2(server)
				.call('POST', review, {body: aReview, headers})
				.then(({body}) => body);
		}

		const {promise, resolve, reject} = Promise.withResolvers<unknown>();
		const request = httpsRequest(
			new URL(review, server.url),
			{
				method: 'POST',
				agent: false,
				ca: server.certificateAuthority ?? '',
				headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers},
			},
			response => {
				text(response).then(received => resolve(parseJson(received)), reject);
			},
		);
		request.on('error', reject);
		request.end(JSON.stringify(aReview));
		return promise;
	}

	it('takes every group, also one with a comma in it', async () => {
		const {server} = await secure();
		const reviewed = await ask(server, {
			'Impersonate-User': 'jane',
			'Impersonate-Group': ['a', 'b,c', 'd'],
			'Impersonate-Extra-Scopes': ['x', 'y'],
		});
		expect(at(reviewed, 'status', 'userInfo')).toEqual({
			username: 'jane',
			groups: ['a', 'b,c', 'd', 'system:authenticated'],
			extra: {scopes: ['x', 'y']},
		});
		expect(at(await ask(server, {}), 'status', 'userInfo', 'username')).toBe(user);
	});
});
