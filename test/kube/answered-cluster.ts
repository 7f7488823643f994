/** A cluster whose API server answers what the test says. */
import {afterEach, beforeEach} from 'vitest';
import type {Cluster} from '../../source/kube/cluster.js';
import {connect} from '../../source/kube/connect.js';
import {startApiServer, type ApiServer} from '../support/kube/api-server.js';
import {manualTimers, type ManualTimers} from './manual-timers.js';

export let server: ApiServer;
export let cluster: Cluster;
export let timers: ManualTimers;

/** For each test one of its own, and a clock by which the requests go. */
export function withCluster(): void {
	beforeEach(async () => {
		timers = manualTimers();
		server = await startApiServer();
		cluster = await connect({kubeconfigText: server.kubeconfig(), timers});
	});

	afterEach(async () => {
		await cluster.close();
		await server.close();
	});
}
