/** A reflector that follows one kind on an API server whose every answer is the test's, and what it tells. */
import {afterEach, beforeEach} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {
	reflect,
	type Reflector,
	type ReflectorChange,
	type ReflectorState,
} from '../../../source/kube/watch/reflector.js';
import {startApiServer, type ApiServer} from '../../support/kube/api-server.js';
import {manualTimers, type ManualTimers} from '../manual-timers.js';

export const path = '/apis/serving.knative.dev/v1/namespaces/default/services';

export function object(name: string, resourceVersion: string) {
	const metadata = {name, uid: `uid of ${name}`, resourceVersion};
	return {apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata};
}

export function list(resourceVersion: string, ...items: object[]) {
	return {kind: 'ServiceList', metadata: {resourceVersion}, items};
}

function isOf<K extends ReflectorState['kind']>(
	state: ReflectorState,
	kind: K,
): state is Extract<ReflectorState, {kind: K}> {
	return state.kind === kind;
}

/** Keeps what a reflector told, and waits for what it will tell. */
function recorder() {
	const changes: ReflectorChange[] = [];
	const states: ReflectorState[] = [];
	let openings = 0;
	let waiting: (() => boolean)[] = [];
	const check = () => {
		waiting = waiting.filter(attempt => !attempt());
	};
	const until = async <T>(find: () => T | undefined): Promise<T> => {
		const {promise, resolve} = Promise.withResolvers<T>();
		waiting.push(() => {
			const found = find();
			if (found !== undefined) resolve(found);
			return found !== undefined;
		});
		check();
		return promise;
	};
	return {
		changes,
		states,
		handlers: {
			onChange(change: ReflectorChange) {
				changes.push(change);
				check();
			},
			onState(state: ReflectorState) {
				states.push(state);
				check();
			},
		},
		/** The same cluster; keeps how many watches were opened. */
		observed(of: Cluster): Cluster {
			return {
				...of,
				watch: async (at, query, onEvent, signal, onOpen, onSending) =>
					of.watch(
						at,
						query,
						onEvent,
						signal,
						() => {
							onOpen?.();
							openings++;
							check();
						},
						onSending,
					),
			};
		},
		/** Resolves when the reflector knows that that many watches were accepted. */
		async opened(number: number): Promise<void> {
			await until(() => (openings >= number ? true : undefined));
		},
		/** The state when it is of that kind, also when it is already. */
		async state<K extends ReflectorState['kind']>(kind: K): Promise<Extract<ReflectorState, {kind: K}>> {
			return until(() => {
				const state = states.at(-1);
				return state && isOf(state, kind) ? state : undefined;
			});
		},
		/** The state after that many. */
		async told(number: number): Promise<ReflectorState> {
			return until(() => states[number]);
		},
		/** All changes as soon as there are that many. */
		async count(number: number): Promise<ReflectorChange[]> {
			return until(() => (changes.length >= number ? changes : undefined));
		},
	};
}

export let server: ApiServer;
export let cluster: Cluster;
export let timers: ManualTimers;
export let seen: ReturnType<typeof recorder>;

let reflector: Reflector | undefined;

/** Has it stopped when the test is over. */
export function stoppedAfterwards(started: Reflector): Reflector {
	reflector = started;
	return started;
}

export function follow(clock = timers): Reflector {
	return stoppedAfterwards(
		reflect(seen.observed(cluster), {path, query: {labelSelector: 'a=b'}}, seen.handlers, clock),
	);
}

/** Has the requests of the cluster go by the clock of the test, too. */
export async function reconnectWithTimers(): Promise<void> {
	await cluster.close();
	cluster = await connect({kubeconfigText: server.kubeconfig(), timers});
}

/** Answers a list and accepts the watch after it. */
export async function live(...items: object[]) {
	const listing = await server.next();
	listing.answer(200, list('10', ...items));
	const watching = await server.next();
	const stream = watching.stream();
	await seen.state('live');
	return {listing, watching, stream};
}

/** For each test a server, a cluster and a clock of its own. */
export function withFollowed(): void {
	beforeEach(async () => {
		server = await startApiServer();
		cluster = await connect({kubeconfigText: server.kubeconfig()});
		timers = manualTimers();
		seen = recorder();
	});

	afterEach(async () => {
		reflector?.stop();
		reflector = undefined;
		await cluster.close();
		await server.close();
	});
}
