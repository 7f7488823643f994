/** Writing an annotation on a Revision: its spec is fixed, its metadata is not. */
import type {Cluster} from '../cluster.js';
import {fieldManager, servingPath} from '../paths.js';
import {includes} from './expected-state.js';
import {
	answeredObject,
	isGoneAnswer,
	noObject,
	refused,
	unreadable,
	write,
	type WriteOptions,
	type WriteOutcome,
} from './writing.js';

const isAnnotated = (object: unknown, annotations: Readonly<Record<string, string>>) =>
	includes(object, {metadata: {annotations}});

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
				if (answer.status < 300) {
					const isMade =
						answeredObject(answer, {path, uid}) !== undefined && isAnnotated(answer.body, annotations);
					return isMade ? {kind: 'done', object: answer.body, warnings: answer.warnings} : noObject;
				}
				return isGoneAnswer(answer, revision) ? {kind: 'gone'} : refused(answer);
			},
			onLost(reading, sentence) {
				if (reading.kind === 'unreadable') return unreadable(sentence, reading);
				if (reading.kind === 'absent' || reading.identity.uid !== uid) return {kind: 'gone'};
				const {object: now} = reading;
				if (isAnnotated(now, annotations)) return {kind: 'done', object: now, warnings: []};
				return {
					kind: 'unknown',
					sentence: `${sentence}; so far it has no such annotation, but the request may still arrive`,
					now,
				};
			},
			isMade: reading =>
				reading.kind === 'there' && reading.identity.uid === uid && isAnnotated(reading.object, annotations),
			isUntouched: reading =>
				reading.kind === 'there' && reading.identity.uid === uid && !isAnnotated(reading.object, annotations),
		},
		options,
	);
}
