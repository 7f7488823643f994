/** Writing an annotation on a Revision: its spec is fixed, its metadata is not. */
import type {Cluster} from '../cluster.js';
import {identityOf} from '../objects.js';
import {fieldManager, servingPath} from '../paths.js';
import {parseStatus} from '../status.js';
import {refused, unreadable, write, type WriteOptions, type WriteOutcome} from './writing.js';

/**
 * Merges the annotations into the Revision, if it is still the same one: the uid in a patch is a precondition, and another
 * one a conflict (k8s.io/apiserver pkg/registry/rest/update.go). A merge makes the map where there is none.
 */
export async function annotateRevision(
	cluster: Cluster,
	{namespace, revision, uid}: {namespace: string; revision: string; uid: string},
	annotations: Readonly<Record<string, string>>,
	options: WriteOptions = {},
): Promise<WriteOutcome> {
	const path = servingPath('revisions', namespace, revision);
	return write(
		cluster,
		{
			method: 'PATCH',
			path,
			objectPath: path,
			query: {fieldManager, fieldValidation: 'Strict'},
			contentType: 'application/merge-patch+json',
			body: {metadata: {uid, annotations}},
			async onAnswer(answer) {
				if (answer.status === 200) return {kind: 'done', object: answer.body, warnings: answer.warnings};
				if (answer.status === 404 && parseStatus(answer.body)) return {kind: 'gone'};
				return refused(answer);
			},
			onLost(reading, sentence) {
				if (reading.kind === 'unreadable') return unreadable(sentence, reading);
				if (reading.kind === 'absent' || reading.identity.uid !== uid) return {kind: 'gone'};
				const now = identityOf(reading.object);
				return {
					kind: 'unknown',
					sentence: `${sentence}; whether it is marked was not looked for`,
					now,
				};
			},
		},
		options,
	);
}
