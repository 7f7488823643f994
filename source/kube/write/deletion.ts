/** One guarded deletion, whatever it is of: what becomes of it is told alike for a Service and a Revision. */
import type {Cluster} from '../cluster.js';
import {
	isDeletion,
	isGoneAnswer,
	noObject,
	refused,
	unreadable,
	write,
	type Reading,
	type WriteOptions,
	type WriteOutcome,
} from './writing.js';

export type DeletionTarget = {
	/** Of the object. */
	path: string;
	name: string;
	/** What it is called in a sentence: `Service`. */
	what: string;
	/** The object that is meant; one of another uid stays. */
	uid: string;
	/** Only in this state of it. */
	resourceVersion?: string | undefined;
};

/**
 * Deletes it, with what belongs to it in the background. `done` means that the server has taken it on: with finalizers the
 * object stays for a while, with a deletionTimestamp.
 */
export async function guardedDeletion(
	cluster: Cluster,
	{path, name, what, uid, resourceVersion}: DeletionTarget,
	options: WriteOptions,
): Promise<WriteOutcome> {
	const isGoing = (reading: Reading): boolean =>
		reading.kind === 'there' &&
		reading.identity.uid === uid &&
		reading.identity.deletionTimestamp !== undefined;
	return write(
		cluster,
		{
			method: 'DELETE',
			path,
			objectPath: path,
			contentType: 'application/json',
			body: {
				kind: 'DeleteOptions',
				apiVersion: 'v1',
				propagationPolicy: 'Background',
				preconditions: {uid, ...(resourceVersion !== undefined && {resourceVersion})},
			},
			async onAnswer(answer, readAgain) {
				if (answer.status < 300) {
					return isDeletion(answer, {path, name, uid})
						? {kind: 'done', object: answer.body, warnings: answer.warnings}
						: noObject;
				}
				if (isGoneAnswer(answer, name)) return {kind: 'gone'};
				if (answer.status !== 409) return refused(answer);
				const reading = await readAgain();
				// The server has not done it: who did is somebody else.
				if (reading.kind === 'absent') return {kind: 'gone'};
				if (reading.kind === 'there' && reading.identity.uid !== uid) {
					return {kind: 'conflict', theirs: reading.object};
				}
				return refused(answer);
			},
			onLost(reading, sentence) {
				if (reading.kind === 'unreadable') return unreadable(sentence, reading);
				if (reading.kind === 'absent') return {kind: 'done', object: undefined, warnings: []};
				const {object: now} = reading;
				if (isGoing(reading)) return {kind: 'done', object: now, warnings: []};
				// The controller makes the newest revision again under the same name, for one.
				if (reading.identity.uid !== uid) {
					return {
						kind: 'unknown',
						sentence: `${sentence}; the ${what} that was meant is gone, the ${name} there now is another, and who deleted the first cannot be told`,
						now,
					};
				}
				return {
					kind: 'unknown',
					sentence: `${sentence}; so far the ${what} is still there, but the request may still arrive`,
					now,
				};
			},
			isMade: isGoing,
			isUntouched: reading => reading.kind === 'there' && reading.identity.uid === uid && !isGoing(reading),
		},
		options,
	);
}
