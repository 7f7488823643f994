import http from 'node:http';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {createEventRecorder} from '../../../source/sandbox/controller/events.js';
import {startControllers} from '../../../source/sandbox/controller/manager.js';
import {getRevision, getService, type StoredService} from '../../../source/sandbox/controller/objects.js';
import {putDefaultObjects} from '../../../source/sandbox/default-objects.js';
import {startGateway} from '../../../source/sandbox/gateway/gateway.js';
import {configmaps, events, revisions, services} from '../../../source/sandbox/resources.js';
import {createObjectStore} from '../../../source/sandbox/store/object-store.js';
import {createPace} from '../../../source/sandbox/store/sandbox-pace.js';
import type {Condition, RevisionTemplate, TrafficTarget} from '../../../source/knative/objects/wire.js';

export const latest = (percent: number): TrafficTarget => ({latestRevision: true, percent});
export const pinned = (revisionName: string, percent: number, tag?: string): TrafficTarget => ({
	revisionName,
	percent,
	latestRevision: false,
	...(tag === undefined ? {} : {tag}),
});

/** A template as admission leaves it. */
export function template(
	options: {
		image?: string;
		env?: Record<string, string>;
		annotations?: Record<string, string>;
		port?: string;
		timeoutSeconds?: number;
		command?: string[];
		/** Fields of the container besides. */
		container?: Record<string, unknown>;
	} = {},
): RevisionTemplate {
	const {
		image = 'registry.example.com/test/helloworld-go:1',
		env = {},
		annotations,
		port,
		timeoutSeconds = 300,
	} = options;
	return {
		...(annotations ? {metadata: {annotations}} : {}),
		spec: {
			containers: [
				{
					name: 'user-container',
					image,
					env: Object.entries(env).map(([name, value]) => ({name, value})),
					resources: {},
					...(port === undefined ? {} : {ports: [{name: port, containerPort: 8080, protocol: 'TCP'}]}),
					...(options.command ? {command: options.command} : {}),
					...options.container,
				},
			],
			containerConcurrency: 0,
			timeoutSeconds,
		},
	};
}

export const shown = ({status, reason = '', message = ''}: Condition): string =>
	[status, reason, message].filter(part => part !== '').join(' ');

export type ControllerWorld = Awaited<ReturnType<typeof startWorld>>;

/** Store, controllers, pods and gateway, without an API server in front. */
export async function startWorld(options: {pace?: number; random?: () => number} = {}) {
	const store = createObjectStore();
	const errors: string[] = [];
	const pace = createPace(options.pace ?? Number.POSITIVE_INFINITY);
	const manager = startControllers({
		store,
		pace,
		events: createEventRecorder(store, {now: Date.now, pace}),
		now: Date.now,
		random: Math.random,
		report: (error, where) => void errors.push(`${where}: ${String(error)}`),
	});
	const gateway = await startGateway({
		port: 0,
		table: manager.tables.external,
		backendOf: ({namespace, revision}) => manager.backends.get(`${namespace}/${revision}`),
		random: options.random ?? Math.random,
	});
	putDefaultObjects(store);
	manager.autoscaler.start();

	const conditionsOf = (name: string, kind: 'service' | 'revision' = 'service'): Record<string, string> => {
		const key = `default/${name}`;
		const object = kind === 'service' ? getService(store, key) : getRevision(store, key);
		return Object.fromEntries(
			(object?.status?.conditions ?? []).map(condition => [condition.type, shown(condition)]),
		);
	};

	/** Waits until what the store holds is so; says what it was when it never became so. */
	async function until(isSo: () => boolean, what: () => unknown = () => ''): Promise<void> {
		if (isSo()) {
			return;
		}

		const {promise, resolve, reject} = Promise.withResolvers<void>();
		const unsubscribe = store.subscribe(() => {
			if (isSo()) {
				resolve();
			}
		});
		const timer = setTimeout(
			() => reject(new Error(`it never came to it: ${JSON.stringify(what())}`)),
			15_000,
		);
		try {
			await promise;
		} finally {
			clearTimeout(timer);
			unsubscribe();
		}
	}

	return {
		store,
		manager,
		port: gateway.port,
		conditionsOf,
		until,
		service: (name = 'hello'): StoredService => {
			const service = getService(store, `default/${name}`);
			if (!service) {
				throw new Error(`there is no Service ${name}`);
			}

			return service;
		},
		create: (
			name: string,
			spec: {template: RevisionTemplate; traffic?: TrafficTarget[]},
			labels: Record<string, string> = {},
			annotations: Record<string, string> = {},
		): void => {
			store.create(services, {
				apiVersion: 'serving.knative.dev/v1',
				kind: 'Service',
				metadata: {name, namespace: 'default', labels, annotations},
				spec: {traffic: [latest(100)], ...spec},
			});
		},
		update: (name: string, spec: {template?: RevisionTemplate; traffic?: TrafficTarget[]}): void => {
			store.update(services, 'default', name, 'main', current => ({
				...current,
				spec: {...(typeof current.spec === 'object' ? current.spec : {}), ...spec},
			}));
		},
		/** Waits until a Service is Ready at its newest generation. */
		ready: (name = 'hello'): Promise<void> =>
			until(
				() => {
					const service = getService(store, `default/${name}`);
					const {generation} = service?.metadata ?? {};
					return (
						service?.status?.observedGeneration === generation &&
						service?.status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True') ===
							true
					);
				},
				() => conditionsOf(name),
			),
		/** What ConfigurationsReady and RoutesReady say from now on, each change once. */
		transitions: (name = 'hello'): string[] => {
			const seen: string[] = [];
			store.subscribe(({resource, object}) => {
				if (resource === services && object.metadata.name === name) {
					const {ConfigurationsReady = '-', RoutesReady = '-'} = conditionsOf(name);
					const line = `${ConfigurationsReady} | ${RoutesReady}`;
					if (seen.at(-1) !== line) {
						seen.push(line);
					}
				}
			});
			return seen;
		},
		/** The reasons of the events about an object. */
		eventsOf: (name: string): string[] =>
			store
				.list(events, 'default')
				.filter(
					({metadata}) =>
						metadata.name.startsWith(`${name}.`) || metadata.name.startsWith(`${name}-deployment`),
				)
				.map(event => `${String(event['type'])} ${String(event['reason'])}`),
		annotate: (revision: string, annotations: Record<string, string>): void => {
			store.update(revisions, 'default', revision, 'main', current => ({
				...current,
				metadata: {...current.metadata, annotations: {...current.metadata.annotations, ...annotations}},
			}));
		},
		/** Changes the ConfigMaps of knative-serving. */
		configure: (name: string, data: Record<string, string>): void => {
			store.update(configmaps, 'knative-serving', name, 'main', current => ({
				...current,
				data: {...(typeof current['data'] === 'object' ? current['data'] : {}), ...data},
			}));
		},
		removeRevision: (name: string): void => void store.remove(revisions, 'default', name),
		get: async (host: string): Promise<{status: number; body: string}> => {
			const request = http.get({host: '127.0.0.1', port: gateway.port, headers: {host}, agent: false});
			const [response]: unknown[] = await once(request, 'response');
			if (!(response instanceof http.IncomingMessage)) {
				throw new TypeError('no answer');
			}

			return {status: response.statusCode ?? 0, body: await text(response)};
		},
		/** Throws when a controller could not do something: none of these tests asks for what cannot be done. */
		stop: async (): Promise<void> => {
			await manager.stop();
			await gateway.close();
			if (errors.length > 0) {
				throw new Error(errors.join('\n'));
			}
		},
	};
}
