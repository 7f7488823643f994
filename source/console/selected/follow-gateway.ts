/** Where the gateway of the selected service is, kept in the store; where only a port-forward leads there, that as long as it is needed. */
import {setTimeout as delay} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';
import type {ApiAnswer, Cluster} from '../../kube/cluster.js';
import {resolveGiven, type GivenGateway} from '../../kube/gateway/gateway-address.js';
import {dialTcp, type Dial} from '../../kube/gateway/reachable.js';
import {endpointText} from '../../knative/commands/endpoint.js';
import type {ServiceView} from '../../knative/service/service.js';
import {requestOptionsFor} from '../live/request-target.js';
import {gatewayKind} from '../state/gateway-kind.js';
import {selectedService} from '../state/read.js';
import type {ConsoleStore, GatewayState} from '../state/state.js';
import {
	findGateways,
	givenGateway,
	noPortSentence,
	openWays,
	routeOf,
	routesOf,
	withAuthorities,
	type AskedRoutes,
	type WaysFound,
} from './reach-gateway.js';

/**
 * Milliseconds until the gateway is looked for again when it was not found, or cannot be reached: a cluster may just be
 * getting one, and the operator opening a way there.
 */
const gatewayRetry = 10_000;

/** Milliseconds that the selection must rest: whoever walks through a list asks for nothing. */
const rest = 120;

/** Milliseconds for which what many services have in common (a gateway's Service, its nodes) is not read again. */
const remembered = 30_000;

/**
 * Keeps in the store where the gateway of the selected service is, until `signal` says stop: looks for it until there is one
 * that can be reached, and again when its Service has gone; also of the one of its own hosts, where that is another.
 *
 * @param given The operator's own word for where the gateway is; then it is not looked for.
 * @param retry Milliseconds between two looks.
 */
export function followGateway(
	store: ConsoleStore,
	cluster: Cluster,
	signal: AbortSignal,
	{given, retry = gatewayRetry}: {given?: GivenGateway | undefined; retry?: number} = {},
): void {
	const known = new Map<string, GatewayState>();
	const shared = sharedLooks(cluster);
	let current: string | undefined;
	/** Of a selection that has still to rest, … */
	let resting: NodeJS.Timeout | undefined;
	/** … and of the look for the gateway after that. */
	let ending: AbortController | undefined;

	const look = () => {
		const service = selectedService(store.getState());
		const route = service && routeOf(service);
		const host = service && requestOptionsFor(store.getState(), service.uid).host;
		const key = route && JSON.stringify({...route, host});
		if (key === current) return;
		const isFirst = current === undefined;
		current = key;
		clearTimeout(resting);
		ending?.abort();
		ending = undefined;
		if (!route || key === undefined) return;
		const put: PutGateway = (gateway, {isSettled = false} = {}) => {
			if (current !== key || signal.aborted) return;
			if (isSettled) known.set(key, gateway);
			const {gateway: shown, gatewayNames} = store.getState();
			// That of a host of one's own may be another than the services of this kind have.
			const names = host === undefined ? withName(gatewayNames, service, gateway) : gatewayNames;
			// Most services have the same one, and a key that goes from one to the next is to be told of once.
			if (names === gatewayNames && isSameWay(shown, gateway)) return;
			store.setState({gateway, gatewayNames: names});
		};
		const cached = known.get(key);
		if (cached) return put(cached);
		const {gateway: shown} = store.getState();
		const before = shown.kind === 'looking' ? shown.before : shown;
		put({kind: 'looking', ...(before && {before})});
		const begin = () => {
			ending = new AbortController();
			const until = AbortSignal.any([signal, ending.signal]);
			void followRoutes(
				async () => routesOf(shared.cluster, service, host),
				{signal: until, retry, onAgain: () => put({kind: 'looking'})},
				async (routes, over) => {
					// Whose it is may be known by the next time that it is asked for.
					const isSettled = routes.hostOwner === undefined;
					if (given) return put(await givenGateway(cluster, given, routes), {isSettled});
					await lookForGateway(put, {cluster, routes, shared, retry}, over);
				},
			);
		};
		if (isFirst) return begin();
		resting = setTimeout(begin, rest).unref();
	};

	if (given) store.setState({gateway: {kind: 'found', via: '--gateway', ...resolveGiven(given, 'http')}});
	const unsubscribe = store.subscribe(look);
	const end = () => {
		clearTimeout(resting);
		unsubscribe();
	};
	signal.addEventListener('abort', end, {once: true});
	look();
}

/** Goes by what is known of the routes; where not all of that was answered it is read again until it is, and gone by from then on. */
async function followRoutes(
	read: () => Promise<AskedRoutes>,
	{signal, retry, onAgain}: {signal: AbortSignal; retry: number; onAgain: () => void},
	go: (routes: AskedRoutes, ending: AbortSignal) => Promise<void>,
): Promise<void> {
	for (let routes = await read(); !signal.aborted;) {
		const answered = new AbortController();
		const going = go(routes, AbortSignal.any([signal, answered.signal]));
		const isOpen = isUnanswered(routes);
		while (isUnanswered(routes)) {
			await pause(retry, signal);
			if (signal.aborted) return;
			routes = await read();
		}
		if (!isOpen) return going;
		onAgain();
		answered.abort();
		await going;
	}
}

const isUnanswered = ({hostOwner}: AskedRoutes): boolean =>
	hostOwner?.kind === 'unknown' && hostOwner.isUnanswered === true;

/** Not through a port-forward, whose state changes while it is the same one. Looked for it is, as long as services are walked through. */
const isSameWay = (one: GatewayState, other: GatewayState): boolean =>
	(one.kind === 'looking' && other.kind === 'looking' && one.before === other.before) ||
	(one.kind === 'found' &&
		other.kind === 'found' &&
		!one.forward &&
		!other.forward &&
		!one.own?.forward &&
		!other.own?.forward &&
		isDeepStrictEqual(one, other));

/** The same map where it says so already. */
function withName(
	names: ReadonlyMap<string, string>,
	service: ServiceView | undefined,
	gateway: GatewayState,
): ReadonlyMap<string, string> {
	if (!service || gateway.kind !== 'found') return names;
	const kind = gatewayKind(service);
	// `kourier, port of a node`: which gateway it is, without the way to it.
	const [name = ''] = gateway.via.split(',');
	return names.get(kind) === name ? names : new Map([...names, [kind, name]]);
}

/** `isSettled`: it is not looked for again. */
type PutGateway = (gateway: GatewayState, options?: {isSettled?: boolean}) => void;

type Shared = {cluster: Cluster; dial: Dial; /** What was wrong may be right by now. */ forget(): void};

type Looking = {cluster: Cluster; routes: AskedRoutes; shared: Shared; retry: number};

async function lookForGateway(put: PutGateway, looking: Looking, signal: AbortSignal): Promise<void> {
	const {cluster, retry} = looking;
	for (let isFirst = true; !signal.aborted; isFirst = false) {
		if (!isFirst) looking.shared.forget();
		const ways = await findUntil(signal, looking);
		if (!ways) return;
		const {found, ownInside} = ways;
		if (found.kind === 'inside' || (ownInside && leadsThere(ways))) {
			await forwardWhileNeeded(put, looking, ways, signal);
			continue;
		}
		const isOver = leadsThere(ways) && !ways.isOwnMissing;
		put(await withAuthorities(cluster, found), {isSettled: isOver && !looking.routes.hostOwner});
		if (isOver) return;
		await pause(retry, signal);
	}
}

/** What was found; undefined when `signal` said stop before. */
async function findUntil(signal: AbortSignal, {routes, shared}: Looking): Promise<WaysFound | undefined> {
	try {
		const found = await findGateways(shared.cluster, routes, {signal, dial: shared.dial});
		return signal.aborted ? undefined : found;
	} catch (error) {
		if (signal.aborted) return undefined;
		throw error;
	}
}

const leadsThere = ({found}: WaysFound): boolean =>
	found.kind === 'inside' || (found.kind === 'found' && found.unreached === undefined);

/** How many port-forwards it takes. */
const forwardsOf = ({found, ownInside}: WaysFound): number =>
	(found.kind === 'inside' ? 1 : 0) + (ownInside ? 1 : 0);

/**
 * A door that is missing for a moment, as its pod restarts, is no better than a port-forward to it; one that was missing and is
 * there again is better than none.
 */
const isBetter = (again: WaysFound, ways: WaysFound): boolean =>
	leadsThere(again) &&
	!again.isOwnMissing &&
	(ways.isOwnMissing === true || forwardsOf(again) < forwardsOf(ways));

/** What services have in common is asked for once in a while, and an address that took a connection is not tried for each. */
function sharedLooks(cluster: Cluster): Shared {
	const answers = new Map<string, {answer: Promise<ApiAnswer>; until: number}>();
	const reached = new Map<string, number>();
	return {
		cluster: {
			...cluster,
			get standing() {
				return cluster.standing;
			},
			async request(request) {
				const isShared = request.method === 'GET' && /^\/api\/v1\/(?!.*\/pods)/.test(request.path);
				if (!isShared) return cluster.request(request);
				const known = answers.get(request.path);
				if (known && known.until > Date.now()) return known.answer;
				const answer = cluster.request(request);
				answers.set(request.path, {answer, until: Date.now() + remembered});
				// What there was no answer to is asked again.
				answer.catch(() => answers.delete(request.path));
				return answer;
			},
		},
		async dial(place, signal) {
			const key = endpointText(place);
			if ((reached.get(key) ?? 0) > Date.now()) return;
			await dialTcp(place, signal);
			reached.set(key, Date.now() + remembered);
		},
		forget() {
			answers.clear();
			reached.clear();
		},
	};
}

/** Resolves when there is a better way by now, or none at all. */
async function forwardWhileNeeded(
	put: PutGateway,
	looking: Looking,
	ways: WaysFound,
	signal: AbortSignal,
): Promise<void> {
	const {cluster, retry} = looking;
	const over = new AbortController();
	const ending = AbortSignal.any([signal, over.signal]);
	let gateway: (() => GatewayState) | undefined;
	/** Somebody may connect to the first of two before the other is open. */
	function publish(): void {
		if (!signal.aborted && gateway) put(gateway());
	}
	const opened = await openWays(cluster, ways, {onState: publish, onGone: () => over.abort()}).catch(
		noPortSentence,
	);
	if (typeof opened === 'string') {
		if (!signal.aborted) put({kind: 'not found', sentence: opened});
		return pause(retry, signal);
	}
	const {isFailing, lacksOwn, close} = opened;
	({gateway} = opened);
	publish();
	while (!ending.aborted) {
		await pause(retry, ending);
		if (lacksOwn) over.abort();
		if (ending.aborted || !(isFailing() || ways.isOwnMissing)) continue;
		looking.shared.forget();
		const again = await findUntil(ending, looking);
		if (again && isBetter(again, ways)) over.abort();
	}
	await close();
	if (!signal.aborted) put({kind: 'looking'});
}

/** Ends early, without a word, when `signal` says stop. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	await delay(milliseconds, undefined, {signal, ref: false}).catch(() => {});
}
