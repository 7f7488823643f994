/**
 * People who use the services: requests through the gateway, each over HTTP like anybody's, or a call of gRPC where that is what
 * the service speaks, at a rate that is switched.
 *
 * Their schedule is open: a request is sent when its time has come, however long the ones before it take.
 */
import {Agent, request as httpRequest} from 'node:http';
import {at, objectsOf, stringOf} from './api/body/json.js';
import {createGrpcCallers} from './grpc-users.js';
import {services} from './resources.js';
import type {ObjectStore, StoredObject} from './shared-store.js';

export type UserSettings = {
	/** Requests a second to each service, 0 to 500. */
	readonly rate: number;
	/** `namespace/name`, or a name in `default`; '' for every service that is Ready, 20 at the most. */
	readonly service: string;
	/** Whether requests come one by one at random, or at even distances. */
	readonly arrivals: 'poisson' | 'steady';
	/** What is asked for; of gRPC the method, `/package.Service/Method`, or `/` to be greeted. */
	readonly path: string;
};

export type UserCounts = {
	readonly sent: number;
	/** By what came of it: a status code, the name of one of gRPC, or `no answer`. */
	readonly answers: Readonly<Record<string, number>>;
	/** Requests whose time came while too many were under way. */
	readonly skipped: number;
};

export type Users = {
	readonly current: UserSettings;
	readonly counts: UserCounts;
	/**
	 * Sets some of it and leaves the rest; takes effect with the next request.
	 *
	 * @throws RangeError that says which value cannot be; nothing is changed then.
	 */
	set(changes: Partial<UserSettings>): void;
	/** Nobody comes any more, and nothing was counted. */
	clear(): void;
	stop(): void;
};

const nobody: UserSettings = {rate: 0, service: '', arrivals: 'poisson', path: '/'};
const mostServices = 20;
const mostUnderWay = 400;
/** Milliseconds after which a user gives up. */
const requestTimeout = 30_000;
/** Milliseconds between two looks at whose time has come: well below what anybody tells apart. */
const tick = 5;

/** @param gatewayPort Where the gateway listens on 127.0.0.1. */
export function createUsers({
	store,
	gatewayPort,
	random = Math.random,
}: {
	store: ObjectStore;
	gatewayPort: number;
	random?: () => number;
}): Users {
	const agent = new Agent({keepAlive: true, maxSockets: mostUnderWay});
	const callers = createGrpcCallers(gatewayPort, requestTimeout);
	let current = nobody;
	let sent = 0;
	let skipped = 0;
	let underWay = 0;
	let answers = new Map<string, number>();
	let timer: NodeJS.Timeout | undefined;
	/** When the next request to each host is due, by a clock that never goes back. */
	const due = new Map<string, number>();

	const gap = (): number => {
		const mean = 1000 / current.rate;
		return current.arrivals === 'steady' ? mean : -Math.log(1 - random()) * mean;
	};

	function send({host, isGrpc}: UsedHost): void {
		if (underWay >= mostUnderWay) {
			skipped++;
			return;
		}

		sent++;
		underWay++;
		const counted = answers;
		let isOver = false;
		const over = (what: string): void => {
			if (!isOver) {
				isOver = true;
				underWay--;
				counted.set(what, (counted.get(what) ?? 0) + 1);
			}
		};
		if (isGrpc) {
			callers.send({host, path: current.path}, over);
			return;
		}

		const request = httpRequest(
			{
				host: '127.0.0.1',
				port: gatewayPort,
				agent,
				path: current.path,
				headers: {host, 'user-agent': 'Mozilla/5.0'},
			},
			response => {
				response.resume();
				response.once('end', () => over(String(response.statusCode ?? 0)));
				response.once('close', () => over('no answer'));
			},
		);
		request.setTimeout(requestTimeout, () => request.destroy(new Error('gave up')));
		request.once('error', () => over('no answer'));
		request.end();
	}

	function sendDue(): void {
		const now = performance.now();
		const hosts = hostsOf(store, current.service);
		for (const host of due.keys()) {
			if (!hosts.some(used => used.host === host)) {
				due.delete(host);
			}
		}

		for (const used of hosts) {
			const {host} = used;
			let next = due.get(host) ?? now + gap();
			// After a halt of the machine nobody makes up for what was missed.
			next = Math.max(next, now - 1000);
			while (next <= now) {
				send(used);
				next += gap();
			}

			due.set(host, next);
		}
	}

	function follow(): void {
		if (current.rate > 0 && timer === undefined) {
			timer = setInterval(sendDue, tick);
			timer.unref();
		} else if (current.rate === 0) {
			clearInterval(timer);
			timer = undefined;
			due.clear();
		}
	}

	return {
		get current() {
			return current;
		},
		get counts() {
			return {sent, skipped, answers: Object.fromEntries(answers)};
		},
		set(changes) {
			const next = {...current, ...changes};
			const problem = problemOf(store, next);
			if (problem !== undefined) {
				throw new RangeError(problem);
			}

			current = next;
			due.clear();
			follow();
		},
		clear() {
			current = nobody;
			sent = 0;
			skipped = 0;
			answers = new Map();
			follow();
		},
		stop() {
			current = nobody;
			follow();
			agent.destroy();
			callers.stop();
		},
	};
}

function problemOf(store: ObjectStore, {rate, service, path}: UserSettings): string | undefined {
	if (!(rate >= 0 && rate <= 500)) {
		return `the rate must be from 0 to 500 requests a second, not ${rate}`;
	}

	if (!/^\/[!-~]*$/.test(path)) {
		return `the path must begin with a slash and be printable ASCII without spaces, not ${JSON.stringify(path)}`;
	}

	if (service !== '' && !serviceNamed(store, service)) {
		const known = store.list(services).map(({metadata}) => `${metadata.namespace ?? ''}/${metadata.name}`);
		const some = known.slice(0, mostServices).join(', ');
		return `there is no Service ${JSON.stringify(service)}; there is ${some === '' ? 'none' : some}`;
	}

	return undefined;
}

function serviceNamed(store: ObjectStore, text: string): StoredObject | undefined {
	const slash = text.indexOf('/');
	return slash === -1
		? store.get(services, 'default', text)
		: store.get(services, text.slice(0, slash), text.slice(slash + 1));
}

type UsedHost = {readonly host: string; readonly isGrpc: boolean};

/** The public hosts of the services that are asked for. */
function hostsOf(store: ObjectStore, service: string): readonly UsedHost[] {
	const chosen =
		service === ''
			? store.list(services).filter(isReady).slice(0, mostServices)
			: [serviceNamed(store, service)].filter(found => found !== undefined);
	return chosen.flatMap(({spec, status}) => {
		const url = stringOf(at(status, 'url'));
		return URL.canParse(url) ? [{host: new URL(url).host, isGrpc: speaksGrpc(spec)}] : [];
	});
}

/** By the name of the port, as Knative has it. */
const speaksGrpc = (spec: unknown): boolean =>
	objectsOf(at(spec, 'template', 'spec', 'containers')).some(({ports}) =>
		objectsOf(ports).some(({name}) => name === 'h2c'),
	);

const isReady = ({status}: StoredObject): boolean =>
	objectsOf(at(status, 'conditions')).some(({type, status: is}) => type === 'Ready' && is === 'True');
