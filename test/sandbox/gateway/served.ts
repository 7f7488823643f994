/** A gateway of the sandbox before pods whose app is the test's. */
import http from 'node:http';
import {once} from 'node:events';
import {afterEach} from 'vitest';
import {startGateway} from '../../../source/sandbox/gateway/gateway.js';
import {RevisionBackend, type BackendSettings} from '../../../source/sandbox/gateway/revision-backend.js';
import {createRoutingTable} from '../../../source/sandbox/gateway/routing-table.js';
import type {IngressRule} from '../../../source/knative/objects/wire.js';

export const cleanups: (() => Promise<void>)[] = [];

export function rule(
	host: string,
	splits: Record<string, number>,
	visibility: IngressRule['visibility'] = 'ExternalIP',
): IngressRule {
	return {
		hosts: [host],
		visibility,
		http: {
			paths: [
				{
					splits: Object.entries(splits).map(([serviceName, percent]) => ({
						serviceName,
						serviceNamespace: 'default',
						servicePort: 80,
						percent,
					})),
				},
			],
		},
	};
}

const http1: BackendSettings = {protocol: 'http1', timeoutSeconds: 30, containerConcurrency: 0};

export async function start(random: () => number = Math.random) {
	const table = createRoutingTable();
	const backends = new Map<string, RevisionBackend>();
	const gateway = await startGateway({
		port: 0,
		table,
		backendOf: destination => backends.get(destination.revision),
		random,
	});
	cleanups.push(() => gateway.close());
	return {
		port: gateway.port,
		table,
		/** A revision with its one pod, or without any. */
		revision: (
			name: string,
			container?: {host: string; port: number},
			settings: Partial<BackendSettings> = {},
		) => {
			const woken = Promise.withResolvers<void>();
			const backend = new RevisionBackend({...http1, ...settings}, {onDemand: woken.resolve});
			if (container) {
				backend.add({pod: `${name}-pod`, host: container.host, port: container.port});
			}

			backends.set(name, backend);
			return {backend, woken: woken.promise};
		},
	};
}

type GatewayAnswer = {status: number; headers: http.IncomingHttpHeaders; body: string};

export async function get(
	port: number,
	host: string,
	options: {headers?: Record<string, string>; agent?: http.Agent; method?: string; body?: string} = {},
): Promise<GatewayAnswer> {
	const request = http.request({
		host: '127.0.0.1',
		port,
		path: '/',
		method: options.method ?? 'GET',
		agent: options.agent ?? false,
		headers: {host, ...options.headers},
	});
	request.end(options.body);
	const [response] = await once(request, 'response');
	let body = '';
	for await (const chunk of response) {
		body += chunk;
	}

	return {status: response.statusCode, headers: response.headers, body};
}

/** What a test has started ends with it. */
export function withCleanUp(): void {
	afterEach(async () => {
		for (const cleanup of cleanups.splice(0).toReversed()) {
			await cleanup();
		}
	});
}
