/** What became of something made or deleted whose end nobody wrote down, by what the cluster has now. Pure. */
import type {AttemptEnding} from '../../journal/attempt.js';
import type {Deed, DeedEnd} from '../../journal/deed.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import type {ServiceView} from '../../knative/service/service.js';

/** What the cluster has in a namespace, as far as it has told. */
export type Inventory = {
	server: string;
	namespace: string;
	/** All of them; undefined while that is not known. */
	services: readonly ServiceView[] | undefined;
	/** All of a service, by its name; undefined while they are not known. */
	revisionsOf: (service: string) => readonly RevisionView[] | undefined;
};

/** Milliseconds for which a request may still be on its way, from somebody who is gone. */
const underWay = 60_000;

/** The ends that can be told by now. */
export function settleDeeds(deeds: readonly Deed[], has: Inventory, now: number): AttemptEnding[] {
	return deeds.flatMap(deed => {
		if (deed.end !== undefined || deed.server !== has.server || deed.namespace !== has.namespace) return [];
		const end = endOf(deed, has, now - deed.at > underWay);
		return end ? [{id: deed.id, ...end}] : [];
	});
}

/** @param isOver A request of then is not on its way any more. */
function endOf(deed: Deed, has: Inventory, isOver: boolean): DeedEnd | undefined {
	if (!has.services) return undefined;
	const {object, uid, what} = deed;
	if (what === 'create service') return endOfCreation(deed, has.services, isOver);
	const isThere =
		what === 'delete service'
			? has.services.some(service => service.uid === uid && !service.deleting)
			: isRevisionThere(deed, has, has.services);
	if (isThere === undefined) return undefined;
	if (!isThere) return {how: 'made', sentence: `${object} is gone.`};
	return isOver ? {how: 'not made', sentence: `${object} is still there.`} : undefined;
}

function isRevisionThere(
	{service, uid}: Deed,
	has: Inventory,
	services: readonly ServiceView[],
): boolean | undefined {
	// They go with their service.
	if (services.every(({name}) => name !== service)) return false;
	return has.revisionsOf(service)?.some(revision => revision.uid === uid && !revision.deleting);
}

/** Who made it is no proof: a kubeconfig names its user otherwise than the server does. */
function endOfCreation(
	{object, at}: Deed,
	services: readonly ServiceView[],
	isOver: boolean,
): DeedEnd | undefined {
	const found = services.find(({name}) => name === object);
	if (!found) {
		const sentence = `There is no ${object}: it was never made, or was deleted since.`;
		return isOver ? {how: 'not known', sentence} : undefined;
	}
	const {creator, createdAt = at} = found;
	const by = creator === undefined ? '' : `, made by ${creator}`;
	// The clock of the server may be another one.
	if (createdAt < at - underWay) return {how: 'not made', sentence: `There was a ${object} before${by}.`};
	return createdAt > at + underWay
		? {how: 'not known', sentence: `The ${object} that is there is newer${by}.`}
		: {how: 'made', sentence: `${object} is there${by}.`};
}
