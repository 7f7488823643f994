/** Follows what the users of one service get, for as long as it is wanted, with the split as it is at each moment. */
import {isDeepStrictEqual} from 'node:util';
import type {Cluster} from '../../kube/cluster.js';
import {servingPath} from '../../kube/paths.js';
import {reflect} from '../../kube/watch/reflector.js';
import {comparedRevisions, speaksGrpc, taggedRevisions} from '../../console/live/compared-pair.js';
import {routeSettled} from '../../knative/service/service-state.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import {configuredShares, type ExpectedShare} from '../evidence/expected-split.js';
import {readRevisions} from '../read/read-service.js';
import type {UsersMeter, UsersSnapshot, UsersSplit} from '../../users/users.js';

export type FollowedUsers = {service: ServiceView; snapshot: UsersSnapshot};

/** The split of a service as the users are measured by. */
function splitOfUsers(
	service: ServiceView,
	revisions: readonly RevisionView[],
	expected?: readonly ExpectedShare[],
): UsersSplit {
	return {
		weights: expected ?? configuredShares(service.statusTraffic),
		tagged: taggedRevisions(service.statusTraffic),
		isSettling: !routeSettled(service) || service.splitDoubt !== undefined,
		pair: comparedRevisions(service, revisions),
		isGrpc: speaksGrpc(service.statusTraffic, revisions),
	};
}

/**
 * @param expected What users are to get, where that is not what the route has.
 * @param found The service as it was read; followed from there on.
 * @param onRound Told after each round; says whether that was enough.
 */
export async function followUsers(
	cluster: Cluster,
	found: ServiceView,
	{
		meter,
		expected,
		onRound,
		signal,
	}: {
		meter: UsersMeter;
		expected?: readonly ExpectedShare[];
		onRound: (now: FollowedUsers) => boolean;
		signal?: AbortSignal;
	},
): Promise<void> {
	let service = found;
	const put = async (next: ServiceView) => {
		service = next;
		const revisions = (await readRevisions(cluster, next.namespace, next.name)) ?? [];
		if (service === next) meter.setSplit(splitOfUsers(next, revisions, expected));
	};
	await put(found);
	const {promise, resolve, reject} = Promise.withResolvers<void>();
	const putIfChanged = (object: unknown) => {
		const parsed = parseService(object);
		if (!parsed.ok || parsed.value.name !== found.name) return;
		if (!isDeepStrictEqual(parsed.value, service)) void put(parsed.value).catch(reject);
	};
	const reflector = reflect(
		cluster,
		{
			path: servingPath('services', found.namespace),
			query: {fieldSelector: `metadata.name=${found.name}`},
		},
		{
			onChange(change) {
				if (change.type === 'page') for (const item of change.items) putIfChanged(item);
				else if (change.type === 'put') putIfChanged(change.object);
				else resolve();
			},
			// What is shown of the service may be old; what its pods say is not.
			onState() {},
		},
	);
	const unsubscribe = meter.subscribe(() => {
		if (onRound({service, snapshot: meter.snapshot()})) resolve();
	});
	const onAbort = () => reject(signal?.reason);
	signal?.addEventListener('abort', onAbort, {once: true});
	meter.start();
	try {
		await promise;
	} finally {
		signal?.removeEventListener('abort', onAbort);
		unsubscribe();
		reflector.stop();
		meter.stop();
	}
}
