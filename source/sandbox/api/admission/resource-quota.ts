/**
 * ResourceQuotas: what the pods of a namespace may take together, and whether one more fits in.
 *
 * Source: k8s.io/apiserver pkg/admission/plugin/resourcequota/controller.go, kubernetes pkg/quota/v1/evaluator/core/pods.go.
 */
import {pods, resourceQuotas} from '../../resources.js';
import type {ObjectStore, StoredObject} from '../../shared-store.js';
import {at, objectsOf, stringOf} from '../body/json.js';
import {quantityOf} from './go-values.js';

/** Of one resource of a quota: `pods`, `requests.cpu`, `limits.memory`. */
type Amounts = Map<string, number>;

/** What a pod or a pod that is to be made takes. */
type Consumer = {metadata: {name: string; namespace?: string}; spec?: unknown};

const unitOf = (resource: string): 'cpu' | 'memory' | undefined =>
	resource.endsWith('cpu') ? 'cpu' : resource.endsWith('memory') ? 'memory' : undefined;

/** The containers of a pod with what they ask for under the name that a quota has for it. */
function containersWith(pod: Consumer, resource: string): {name: string; amount: number}[] {
	const unit = unitOf(resource) ?? '';
	const kind = resource.startsWith('limits.') ? 'limits' : 'requests';
	return objectsOf(at(pod.spec, 'containers')).map(container => {
		const resources = container['resources'];
		// What is not asked for is what it is limited to.
		const amount =
			at(resources, kind, unit) ?? (kind === 'requests' ? at(resources, 'limits', unit) : undefined);
		return {name: stringOf(container['name']), amount: quantityOf(amount)};
	});
}

function amountOf(pod: Consumer, resource: string): number {
	if (resource === 'pods' || resource === 'count/pods') {
		return 1;
	}

	return containersWith(pod, resource).reduce(
		(sum, {amount}) => sum + (Number.isNaN(amount) ? 0 : amount),
		0,
	);
}

const isCounted = (resource: string): boolean =>
	resource === 'pods' || resource === 'count/pods' || unitOf(resource) !== undefined;

/** What a quota allows of what pods take. */
function hardOf(quota: StoredObject): Amounts {
	const hard = at(quota.spec, 'hard');
	return new Map(
		Object.entries(typeof hard === 'object' && hard !== null ? hard : {})
			.filter(([resource]) => isCounted(resource))
			.map(([resource, quantity]) => [resource, quantityOf(quantity)]),
	);
}

/** What the pods of a namespace take of what a quota limits. */
export function usedOf(store: ObjectStore, quota: StoredObject): Amounts {
	const present = store
		.list(pods, quota.metadata.namespace)
		.filter(pod => !['Succeeded', 'Failed'].includes(stringOf(at(pod.status, 'phase'))));
	return new Map(
		[...hardOf(quota).keys()].map(resource => [
			resource,
			present.reduce((sum, pod) => sum + amountOf(pod, resource), 0),
		]),
	);
}

/** Why a pod may not be made, in the words of the API server; undefined when it may. */
export function quotaProblem(store: ObjectStore, pod: Consumer): string | undefined {
	for (const quota of store.list(resourceQuotas, pod.metadata.namespace)) {
		const problem = problemWith(quota, usedOf(store, quota), pod);
		if (problem !== undefined) {
			return `pods ${JSON.stringify(pod.metadata.name)} is forbidden: ${problem}`;
		}
	}

	return undefined;
}

function problemWith(quota: StoredObject, used: Amounts, pod: Consumer): string | undefined {
	const hard = [...hardOf(quota)].toSorted(([left], [right]) => (left < right ? -1 : 1));
	const {name} = quota.metadata;
	const unstated = hard
		.filter(([resource]) => unitOf(resource) !== undefined)
		.map(([resource]) => {
			const without = containersWith(pod, resource).filter(({amount}) => Number.isNaN(amount));
			return {resource, containers: without.map(container => container.name).toSorted()};
		})
		.filter(({containers}) => containers.length > 0)
		.map(({resource, containers}) => `${resource} for: ${containers.join(',')}`);
	if (unstated.length > 0) {
		return `failed quota: ${name}: must specify ${unstated.join('; ')}`;
	}

	const exceeded = hard
		.map(([resource, limit]) => ({
			resource,
			limit,
			taken: used.get(resource) ?? 0,
			wanted: amountOf(pod, resource),
		}))
		.filter(({limit, taken, wanted}) => taken + wanted > limit);
	if (exceeded.length === 0) {
		return undefined;
	}

	const told = (pick: (entry: (typeof exceeded)[number]) => number): string =>
		exceeded.map(entry => `${entry.resource}=${quantityText(entry.resource, pick(entry))}`).join(',');
	return `exceeded quota: ${name}, requested: ${told(entry => entry.wanted)}, used: ${told(entry => entry.taken)}, limited: ${told(entry => entry.limit)}`;
}

const kibi = 1024;

/** An amount as a quantity of Kubernetes, in the largest unit that it is a whole number of. */
export function quantityText(resource: string, amount: number): string {
	if (unitOf(resource) === 'memory') {
		const power = [4, 3, 2, 1].find(exponent => amount > 0 && amount % kibi ** exponent === 0) ?? 0;
		return `${amount / kibi ** power}${['', 'Ki', 'Mi', 'Gi', 'Ti'][power] ?? ''}`;
	}

	return Number.isInteger(amount) ? String(amount) : `${Math.round(amount * 1000)}m`;
}
