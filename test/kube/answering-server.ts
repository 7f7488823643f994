/** An API server whose every answer is the test's, and consoles that are connected to it. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach} from 'vitest';
import {TransportError, type Cluster} from '../../source/kube/cluster.js';
import {connect, type ConnectOptions} from '../../source/kube/connect.js';
import {startApiServer, type ApiServer, type Protocol} from '../support/kube/api-server.js';
import {manualTimers, type ManualTimers} from './manual-timers.js';

export let server: ApiServer;
export let directory: string;
export let timers: ManualTimers;

export const clusters: Cluster[] = [];

export async function connected(options: ConnectOptions = {}): Promise<Cluster> {
	const cluster = await connect({kubeconfigText: server.kubeconfig(), timers, ...options});
	clusters.push(cluster);
	return cluster;
}

export async function failure(promise: Promise<unknown>): Promise<TransportError> {
	try {
		await promise;
	} catch (error) {
		if (error instanceof TransportError) return error;
		throw error;
	}
	throw new Error('it had an answer');
}

/** For each test one of its own, and a directory. Credentials are sent over TLS alone. */
export function withAnsweringServer({protocol = 'http'}: {protocol?: Protocol} = {}): void {
	beforeEach(async () => {
		timers = manualTimers();
		server = await startApiServer({protocol});
		directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-'));
	});

	afterEach(async () => {
		await Promise.all(clusters.splice(0).map(async cluster => cluster.close()));
		await server.close();
		await rm(directory, {recursive: true});
	});
}
