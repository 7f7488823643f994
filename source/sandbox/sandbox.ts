/**
 * The sandbox: a small Knative inside this process. An API server, the controllers, pods behind real sockets and a
 * gateway, all on loopback and all in memory.
 */
import {randomBytes} from 'node:crypto';
import {rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {at} from './api/body/json.js';
import {createApiFaults, type ApiFaultSwitch} from './api/http/api-faults.js';
import {kubeconfigYaml, writeKubeconfig, type KubeconfigOptions} from './api/http/sandbox-kubeconfig.js';
import {startApiServer, type ApiServer} from './api/http/server.js';
import {apiRequest} from './seed-request.js';
import {createEventRecorder} from './controller/events.js';
import {startControllers} from './controller/manager.js';
import {gather} from './crowd.js';
import {putDefaultObjects} from './default-objects.js';
import {createGatewayFaults, type GatewayFaultSwitch} from './gateway/gateway-faults.js';
import {startGateway} from './gateway/gateway.js';
import {deployGateway, nodesOf} from './gateway-workload.js';
import {serverlessServices} from './resources.js';
import {admin, roles, type UserRole} from './roles.js';
import {seed} from './seed.js';
import {createManagedStore} from './managed-store.js';
import type {SandboxPace} from './shared-store.js';
import {createObjectStore} from './store/object-store.js';
import {createPace} from './store/sandbox-pace.js';
import {startSwitchServer} from './switches/switch-server.js';
import {createUsers, type Users} from './simulated-users.js';

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
	/** Of the admin, as it is now. */
	readonly token: string;
	/** The certificate to trust, in PEM; absent without TLS. */
	certificateAuthority?: string;
	kubeconfigPath: string;
	/** What is in that file now. */
	readonly kubeconfig: string;
	/** `127.0.0.1:<port>`. */
	gatewayAddress: string;
	/** Where what goes wrong on purpose is switched, over HTTP, with the same token. */
	switchesUrl: string;
	/** What goes wrong at the API server on purpose; nothing to begin with. */
	apiFaults: ApiFaultSwitch;
	/** What goes wrong at the gateway on purpose; nothing to begin with. */
	gatewayFaults: GatewayFaultSwitch;
	/** Who uses the services; nobody to begin with. */
	users: Users;
	/**
	 * Gives every user a new token: those before are refused from now on, and the kubeconfig has the new ones. Tokens that
	 * had expired are as good as ever after that. Resolves with the path of the kubeconfig.
	 */
	rotateTokens(): Promise<string>;
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
			isProxied: ({namespace, revision}: {namespace: string; revision: string}) =>
				at(store.get(serverlessServices, namespace, revision)?.spec, 'mode') !== 'Serve',
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
		putDefaultObjects(store);
		const deployed = deployGateway(store, {external: gateway.port, internal: inner.port}, now);
		stops.push(async () => deployed.stop());
		const unsubscribe = gatewayFaults.subscribe(async ({service}) => deployed.expose(service));
		stops.push(async () => unsubscribe());
		back = 0;
		const tokens = issueTokens();
		const apiFaults = createApiFaults();
		const api = await listening('API server', apiPort, () =>
			startApiServer({
				store,
				port: apiPort,
				get token() {
					return tokens.of(admin);
				},
				userName: admin.userName,
				groups: [...admin.groups],
				others: roles.slice(1).map(role => ({
					name: role.userName,
					get token() {
						return tokens.of(role);
					},
					groups: role.groups,
					rules: role.rules,
				})),
				tls,
				now,
				pods: nodesOf(manager.kubelet, deployed.runtime),
				faults: apiFaults,
			}),
		);
		stops.push(() => api.close());
		const kubeconfig = await publishKubeconfig(configOf(api, tokens));
		stops.push(kubeconfig.remove);
		const rotateTokens = async (): Promise<string> => {
			tokens.rotate();
			apiFaults.set({expireTokens: false});
			await kubeconfig.rewrite(configOf(api, tokens));
			return kubeconfig.path;
		};
		const users = createUsers({store, gatewayPort: gateway.port});
		stops.push(async () => users.stop());
		const switches = await listening('switches', switchPort, () =>
			startSwitchServer({
				port: switchPort,
				get token() {
					return tokens.of(admin);
				},
				rotateTokens,
				api: apiFaults,
				gateway: gatewayFaults,
				users,
				store,
			}),
		);
		stops.push(() => switches.close());
		if (options.seed ?? true) {
			const restore = pace.hurry();
			await seed({
				store,
				request: apiRequest(api, tokens.of(admin)),
				setBack(milliseconds) {
					back = milliseconds;
				},
			});
			restore();
			manager.resync();
		}

		if (options.crowd) {
			const restore = pace.hurry();
			back = 3_600_000;
			await gather(store, {...options.crowd, creator: admin.userName, now});
			back = 0;
			// The gateway and the autoscaler take them up before anybody asks.
			await nextTurn();
			restore();
		}

		// Of what was before it came up an API server tells nobody.
		store.compact();
		manager.autoscaler.start();
		return {
			apiUrl: api.url,
			get token() {
				return tokens.of(admin);
			},
			...(api.certificateAuthority === undefined ? {} : {certificateAuthority: api.certificateAuthority}),
			kubeconfigPath: kubeconfig.path,
			get kubeconfig() {
				return kubeconfigYaml(configOf(api, tokens));
			},
			rotateTokens,
			gatewayAddress: `127.0.0.1:${gateway.port}`,
			switchesUrl: `http://127.0.0.1:${switches.port}`,
			apiFaults,
			gatewayFaults,
			users,
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

type Tokens = {of(role: UserRole): string; rotate(): void};

/** A token for each role. */
function issueTokens(): Tokens {
	const issued = new Map<string, string>();
	const rotate = (): void => {
		for (const {userName} of roles) {
			issued.set(userName, randomBytes(24).toString('base64url'));
		}
	};
	rotate();
	return {of: ({userName}) => issued.get(userName) ?? '', rotate};
}

function configOf(api: ApiServer, tokens: Tokens): KubeconfigOptions {
	return {
		server: api.url,
		certificateAuthority: api.certificateAuthority,
		token: tokens.of(admin),
		userName: admin.userName,
		contextName: admin.contextName,
		namespace: 'default',
		others: roles
			.slice(1)
			.map(role => ({userName: role.userName, contextName: role.contextName, token: tokens.of(role)})),
	};
}

async function publishKubeconfig(config: KubeconfigOptions): ReturnType<typeof writeKubeconfig> {
	const file = await writeKubeconfig(config);
	// It holds a token: it goes even when the process is told to go at once.
	const onExit = (): void => rmSync(dirname(file.path), {recursive: true, force: true});
	process.once('exit', onExit);
	return {
		...file,
		async remove() {
			process.off('exit', onExit);
			await file.remove();
		},
	};
}

/** A pace that can pass at once for a while. */
function switchablePace(usual: SandboxPace): SandboxPace & {hurry(): () => void} {
	let current = usual;
	return {
		get factor() {
			return current.factor;
		},
		after: (milliseconds, task) => current.after(milliseconds, task),
		now: () => current.now(),
		hold: () => current.hold(),
		hurry() {
			current = createPace(Number.POSITIVE_INFINITY);
			return () => {
				current = usual;
			};
		},
	};
}
