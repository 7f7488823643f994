/**
 * What may go wrong at the gateway on purpose: for rehearsals of a bad night, and for tests of who has to live with it.
 * Switched while requests are under way; each request goes by what is set when it arrives.
 */
import {hostOf} from './authority.js';
import type {Destination} from './routing-table.js';

export type GatewayFaults = {
	/** Nothing listens: new connections are refused, the open ones are cut. */
	readonly down: boolean;
	/** Milliseconds of real time that each request waits before it is routed, 0 to ten minutes. */
	readonly delay: number;
	/** Share of requests, 0–1, that are never answered; the connection stays open until the client gives up. */
	readonly drop: number;
	/** Share of requests, 0–1, whose connection is reset instead of an answer (over HTTP/2: their stream). */
	readonly reset: number;
	/** Share of requests, 0–1, whose answer breaks off in its body. */
	readonly cut: number;
	/** Share of requests, 0–1, that Envoy answers itself with a 503. */
	readonly unavailable: number;
	/**
	 * Weights by revision, by host, that the gateway draws by instead of those of the KIngress: it lies about the
	 * split. Any numbers from 0 up of which one is above 0; revisions that are not named get nothing.
	 */
	readonly weights: Readonly<Record<string, Readonly<Record<string, number>>>>;
	/**
	 * The type of the Service in front of it. With `ClusterIP` it has no address outside of the cluster, as on kind or where
	 * things are locked down; the listener itself goes on.
	 */
	readonly service: 'LoadBalancer' | 'ClusterIP';
};

/** What becomes of one request. */
export type InjectedFault = 'serve' | 'drop' | 'reset' | 'cut' | 'unavailable';

export type GatewayFaultSwitch = {
	readonly current: GatewayFaults;
	/**
	 * Sets some of the faults and leaves the others; resolves when they are in effect, so that a request sent after it
	 * meets them.
	 *
	 * @throws RangeError (as a rejection) that says which value cannot be; nothing is changed then. Error when the
	 *   gateway cannot take up its port again.
	 */
	set(changes: Partial<GatewayFaults>): Promise<void>;
	/** All is well again. Resolves and rejects as `set` does. */
	clear(): Promise<void>;
	/** Draws what becomes of a request; the shares of drop, reset, cut and unavailable add up, to 1 at most. */
	next(): InjectedFault;
	/** What to draw from for a host: the truth, or what is set in its stead. */
	destinations(authority: string | undefined, truth: readonly Destination[]): readonly Destination[];
	/** Is called at each change and waited for. Returns the way to stop. */
	subscribe(listener: (faults: GatewayFaults) => Promise<void>): () => void;
};

export const noFaults: GatewayFaults = Object.freeze({
	down: false,
	delay: 0,
	drop: 0,
	reset: 0,
	cut: 0,
	unavailable: 0,
	weights: Object.freeze({}),
	service: 'LoadBalancer',
});

const shares = ['drop', 'reset', 'cut', 'unavailable'] as const;
const longestDelay = 600_000;

/** @param random in [0, 1); of its own, so that a seeded draw of revisions stays as it is. */
export function createGatewayFaults(random: () => number = Math.random): GatewayFaultSwitch {
	let current = noFaults;
	const listeners = new Set<(faults: GatewayFaults) => Promise<void>>();

	async function put(next: GatewayFaults): Promise<void> {
		const problem = problemOf(next);
		if (problem !== undefined) {
			throw new RangeError(problem);
		}

		current = next;
		await Promise.all([...listeners].map(listener => listener(next)));
	}

	return {
		get current() {
			return current;
		},
		async set(changes) {
			const weights = changes.weights && normalized(changes.weights);
			await put({...current, ...changes, ...(weights ? {weights} : {})});
		},
		clear: () => put(noFaults),
		next() {
			const {drop, reset, cut, unavailable} = current;
			if (drop + reset + cut + unavailable === 0) {
				return 'serve';
			}

			let point = random();
			for (const share of shares) {
				point -= current[share];
				if (point < 0) {
					return share;
				}
			}

			return 'serve';
		},
		destinations(authority, truth) {
			const {weights} = current;
			if (weights === noFaults.weights) {
				return truth;
			}

			const host = hostOf(authority ?? '');
			const told = Object.hasOwn(weights, host) ? weights[host] : undefined;
			const namespace = truth[0]?.namespace ?? 'default';
			return told
				? Object.entries(told)
						.filter(([, weight]) => weight > 0)
						.map(([revision, weight]) => ({namespace, revision, weight}))
				: truth;
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
	};
}

function normalized(weights: GatewayFaults['weights']): GatewayFaults['weights'] {
	return Object.keys(weights).length === 0
		? noFaults.weights
		: Object.fromEntries(Object.entries(weights).map(([host, told]) => [hostOf(host), {...told}]));
}

function problemOf(faults: GatewayFaults): string | undefined {
	const {delay, weights} = faults;
	if (!(delay >= 0 && delay <= longestDelay)) {
		return `the delay must be from 0 to ${longestDelay} milliseconds, not ${delay}`;
	}

	for (const share of shares) {
		if (!(faults[share] >= 0 && faults[share] <= 1)) {
			return `the share "${share}" must be from 0 to 1, not ${faults[share]}`;
		}
	}

	// A ten-thousandth of leeway: 0.1 + 0.2 + 0.7 is a little above 1.
	const sum = shares.reduce((total, share) => total + faults[share], 0);
	if (sum > 1.0001) {
		return `the shares ${shares.join(', ')} must add up to 1 at most, not ${sum}`;
	}

	for (const [host, told] of Object.entries(weights)) {
		const values = Object.values(told);
		if (
			!values.every(weight => Number.isFinite(weight) && weight >= 0) ||
			!values.some(weight => weight > 0)
		) {
			return `the weights of ${host} must be numbers from 0 up, one of them above 0: ${JSON.stringify(told)}`;
		}
	}

	return undefined;
}
