/** A sandbox of a test's own, a client beside the one under test, and consoles on it, with or without a terminal. */
import {connect, type ConnectOptions} from '../../source/kube/connect.js';
import type {Cluster} from '../../source/kube/cluster.js';
import {servingPath} from '../../source/kube/paths.js';
import type {HistoryFile} from '../../source/journal/journal-file.js';
import {startSandbox} from '../../source/sandbox/sandbox.js';
import {createConsole, type Console} from '../../source/console/console.js';
import type {GivenGateway} from '../../source/kube/gateway/gateway-address.js';
import type {Contexts} from '../../source/console/sheets/contexts-sheet.js';
import {selectedService} from '../../source/console/state/read.js';
import {seeded} from '../stats/parts/random.js';
import {selectNamed} from './select.js';
import type {ReviewSheet} from '../../source/console/sheets/sheets.js';
import type {ConsoleState} from '../../source/console/state/state.js';
import {until} from '../../source/demo/wait.js';
import {parseService, type ServiceView} from '../../source/knative/service/service.js';
import type {TrafficTarget} from '../../source/knative/objects/wire.js';

export {until} from '../../source/demo/wait.js';

export type World = Awaited<ReturnType<typeof startWorld>>;

/**
 * @param pace As of the sandbox; at Infinity, the default, everything comes at once and nothing becomes idle.
 * @param crowd So many services more.
 * @param random What the gateway draws revisions by; always the same numbers when not given, so that no verdict is off by chance.
 */
export async function startWorld({
	pace = Number.POSITIVE_INFINITY,
	tls = true,
	crowd,
	random = seeded(1),
}: {
	pace?: number;
	tls?: boolean;
	crowd?: {services: number; revisions: number};
	random?: () => number;
} = {}) {
	const sandbox = await startSandbox({pace, tls, ...(crowd && {crowd}), random});
	const other = await connect({kubeconfigText: sandbox.kubeconfig});
	const clusters: Cluster[] = [other];
	const consoles: Console[] = [];

	return {
		sandbox,
		/** Somebody else's client. */
		other,
		async connect(options: Partial<ConnectOptions> = {}): Promise<Cluster> {
			const cluster = await connect({kubeconfigText: sandbox.kubeconfig, ...options});
			clusters.push(cluster);
			return cluster;
		},
		/** A console that has seen the services, with `service` selected. */
		async console(
			service: string,
			options: {
				history?: HistoryFile;
				production?: RegExp;
				cluster?: Cluster;
				contexts?: Contexts;
				gateway?: GivenGateway;
				only?: string;
			} = {},
		): Promise<Console> {
			const console = createConsole({to: 'test', namespace: 'default', ...options});
			consoles.push(console);
			console.connected(options.cluster ?? (await connect({kubeconfigText: sandbox.kubeconfig})));
			await until(
				console.store,
				`${service} and its revisions`,
				state =>
					state.feeds.services.kind === 'live' &&
					state.feeds.revisions.kind === 'live' &&
					state.services.some(({name}) => name === service) &&
					state.revisions.has(`default/${service}`),
			);
			selectNamed(console.store, service);
			return console;
		},
		async service(name: string): Promise<ServiceView> {
			const {body} = await other.request({method: 'GET', path: servingPath('services', 'default', name)});
			const parsed = parseService(body);
			if (!parsed.ok) throw new Error(parsed.reason);
			return parsed.value;
		},
		/** As kubectl does it: without a guard. */
		async patch(name: string, patch: object): Promise<void> {
			const answer = await other.request({
				method: 'PATCH',
				path: servingPath('services', 'default', name),
				body: patch,
				contentType: 'application/merge-patch+json',
			});
			if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
		},
		async split(name: string, traffic: TrafficTarget[]): Promise<void> {
			await this.patch(name, {spec: {traffic}});
		},
		async delete(name: string): Promise<void> {
			const path = servingPath('services', 'default', name);
			const answer = await other.request({method: 'DELETE', path});
			if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
		},
		/** A service whose revisions have this template, and no split of its own. */
		async create(
			name: string,
			template: object,
			annotations?: Readonly<Record<string, string>>,
		): Promise<void> {
			const answer = await other.request({
				method: 'POST',
				path: servingPath('services', 'default'),
				body: {
					apiVersion: 'serving.knative.dev/v1',
					kind: 'Service',
					metadata: {name, namespace: 'default', ...(annotations && {annotations})},
					spec: {template},
				},
			});
			if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
		},
		/** Another service under the name of one that is gone, with these variables and no split of its own. */
		async createAnew(name: string, env: {name: string; value: string}[] = []): Promise<void> {
			await this.create(name, {
				spec: {containers: [{image: 'registry.example.com/samples/helloworld-go:1', env}]},
			});
		},
		async stop(): Promise<void> {
			await Promise.all(consoles.map(async console => console.stop()));
			await Promise.all(clusters.map(async cluster => cluster.close()));
			await sandbox.stop();
		},
	};
}

/** The review on top. */
export function reviewOf(state: ConsoleState): ReviewSheet {
	const sheet = state.sheets.at(-1);
	if (sheet?.kind !== 'review') {
		throw new Error(`no review is open: ${state.notice?.text ?? 'nothing was said'}`);
	}
	return sheet;
}

/** `cart-00001=90 cart-00002=10` of the selected service, as the watch tells it. */
export function splitWords(state: ConsoleState): string {
	const service = selectedService(state);
	return (service?.specTraffic ?? [])
		.map(({revision, percent}) => `${revision ?? '@latest'}=${percent}`)
		.join(' ');
}

/** Waits until the watch has told of this split. */
export async function splitSeen({store}: Console, words: string): Promise<void> {
	await until(store, words, state => splitWords(state) === words);
}
