/**
 * An API server with one service, `helloworld-go`, that says what it is told to say to a write. Everything else it does
 * as a cluster does: it lists, watches and answers access reviews.
 */
import {knativeRevision, knativeService, revisionName} from '../../knative/objects.js';
import {startApiServer, type Exchange} from './api-server.js';

export type ScriptedCluster = Awaited<ReturnType<typeof startScriptedCluster>>;

const services = '/apis/serving.knative.dev/v1/namespaces/default/services';
const one = `${services}/helloworld-go`;
const revisions = '/apis/serving.knative.dev/v1/namespaces/default/revisions';

const everything = (): boolean => true;
const notFound = (exchange: Exchange): void => exchange.answer(404, 'not found');

/** What a patch writes down about the release, as a server that took it has it. */
function noteIn(patch: unknown): Record<string, string> {
	const operations: unknown[] = Array.isArray(patch) ? patch : [];
	const value = operations
		.filter(
			operation => Reflect.get(Object(operation), 'path') === '/metadata/annotations/kn-canary.dev~1release',
		)
		.map(operation => String(Reflect.get(Object(operation), 'value')))
		.at(0);
	return value === undefined ? {} : {'kn-canary.dev/release': value};
}

export async function startScriptedCluster(options?: Parameters<typeof startApiServer>[0]) {
	const server = await startApiServer(options);
	const service = knativeService();
	service.metadata.generation = 4;
	service.spec.traffic = [
		{revisionName: revisionName(1), percent: 90, tag: 'stable', latestRevision: false},
		{revisionName: revisionName(2), percent: 10, tag: 'canary', latestRevision: false},
	];
	service.status = {
		...service.status,
		observedGeneration: 4,
		latestCreatedRevisionName: revisionName(2),
		latestReadyRevisionName: revisionName(2),
	};
	/** Writing requests, dry runs apart, as they came. */
	const writes: Exchange[] = [];
	let onWrite: (exchange: Exchange) => void = exchange => exchange.answer(200, changed());
	let onDryRun: (exchange: Exchange) => void = exchange => exchange.answer(200, changed(exchange.body));
	let onRead: (exchange: Exchange) => void = exchange => exchange.answer(200, service);
	let onOther: (exchange: Exchange) => void = notFound;
	let allowed: (verb: string, resource: string) => boolean = everything;

	/** The service as a roll back leaves it, one generation on. */
	function changed(body = writes.at(-1)?.body): object {
		return {
			...service,
			metadata: {
				...service.metadata,
				generation: 5,
				resourceVersion: '4712',
				annotations: {...service.metadata.annotations, ...noteIn(body)},
			},
			spec: {
				...service.spec,
				traffic: [
					{revisionName: revisionName(1), percent: 100, tag: 'stable', latestRevision: false},
					{revisionName: revisionName(2), percent: 0, tag: 'canary', latestRevision: false},
				],
			},
		};
	}

	server.always(exchange => {
		const {method, path, query, body} = exchange;
		if (path.endsWith('/selfsubjectaccessreviews')) {
			const attributes = Reflect.get(Object(Reflect.get(Object(body), 'spec')), 'resourceAttributes');
			const [verb, resource] = ['verb', 'resource'].map(key => String(Reflect.get(Object(attributes), key)));
			return exchange.answer(201, {...Object(body), status: {allowed: allowed(verb ?? '', resource ?? '')}});
		}
		if (method !== 'GET') {
			// A deletion says it in its body.
			if (query.get('dryRun') === 'All' || 'dryRun' in Object(body)) return onDryRun(exchange);
			writes.push(exchange);
			return onWrite(exchange);
		}
		if (path === one) return onRead(exchange);
		if (path !== services && path !== revisions) return onOther(exchange);
		if (query.get('watch') === '1') {
			exchange.stream();
			return;
		}
		const items = path === services ? [service] : [knativeRevision(1), knativeRevision(2)];
		exchange.answer(200, {kind: 'List', metadata: {resourceVersion: '4711'}, items});
	});

	return {
		server,
		service,
		writes,
		changed: () => changed(),
		onWrite(handler: (exchange: Exchange) => void) {
			onWrite = handler;
		},
		onDryRun(handler: (exchange: Exchange) => void) {
			onDryRun = handler;
		},
		/** Of the service itself, by name. */
		onRead(handler: (exchange: Exchange) => void) {
			onRead = handler;
		},
		/** Of all else than services and revisions. */
		onOther(handler: (exchange: Exchange) => void) {
			onOther = handler;
		},
		allow(rule: (verb: string, resource: string) => boolean) {
			allowed = rule;
		},
	};
}
