/** What is wrong with the pods of revisions that are not ready: asked once. */
import {TransportError, type Cluster} from '../../kube/cluster.js';
import {parseList} from '../../kube/identity.js';
import {corePath} from '../../kube/paths.js';
import {parsePod} from '../../knative/objects/pod.js';
import {podTrouble, told, type RevisionTrouble} from '../../knative/revision/revision-trouble.js';
import {condition, serviceState} from '../../knative/service/service-state.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import type {ServiceView} from '../../knative/service/service.js';

/** Services that are asked about: each costs a request, and more than these at a time are no release but an outage. */
const most = 20;
/** Milliseconds: it is worth a look, and not that a roll back waits for it. */
const shortest = 2000;
/** Milliseconds after which a container that runs should have been ready; the clocks of two machines are compared. */
const lateAfter = 10_000;

/**
 * By uid of the service. Who may not list pods gets nothing, and no error: Knative's own words are there.
 *
 * @param now Milliseconds since 1970.
 */
export async function podTroubles(
	cluster: Cluster,
	services: readonly ServiceView[],
	now: number,
): Promise<ReadonlyMap<string, RevisionTrouble>> {
	const waiting = services.filter(
		service =>
			serviceState(service).kind === 'progressing' &&
			service.latestCreated !== undefined &&
			service.latestCreated !== service.latestReady,
	);
	const found = await Promise.all(
		waiting.slice(0, most).map(async service => {
			const since = condition(service, 'ConfigurationsReady')?.since;
			const isLate = since !== undefined && now - since > lateAfter;
			const trouble = await troubleOf(cluster, service.namespace, service.latestCreated ?? '', isLate);
			return trouble ? ([service.uid, trouble] as const) : undefined;
		}),
	);
	return new Map(found.filter(entry => entry !== undefined));
}

/**
 * The revisions of a service, of which the newest says what its pods say where it is not ready and has no words of its own:
 * who is told that it is not ready wants to know why.
 *
 * @param revisions Newest first.
 */
export async function withPodTrouble(
	cluster: Cluster,
	revisions: readonly RevisionView[],
	now: number,
): Promise<readonly RevisionView[]> {
	const [newest, ...older] = revisions;
	if (newest?.state.kind !== 'deploying') return revisions.map(revision => told(revision));
	const since = newest.conditions.find(({type}) => type === 'Ready')?.since;
	const isLate = since !== undefined && now - since > lateAfter;
	const trouble = await troubleOf(cluster, newest.namespace, newest.name, isLate);
	return [told(newest, trouble), ...older.map(revision => told(revision))];
}

async function troubleOf(
	cluster: Cluster,
	namespace: string,
	revision: string,
	isLate: boolean,
): Promise<RevisionTrouble | undefined> {
	try {
		const answer = await cluster.request({
			method: 'GET',
			path: corePath('pods', namespace),
			query: {labelSelector: `serving.knative.dev/revision=${revision}`, limit: '50'},
			timeout: shortest,
		});
		const list = answer.status === 200 ? parseList(answer.body) : undefined;
		const pods = (list?.items ?? []).flatMap(item => {
			const parsed = parsePod(item);
			return parsed.ok ? [parsed.value] : [];
		});
		return podTrouble(pods, isLate);
	} catch (error) {
		if (error instanceof TransportError) return undefined;
		throw error;
	}
}
