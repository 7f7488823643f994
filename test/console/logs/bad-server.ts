/** The log that a console shows, and a server that says what a bad day says. */
import {onTestFinished} from 'vitest';
import {createLogs, type Logs} from '../../../source/console/logs/logs.js';
import type {LogsSheet} from '../../../source/console/sheets/inspected.js';
import type {ConsoleState, ConsoleStore} from '../../../source/console/state/state.js';
import {connect} from '../../../source/kube/connect.js';
import {systemTimers, type Timers} from '../../../source/kube/timers.js';
import {startApiServer, type ApiServer, type Exchange} from '../../support/kube/api-server.js';
import {until, type World} from '../../support/world.js';

/** The log that is open. */
export function logOf({sheets}: ConsoleState): LogsSheet {
	const sheet = sheets.findLast(({kind}) => kind === 'logs');
	if (sheet?.kind !== 'logs') throw new Error('no log is open');
	return sheet;
}

export async function phase(store: ConsoleStore, kind: LogsSheet['phase']['kind']): Promise<LogsSheet> {
	return until(store, kind, state => logOf(state).phase.kind === kind && logOf(state));
}

export async function line(store: ConsoleStore, wanted: string): Promise<LogsSheet> {
	return until(store, wanted, state => logOf(state).lines.includes(wanted) && logOf(state));
}

export const podName = 'cart-00002-deployment-5d8f-x7k2p';

/** The pod of cart-00002, with this many restarts of its container. */
export function pod({
	restarts = 0,
	state = {running: {}},
	version = '1',
}: {restarts?: number; state?: object; version?: string} = {}) {
	return {
		metadata: {name: podName, namespace: 'default', resourceVersion: version},
		spec: {containers: [{name: 'user-container'}, {name: 'queue-proxy'}]},
		status: {containerStatuses: [{name: 'user-container', restartCount: restarts, state}]},
	};
}

/** A server that has these pods, and hands over the requests for a log and the watch of the pods as they come. */
export async function badServer(
	world: World,
	pods: object[],
	onLog: (exchange: Exchange) => void,
	timers: Pick<Timers, 'sleep'> = systemTimers,
) {
	const {store} = await world.console('cart');
	const server: ApiServer = await startApiServer();
	const watch = Promise.withResolvers<{send: (...events: unknown[]) => void}>();
	server.always(exchange => {
		if (exchange.path.endsWith('/log')) return onLog(exchange);
		if (exchange.query.get('watch') === '1') return watch.resolve(exchange.stream());
		exchange.answer(200, {kind: 'PodList', metadata: {resourceVersion: '1'}, items: pods});
	});
	const cluster = await connect({kubeconfigText: server.kubeconfig()});
	onTestFinished(async () => {
		store.setState({sheets: []});
		await cluster.close();
		await server.close();
	});
	const logs: Logs = createLogs(store, () => 0, timers);
	logs.open(cluster);
	return {store, logs, server, watch: watch.promise};
}
