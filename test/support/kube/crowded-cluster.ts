/**
 * An API server with a crowd: many services of some revisions each, listed in pages, watched, and changed by the test. Each
 * object carries what real ones carry and no screen shows.
 */
import {knativeRevision, knativeService} from '../../knative/objects.js';
import {startApiServer, type Exchange} from './api-server.js';

/** In what a client need not keep: `metadata.managedFields` and the annotation of `kubectl apply`. */
export const ballast = 'ballast-that-nobody-shows';

const base = '/apis/serving.knative.dev/v1/namespaces/default/';
type Kind = 'services' | 'revisions';

export type CrowdedCluster = Awaited<ReturnType<typeof startCrowdedCluster>>;

export const crowdName = (number: number): string => `crowd-${String(number).padStart(4, '0')}`;

const burdened = <T extends {metadata: {annotations?: Record<string, string>}}>(object: T): T => ({
	...object,
	metadata: {
		...object.metadata,
		annotations: {
			...object.metadata.annotations,
			'kubectl.kubernetes.io/last-applied-configuration': ballast,
		},
		managedFields: [{manager: 'kubectl', operation: 'Update', fieldsV1: {[`f:${ballast}`]: {}}}],
	},
});

export function crowdService(number: number) {
	const service = knativeService();
	const name = crowdName(number);
	Object.assign(service.metadata, {name, uid: `uid-of-${name}`, resourceVersion: String(number)});
	return burdened(service);
}

export function crowdRevision(number: number, generation: number) {
	const revision = knativeRevision(generation);
	const service = crowdName(number);
	Object.assign(revision.metadata, {
		name: `${service}-${String(generation).padStart(5, '0')}`,
		resourceVersion: String(number),
		labels: {...revision.metadata.labels, 'serving.knative.dev/service': service},
	});
	return burdened(revision);
}

export async function startCrowdedCluster({services, revisions}: {services: number; revisions: number}) {
	const server = await startApiServer();
	const numbers = Array.from({length: services}, (_, index) => index + 1);
	const items = {
		services: numbers.map(number => crowdService(number)),
		revisions: numbers.flatMap(number =>
			Array.from({length: revisions}, (_, index) => crowdRevision(number, index + 1)),
		),
	};
	const watches: Record<Kind, ReturnType<Exchange['stream']>[]> = {services: [], revisions: []};
	/** The pages and watches that were asked for, in order: `services from 0 limit 50`, `revisions of crowd-0001 from 0 limit 250`. */
	const asked: string[] = [];
	const takers: {what: RegExp; take: (exchange: Exchange, goOn: () => void) => void}[] = [];
	let version = services;

	server.always(exchange => {
		const {path, query} = exchange;
		const kind =
			path === `${base}services` ? 'services' : path === `${base}revisions` ? 'revisions' : undefined;
		if (path.endsWith('/selfsubjectaccessreviews')) return exchange.answer(201, {status: {allowed: true}});
		if (kind === undefined) return exchange.answer(404, 'not found');
		if (query.get('watch') === '1') {
			asked.push(`watch ${kind}`);
			watches[kind].push(exchange.stream());
			return;
		}
		const from = Number(query.get('continue') ?? 0);
		const limit = Number(query.get('limit'));
		const service = query.get('labelSelector')?.replace('serving.knative.dev/service=', '');
		const what = `${kind}${service === undefined ? '' : ` of ${service}`} from ${from} limit ${limit}`;
		asked.push(what);
		const answer = () => {
			const found = service === undefined ? items[kind] : crowd.revisionsOf(service);
			const isMore = from + limit < found.length;
			exchange.answer(200, {
				kind: 'List',
				metadata: {resourceVersion: String(version), ...(isMore && {continue: String(from + limit)})},
				items: found.slice(from, from + limit),
			});
		};
		const taker = takers.find(each => each.what.test(what));
		if (taker) taker.take(exchange, answer);
		else answer();
	});

	/** Changes nothing of an object that is shown, but its resourceVersion, which is returned; and tells whoever watches. */
	function touch(kind: Kind, index: number): number {
		const object = items[kind][index]!;
		object.metadata.resourceVersion = String(++version);
		object.metadata.labels = {...object.metadata.labels, 'example.com/touched': String(version)};
		for (const watch of watches[kind]) watch.send({type: 'MODIFIED', object});
		return version;
	}

	const crowd = {
		server,
		asked,
		touch,
		/** Changes the spec of a service, and tells whoever watches. Returns its generation then. */
		change(index: number): number {
			const {metadata, status} = items.services[index]!;
			metadata.generation = version + 1;
			status.observedGeneration = version + 1;
			return touch('services', index);
		},
		/** As they are now, oldest first. */
		revisionsOf: (service: string) =>
			items.revisions.filter(({metadata: {labels}}) => labels?.['serving.knative.dev/service'] === service),
		/** One revision more, which no watch tells of. */
		add(number: number, generation: number): void {
			items.revisions.push(crowdRevision(number, generation));
		},
		/** From now on the test says what is answered to such a page; `goOn` answers as the server would. */
		take(what: RegExp, take: (exchange: Exchange, goOn: () => void) => void): void {
			takers.unshift({what, take});
		},
		/** Gives a revision that many pods, and tells whoever watches. */
		scale(index: number, pods: number): void {
			const revision = items.revisions[index]!;
			revision.status = {...revision.status, actualReplicas: pods};
			touch('revisions', index);
		},
	};
	return crowd;
}
