/** A running sandbox, and the ways to speak to its API and its gateway. */
import {once} from 'node:events';
import http from 'node:http';
import {text} from 'node:stream/consumers';
import {expect, onTestFinished} from 'vitest';
import {startSandbox, type Sandbox, type SandboxOptions} from '../../source/sandbox/sandbox.js';

/** Starts a sandbox without TLS, or as `options` say, that ends with the test. */
export async function start(options: SandboxOptions = {}): Promise<Sandbox> {
	const sandbox = await startSandbox({tls: false, ...options});
	onTestFinished(async () => sandbox.stop());
	return sandbox;
}

export const serving = '/apis/serving.knative.dev/v1/namespaces/default';

/** One request to its API server, and what came as JSON. */
export async function api(
	sandbox: Sandbox,
	path: string,
	init: {method?: string; body?: unknown} = {},
): Promise<unknown> {
	const {method = 'GET', body} = init;
	const response = await fetch(sandbox.apiUrl + path, {
		method,
		headers: {
			authorization: `Bearer ${sandbox.token}`,
			'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
		},
		...(body === undefined ? {} : {body: JSON.stringify(body)}),
	});
	return response.json();
}

/** What its gateway answers to a user of `host`. */
export async function get(sandbox: Sandbox, host: string): Promise<{status: number; body: string}> {
	const request = http.get(`http://${sandbox.gatewayAddress}/`, {headers: {host}, agent: false});
	const [response]: unknown[] = await once(request, 'response');
	if (!(response instanceof http.IncomingMessage)) {
		throw new TypeError('no answer');
	}

	return {status: response.statusCode ?? 0, body: await text(response)};
}

/** Waits for the first event of a watch whose object fits. */
export async function watched(
	sandbox: Sandbox,
	path: string,
	fits: (object: unknown) => boolean,
): Promise<unknown> {
	const response = await fetch(`${sandbox.apiUrl}${path}?watch=1`, {
		headers: {authorization: `Bearer ${sandbox.token}`},
		signal: AbortSignal.timeout(50_000),
	});
	let rest = '';
	for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			const event: unknown = JSON.parse(line);
			if (typeof event === 'object' && event !== null && 'object' in event && fits(event.object)) {
				return event.object;
			}
		}
	}

	throw new Error('the watch ended first');
}

/** Whether a Service is Ready in this generation. */
export const isReady =
	(name: string, generation: number) =>
	(object: unknown): boolean => {
		const wanted = {
			metadata: {name, generation},
			status: {
				observedGeneration: generation,
				conditions: expect.arrayContaining([expect.objectContaining({type: 'Ready', status: 'True'})]),
			},
		};
		try {
			expect(object).toMatchObject(wanted);
			return true;
		} catch {
			return false;
		}
	};

/** The template of a revision that greets `target`. */
export const greeter = (target: string) => ({
	spec: {
		containers: [
			{
				image: 'registry.example.com/knative-sample/helloworld-go:73fbdd56',
				env: [{name: 'TARGET', value: target}],
			},
		],
	},
});
