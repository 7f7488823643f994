import http from 'node:http';
import https from 'node:https';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import type {ApiServer} from './api/http/server.js';
import type {SeedOptions} from './seed.js';

/** Sends the sandbox's own requests to its API server, over the same door as everybody else's. */
export function apiRequest(api: ApiServer, token: string): SeedOptions['request'] {
	return async (method, path, body, contentType) => {
		const url = new URL(path, api.url);
		const options = {
			method,
			agent: false as const,
			// As whoever made them would have: it is noted in managedFields.
			headers: {
				authorization: `Bearer ${token}`,
				'content-type': contentType,
				'user-agent': 'kubectl/v1.35.0',
			},
		};
		const request =
			url.protocol === 'https:'
				? https.request(url, {...options, ca: api.certificateAuthority ?? ''})
				: http.request(url, options);
		const answered = once(request, 'response');
		request.end(JSON.stringify(body));
		const [response]: unknown[] = await answered;
		if (!(response instanceof http.IncomingMessage)) {
			throw new TypeError('the API server of the sandbox gave no answer');
		}

		const answer = await text(response);
		if (response.statusCode === undefined || response.statusCode >= 300) {
			throw new Error(`the API server of the sandbox refused ${method} ${path}: ${answer}`);
		}
	};
}
