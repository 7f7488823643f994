/** What became of something made or deleted whose end nobody wrote down, by what the cluster has of that name now. Pure. */
import type {Deed, DeedEnd} from '../../journal/deed.js';

/** The object of that name, as it was read. */
export type FoundObject =
	| {kind: 'absent'}
	| {
			kind: 'there';
			uid: string;
			/** It is being deleted. */
			isGoing: boolean;
			/** Who made it and when, where it says so; milliseconds since 1970. */
			creator?: string | undefined;
			createdAt?: number | undefined;
	  };

/** Milliseconds for which a request may still arrive, from somebody who is gone. */
export const underWay = 60_000;

/** Undefined while it may still come. */
export function endOfDeed(deed: Deed, found: FoundObject, now: number): DeedEnd | undefined {
	const isOver = now - deed.at > underWay;
	const {object, uid, what} = deed;
	if (what === 'create service') return endOfCreation(deed, found, isOver);
	if (found.kind === 'absent') return {how: 'made', sentence: `${object} is gone.`};
	if (found.uid !== uid) {
		// Whoever has made another may have deleted the first.
		return {
			how: 'not known',
			sentence: `The ${object} that was meant is gone; the one there now is another.`,
		};
	}
	if (found.isGoing) return {how: 'made', sentence: `${object} is going.`};
	return isOver ? {how: 'not made', sentence: `${object} is still there.`} : undefined;
}

/** Who made it is no proof: a kubeconfig names its user otherwise than the server does. */
function endOfCreation({object, at}: Deed, found: FoundObject, isOver: boolean): DeedEnd | undefined {
	if (found.kind === 'absent') {
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
