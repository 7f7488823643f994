/** A gateway in front of a sandbox's own, which changes what that says. Stopped after the test. */
import {createServer, request as httpRequest, type IncomingMessage, type ServerResponse} from 'node:http';
import {onTestFinished} from 'vitest';
import type {Sandbox} from '../../../source/sandbox/sandbox.js';

export type FrontAnswer = {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	body: string | Uint8Array;
};

/** Undefined: as the sandbox's gateway says. `answer` asks that one. */
export type FrontRule = (
	request: IncomingMessage,
	answer: () => Promise<FrontAnswer>,
) => Promise<FrontAnswer | undefined>;

/** @returns The operator's own word for where the gateway is. */
export async function inFrontOf({gatewayAddress}: Pick<Sandbox, 'gatewayAddress'>, rule: FrontRule) {
	const [host, port] = gatewayAddress.split(':');
	const server = createServer((request, response) => void serve(request, response));
	async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const ask = async () => {
			const {promise, resolve, reject} = Promise.withResolvers<FrontAnswer>();
			const {method, url, headers} = request;
			httpRequest({host, port, method, path: url, headers}, upstream => {
				let body = '';
				upstream.setEncoding('utf8');
				upstream.on('data', (chunk: string) => {
					body += chunk;
				});
				upstream.on('end', () =>
					resolve({status: upstream.statusCode ?? 0, headers: upstream.headers, body}),
				);
			})
				.on('error', reject)
				.end();
			return promise;
		};
		try {
			const {status, headers, body} = (await rule(request, ask)) ?? (await ask());
			const {'content-length': _length, 'transfer-encoding': _encoding, ...kept} = headers;
			response.writeHead(status, kept);
			response.end(body);
		} catch {
			// What is behind it is gone: so is this answer.
			response.destroy();
		}
	}
	const listen = async (at: number) =>
		new Promise<void>(resolve => {
			server.listen(at, '127.0.0.1', resolve);
		});
	/** As a process that is killed: nobody listens, and what is under way breaks. */
	const down = () => {
		server.close();
		server.closeAllConnections();
	};
	await listen(0);
	onTestFinished(down);
	const address = server.address();
	const own = typeof address === 'object' && address ? address.port : 0;
	return {host: '127.0.0.1', port: own, tls: false, down, up: async () => listen(own)};
}

/** A page that is nobody's but the gateway's. */
export const page = (status: number, server: string): FrontAnswer => ({
	status,
	headers: {server, 'content-type': 'text/html'},
	body: `<html>\n<head><title>${status} Not Found</title></head></html>\n`,
});
