/** The requests that set a cluster up: JSON over HTTPS, as one user. */
import {once} from 'node:events';
import https from 'node:https';
import {text} from 'node:stream/consumers';

export type Client = ReturnType<typeof createClient>;

export function createClient({server, ca, token}: {server: string; ca: string; token: string}) {
	const agent = new https.Agent({ca, keepAlive: true});
	const client = {
		/** @returns the status code, 0 when the server could not be reached, and what it said. */
		async request(method: string, path: string, body?: object): Promise<{code: number; text: string}> {
			const content = body === undefined ? '' : JSON.stringify(body);
			const request = https.request(new URL(path, server), {
				method,
				agent,
				headers: {
					authorization: `Bearer ${token}`,
					...(content !== '' && {
						'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
						'content-length': Buffer.byteLength(content),
					}),
				},
			});
			try {
				request.end(content);
				const [response] = await once(request, 'response');
				return {code: response.statusCode, text: await text(response)};
			} catch (error) {
				return {code: 0, text: String(error)};
			}
		},
		/** Until the server answers as wanted. Throws with its last word after a minute. */
		async until(
			method: string,
			path: string,
			isWanted: (code: number, text: string) => boolean,
			body?: object,
		): Promise<string> {
			const end = performance.now() + 60_000;
			for (;;) {
				const answer = await client.request(method, path, body);
				if (isWanted(answer.code, answer.text)) return answer.text;
				if (performance.now() > end) {
					throw new Error(`${method} ${path}: still ${answer.code} ${answer.text} after a minute`);
				}
				await new Promise(resolve => {
					setTimeout(resolve, 100);
				});
			}
		},
		close(): void {
			agent.destroy();
		},
	};
	return client;
}
