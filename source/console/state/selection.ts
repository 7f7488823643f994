/**
 * What is selected is an object, told by its uid. When it goes, the selection stays where it was and selects nothing: it
 * never falls on a neighbour, nor on another object that takes the name. Only the operator moves it. Pure.
 */
import type {ServiceView} from '../../knative/service/service.js';
import type {ObjectName} from '../tables/object-name.js';
import {placeOf} from '../tables/tables.js';
import type {Absence} from './absence.js';

/** A service, or a revision of one. */
export type Selected = ObjectName & {
	uid: string;
	/** Of a revision: its place among others is by age, not by name. */
	generation?: number;
	/** The watch has told of it: from then on it is gone when it is told of no more. Before, it is awaited. */
	wasSeen: boolean;
};

/** The next revision that is newer than the newest there was: made by the operator, who wants to see it next. */
export type AwaitedRevision = {newerThan: number};

export type RevisionChoice = Selected | AwaitedRevision;

/** The place in a list of what is selected and gone. `last`: a service as it was last told of. */
export type Gone = ObjectName & {uid: string; isGone: true; absence: Absence; last?: ServiceView | undefined};

type Identified = ObjectName & {uid: string};

/** Whether a row stands for what was selected and is there no more. */
export function isGone(item: Identified): item is Gone {
	return 'isGone' in item;
}

/** The selection of an object that is listed, and so was seen. */
export const selectionOf = ({
	uid,
	namespace,
	name,
	generation,
}: Identified & {generation?: number}): Selected => ({
	uid,
	namespace,
	name,
	wasSeen: true,
	...(generation !== undefined && {generation}),
});

const goneOf = ({uid, namespace, name}: Selected, absence: Absence, last?: ServiceView): Gone => ({
	uid,
	namespace,
	name,
	isGone: true,
	absence,
	...(last && {last}),
});

/** The services in order of namespace and name, with a row for the selected one where that is gone. */
export function withGoneService<Item extends Identified>(
	items: readonly Item[],
	gone: Selected,
	{absence, last}: {absence: Absence; last: ServiceView | undefined},
): readonly (Item | Gone)[] {
	const place = placeOf(items, gone);
	return [...items.slice(0, place), goneOf(gone, absence, last), ...items.slice(place)];
}

/** The revisions, newest first, with a row for the selected one where that is gone. */
export function withGoneRevision<Item extends Identified & {generation: number}>(
	items: readonly Item[],
	gone: Selected,
	absence: Absence,
): readonly (Item | Gone)[] {
	const older = items.findIndex(({generation}) => generation <= (gone.generation ?? 0));
	const place = older === -1 ? items.length : older;
	return [...items.slice(0, place), goneOf(gone, absence), ...items.slice(place)];
}
