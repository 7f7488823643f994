/**
 * The sandbox: a small Knative inside this process. An API server, the controllers, pods behind real sockets and a
 * gateway, all on loopback and all in memory.
 */
import {randomBytes} from 'node:crypto';
import {rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {createApiFaults, type ApiFaultSwitch} from './api/faults.js';
import {kubeconfigYaml, writeKubeconfig, type KubeconfigOptions} from './api/kubeconfig.js';
import {startApiServer, type ApiServer} from './api/server.js';
import {apiRequest} from './api-request.js';
import {createEventRecorder} from './controller/events.js';
import {startControllers} from './controller/manager.js';
import {gather} from './crowd.js';
import {furnish} from './furniture.js';
import {createGatewayFaults, type GatewayFaultSwitch} from './gateway/faults.js';
import {startGateway} from './gateway/gateway.js';
import {deployGateway, nodesOf} from './gateway-workload.js';
import {admin, roles} from './roles.js';
import {seed} from './seed.js';
import {createManagedStore} from './managed-store.js';
import type {Pace} from './state.js';
import {createObjectStore} from './store/object-store.js';
import {createPace} from './store/pace.js';
import {startSwitchServer} from './switches/server.js';

export type SandboxOptions = {
	/** On 127.0.0.1; a free one unless told. */
	apiPort?: number;
	/** On 127.0.0.1; a free one unless told. */
	gatewayPort?: number;
	/** Of the switches, on 127.0.0.1; a free one unless told. */
	switchPort?: number;
	/**
	 * How many times as fast as a real cluster controllers, pods and autoscaler work; above 0, 1 unless told: a Service is
	 * Ready in about two seconds and idle after a minute. At Infinity everything comes at once and nothing becomes idle.
	 * Requests are not hurried: their time limits and the latency of an app pass in real time.
	 */
	pace?: number;
	/** Whether there are services to begin with; true unless told. */
	seed?: boolean;
	/** That many services more, of that many revisions each, all scaled to zero; none unless told. */
	crowd?: {services: number; revisions: number};
	/** What the gateway draws revisions by, in [0, 1); Math.random unless told. */
	random?: () => number;
	/**
	 * Serve the API over HTTPS, under a certificate that the kubeconfig trusts: kubectl and kn send no token over plain
	 * HTTP. True unless told.
	 */
	tls?: boolean;
	/** Is told of what a controller could not do; it is tried again. Written to nowhere unless told. */
	onError?: (error: unknown, where: string) => void;
};

export type Sandbox = {
	apiUrl: string;
	token: string;
	/** The certificate to trust, in PEM; absent without TLS. */
	certificateAuthority?: string;
	kubeconfigPath: string;
	kubeconfig: string;
	/** `127.0.0.1:<port>`. */
	gatewayAddress: string;
	/** Where what goes wrong on purpose is switched, over HTTP, with the same token. */
	switchesUrl: string;
	/** What goes wrong at the API server on purpose; nothing to begin with. */
	apiFaults: ApiFaultSwitch;
	/** What goes wrong at the gateway on purpose; nothing to begin with. */
	gatewayFaults: GatewayFaultSwitch;
	/** Closes every listener, pod and connection, and removes the kubeconfig. Idempotent. */
	stop(): Promise<void>;
};

/**
 * Starts a sandbox; resolves when its services are there and settled.
 *
 * @throws RangeError when the pace is not above 0; Error when a port is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const {
		apiPort = 0,
		gatewayPort = 0,
		switchPort = 0,
		random = Math.random,
		onError = () => {},
		tls = true,
	} = options;
	const usualPace = createPace(options.pace ?? 1);
	const pace = switchablePace(usualPace);
	let back = 0;
	const now = (): number => Date.now() - back;
	const store = createObjectStore({now});
	const stops: (() => Promise<void>)[] = [];
	let stopping: Promise<void> | undefined;
	const stop = (): Promise<void> => {
		stopping ??= (async () => {
			// What was started last goes first.
			for (const task of stops.splice(0).toReversed()) {
				await task();
			}
		})();
		return stopping;
	};

	try {
		const managed = createManagedStore(store, now);
		const manager = startControllers({
			store: managed,
			pace,
			events: createEventRecorder(managed, {now, pace: usualPace}),
			now,
			random: Math.random,
			report: onError,
		});
		stops.push(() => manager.stop());
		const gatewayFaults = createGatewayFaults();
		const gatewayOptions = {
			backendOf: ({namespace, revision}: {namespace: string; revision: string}) =>
				manager.backends.get(`${namespace}/${revision}`),
			random,
			faults: gatewayFaults,
		};
		const gateway = await listening('gateway', gatewayPort, () =>
			startGateway({...gatewayOptions, port: gatewayPort, table: manager.tables.external}),
		);
		stops.push(() => gateway.close());
		const inner = await startGateway({...gatewayOptions, port: 0, table: manager.tables.internal});
		stops.push(() => inner.close());
		back = 30 * 24 * 3_600_000;
		furnish(store);
		const deployed = deployGateway(store, {external: gateway.port, internal: inner.port}, now);
		stops.push(async () => deployed.stop());
		back = 0;
		const users = roles.map(role => ({...role, token: randomBytes(24).toString('base64url')}));
		const token = users[0]?.token ?? '';
		const others = users.slice(1);
		const apiFaults = createApiFaults();
		const api = await listening('API server', apiPort, () =>
			startApiServer({
				store,
				port: apiPort,
				token,
				userName: admin.userName,
				groups: [...admin.groups],
				others: others.map(({userName: name, ...user}) => ({name, ...user})),
				tls,
				now,
				pods: nodesOf(manager.kubelet, deployed.runtime),
				faults: apiFaults,
			}),
		);
		stops.push(() => api.close());
		const switches = await listening('switches', switchPort, () =>
			startSwitchServer({port: switchPort, token, api: apiFaults, gateway: gatewayFaults, store}),
		);
		stops.push(() => switches.close());
		if (options.seed ?? true) {
			const restore = pace.hurry();
			await seed({
				store,
				request: apiRequest(api, token),
				setBack(milliseconds) {
					back = milliseconds;
				},
			});
			restore();
			manager.resync();
		}

		if (options.crowd) {
			back = 3_600_000;
			await gather(store, {...options.crowd, creator: admin.userName, now});
			back = 0;
		}

		manager.autoscaler.start();
		const kubeconfig = await publishKubeconfig(api, token, others);
		stops.push(kubeconfig.remove);
		return {
			apiUrl: api.url,
			token,
			...(api.certificateAuthority === undefined ? {} : {certificateAuthority: api.certificateAuthority}),
			kubeconfigPath: kubeconfig.path,
			kubeconfig: kubeconfig.text,
			gatewayAddress: `127.0.0.1:${gateway.port}`,
			switchesUrl: `http://127.0.0.1:${switches.port}`,
			apiFaults,
			gatewayFaults,
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Says of a port that is taken whose it was to be. */
async function listening<T>(what: string, port: number, start: () => Promise<T>): Promise<T> {
	try {
		return await start();
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? error.code : undefined;
		if (code === 'EADDRINUSE') {
			const message = `port ${port} of 127.0.0.1 is taken: give the sandbox's ${what} another one, or 0 for any`;
			throw new Error(message, {cause: error});
		}

		if (code === 'EACCES') {
			const message = `port ${port} may not be opened by this user: give the sandbox's ${what} one above 1023`;
			throw new Error(message, {cause: error});
		}

		throw error;
	}
}

async function publishKubeconfig(
	api: ApiServer,
	token: string,
	others: KubeconfigOptions['others'] & {},
): Promise<{path: string; text: string; remove: () => Promise<void>}> {
	const config = {
		server: api.url,
		certificateAuthority: api.certificateAuthority,
		token,
		userName: admin.userName,
		contextName: admin.contextName,
		namespace: 'default',
		others,
	};
	const file = await writeKubeconfig(config);
	// It holds a token: it goes even when the process is told to go at once.
	const onExit = (): void => rmSync(dirname(file.path), {recursive: true, force: true});
	process.once('exit', onExit);
	return {
		path: file.path,
		text: kubeconfigYaml(config),
		async remove() {
			process.off('exit', onExit);
			await file.remove();
		},
	};
}

/** A pace that can pass at once for a while. */
function switchablePace(usual: Pace): Pace & {hurry(): () => void} {
	let current = usual;
	return {
		get factor() {
			return current.factor;
		},
		after: (milliseconds, task) => current.after(milliseconds, task),
		hurry() {
			current = createPace(Number.POSITIVE_INFINITY);
			return () => {
				current = usual;
			};
		},
	};
}
