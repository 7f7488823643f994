/** What has become of an object that is told of no more: not all that is missing was deleted. Pure. */
import {compareNames, type ObjectName, type Unreadable} from '../tables/object-name.js';

/** `unlisted`: deleted, or without the labels that are shown alone. */
export type Absence = 'deleted' | 'unreadable' | 'unlisted';

/** Of the state of the console. */
type Missed = {
	readonly unreadable: {readonly services: readonly Unreadable[]; readonly revisions: readonly Unreadable[]};
	readonly selector: string | undefined;
};

const isOf =
	(object: ObjectName) =>
	(candidate: ObjectName): boolean =>
		compareNames(candidate, object) === 0;

/** Of a service that was told of before. */
export function absenceOfService({unreadable, selector}: Missed, service: ObjectName): Absence {
	if (unreadable.services.some(isOf(service))) return 'unreadable';
	return selector === undefined ? 'deleted' : 'unlisted';
}

/** Of a revision that was told of before. */
export function absenceOfRevision({unreadable}: Missed, revision: ObjectName): Absence {
	return unreadable.revisions.some(isOf(revision)) ? 'unreadable' : 'deleted';
}

/** As a clause. */
export function absenceWords(name: string, absence: Absence): string {
	switch (absence) {
		case 'deleted':
			return `${name} was deleted`;
		case 'unreadable':
			return `${name} cannot be read any more`;
		case 'unlisted':
			return `${name} was deleted, or its labels changed`;
	}
}
