import type {IngressRule} from '../../traffic/wire.js';

/** A revision that requests of a host may go to. */
export type Destination = {namespace: string; revision: string; weight: number};

export type RoutingTable = {
	/** Puts the public rules of one KIngress in the stead of those it had before, all at once. */
	program(ingress: string, rules: readonly IngressRule[]): void;
	remove(ingress: string): void;
	/** The destinations of a `Host` or `:authority`, with or without a port; undefined when no host matches. */
	match(authority: string | undefined): readonly Destination[] | undefined;
};

export function createRoutingTable(): RoutingTable {
	const byIngress = new Map<string, Map<string, readonly Destination[]>>();
	return {
		program(ingress, rules) {
			const hosts = new Map<string, readonly Destination[]>();
			for (const rule of rules) {
				// The cluster-local hosts are on the internal listener, which a client outside cannot reach.
				if (rule.visibility === 'ExternalIP') {
					const destinations = destinationsOf(rule);
					for (const host of rule.hosts) {
						hosts.set(host.toLowerCase(), destinations);
					}
				}
			}

			byIngress.set(ingress, hosts);
		},
		remove(ingress) {
			byIngress.delete(ingress);
		},
		match(authority) {
			const host = authority?.replace(/:\d*$/, '').toLowerCase();
			if (host === undefined || host === '') {
				return undefined;
			}

			for (const hosts of byIngress.values()) {
				const found = hosts.get(host);
				if (found) {
					return found;
				}
			}

			return undefined;
		},
	};
}

/** Splits of 0 % are left out; one alone takes everything (net-kourier pkg/generator/ingress_translator.go). */
function destinationsOf(rule: IngressRule): readonly Destination[] {
	const splits = rule.http.paths.flatMap(path => path.splits).filter(split => split.percent > 0);
	return splits.map(split => ({
		namespace: split.serviceNamespace,
		revision: split.serviceName,
		weight: splits.length === 1 ? 100 : split.percent,
	}));
}

/**
 * Draws the destination of one request: independent of every request before it, in proportion to the weights
 * (Knative specification 1.0, "Request Routing").
 *
 * @param random a number in [0, 1).
 * @returns undefined when there is nothing to draw from.
 */
export function draw(destinations: readonly Destination[], random: () => number): Destination | undefined {
	const total = destinations.reduce((sum, {weight}) => sum + weight, 0);
	let point = random() * total;
	for (const destination of destinations) {
		point -= destination.weight;
		if (point < 0) {
			return destination;
		}
	}

	return destinations.at(-1);
}
