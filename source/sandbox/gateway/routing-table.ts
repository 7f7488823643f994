import type {IngressRule} from '../../knative/objects/wire.js';
import {hostOf} from './authority.js';

/** A revision that requests of a host may go to. */
export type Destination = {namespace: string; revision: string; weight: number};

/** Where requests of a host go that carry the headers it asks for. */
export type Path = {
	/** In lower case; empty when everything fits. */
	readonly headers: readonly (readonly [name: string, value: string])[];
	readonly destinations: readonly Destination[];
	/** What the app is sent besides, in lower case. */
	readonly appendHeaders: Readonly<Record<string, string>>;
};

export type RoutingTable = {
	/** Puts the rules of one KIngress instead of those it had before, all at once. */
	program(ingress: string, rules: readonly IngressRule[]): void;
	remove(ingress: string): void;
	/** The path of a `Host` or `:authority`, with or without a port; undefined when no host matches. */
	match(
		authority: string | undefined,
		headers?: Readonly<Record<string, number | string | readonly string[] | undefined>>,
	): Path | undefined;
};

/** @param visible the rules of a KIngress that are served; the public ones unless told. */
export function createRoutingTable(
	visible: (rule: IngressRule) => boolean = ({visibility}) => visibility === 'ExternalIP',
): RoutingTable {
	/** By host, then by KIngress: of two that claim a host the first keeps it. */
	const hosts = new Map<string, Map<string, readonly Path[]>>();
	const hostsByIngress = new Map<string, readonly string[]>();

	function remove(ingress: string): void {
		for (const host of hostsByIngress.get(ingress) ?? []) {
			const claims = hosts.get(host);
			claims?.delete(ingress);
			if (claims?.size === 0) {
				hosts.delete(host);
			}
		}

		hostsByIngress.delete(ingress);
	}

	return {
		program(ingress, rules) {
			remove(ingress);
			const own: string[] = [];
			for (const rule of rules) {
				if (!visible(rule)) {
					continue;
				}

				const paths = rule.http.paths.map(pathOf);
				for (const host of rule.hosts.map(hostOf)) {
					const claims = hosts.get(host) ?? new Map<string, readonly Path[]>();
					claims.set(ingress, paths);
					hosts.set(host, claims);
					own.push(host);
				}
			}

			hostsByIngress.set(ingress, own);
		},
		remove,
		match(authority, headers = {}) {
			const [paths] = hosts.get(hostOf(authority ?? ''))?.values() ?? [];
			return paths?.find(path => path.headers.every(([name, value]) => headers[name] === value));
		},
	};
}

/** Splits of 0 % are left out; one alone takes everything (net-kourier pkg/generator/ingress_translator.go). */
function pathOf({splits, headers = {}, appendHeaders = {}}: IngressRule['http']['paths'][number]): Path {
	const weighted = splits.filter(split => split.percent > 0);
	return {
		headers: Object.entries(headers).map(([name, {exact}]) => [name.toLowerCase(), exact]),
		destinations: weighted.map(split => ({
			namespace: split.serviceNamespace,
			revision: split.serviceName,
			weight: weighted.length === 1 ? 100 : split.percent,
		})),
		appendHeaders: Object.fromEntries(
			Object.entries(appendHeaders).map(([name, value]) => [name.toLowerCase(), value]),
		),
	};
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
