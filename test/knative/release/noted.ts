/** A note about the release of a service, for tests: written by ann, of one stable and one canary. */
import {formatNote, noteAnnotation, type ReleaseNote} from '../../../source/knative/release/evidence/note.js';
import {revisionName, type ServiceChange} from '../objects.js';

/** When the note was written: 12:04 in UTC, on the day on which the objects of the tests were made. */
export const notedAt = Date.UTC(2026, 0, 2, 12, 4);

/** Writes a note of this on a service; `generation` is that of the service, unless one is given that is none of it. */
export function noting(
	note: Partial<ReleaseNote> & Pick<ReleaseNote, 'generation' | 'split'>,
	generation = note.generation,
): Required<ServiceChange>['edit'] {
	const written: ReleaseNote = {
		verb: 'split',
		stable: revisionName(1),
		canary: revisionName(2),
		previous: undefined,
		followed: false,
		since: notedAt,
		by: 'ann',
		undo: [],
		rejected: [],
		...note,
	};
	return ({metadata, status}) => {
		metadata.generation = generation;
		status.observedGeneration = generation;
		metadata.annotations = {...metadata.annotations, [noteAnnotation]: formatNote(written) ?? ''};
	};
}
