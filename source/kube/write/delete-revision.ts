/** Deleting a Revision: the one write whose guard lies in another object. */
import * as v from 'valibot';
import {printable} from '../../knative/text/printable.js';
import {TransportError, type Cluster} from '../cluster.js';
import {identityOf} from '../identity.js';
import {servingPath} from '../paths.js';
import {sentenceOf} from '../status.js';
import {guardedDeletion} from './deletion.js';
import {answeredObject, isGoneAnswer, type WriteOptions, type WriteOutcome} from './writing.js';

export type RevisionTarget = {namespace: string; service: string; revision: string; uid: string};

const target = v.object({revisionName: v.optional(v.string())});
const routed = v.object({
	spec: v.optional(v.object({traffic: v.optional(v.array(target), [])}), {traffic: []}),
	status: v.optional(v.object({traffic: v.optional(v.array(target), [])}), {traffic: []}),
});

/**
 * Deletes a Revision that no target of its Service leads to. The server would delete any (it does not validate that), so
 * the Service is read first and the Revision as it is then; the deletion holds for that uid and resourceVersion alone.
 * A Revision that is put into a split meanwhile is labelled by the controller, so that its resourceVersion moves.
 */
export async function deleteRevision(
	cluster: Cluster,
	{namespace, service, revision, uid}: RevisionTarget,
	options: WriteOptions = {},
): Promise<WriteOutcome> {
	const path = servingPath('revisions', namespace, revision);
	const inUse = await whoLeadsTo(cluster, {namespace, service}, revision);
	if (inUse !== undefined) {
		return {kind: 'refused', status: 409, reason: 'InUse', sentence: inUse, full: inUse};
	}
	const seen = await versionOf(cluster, path, revision);
	if (seen.kind !== 'there') return seen.outcome;
	if (seen.uid !== uid) return {kind: 'conflict', theirs: seen.object};
	const {resourceVersion} = seen;
	return guardedDeletion(cluster, {path, name: revision, what: 'revision', uid, resourceVersion}, options);
}

/** A sentence when the Service leads to the revision, or cannot be read; undefined when nothing is in the way. */
async function whoLeadsTo(
	cluster: Cluster,
	{namespace, service}: Pick<RevisionTarget, 'namespace' | 'service'>,
	revision: string,
): Promise<string | undefined> {
	try {
		const path = servingPath('services', namespace, service);
		const answer = await cluster.request({method: 'GET', path});
		// Without its Service nothing can lead to it.
		if (isGoneAnswer(answer, service)) return undefined;
		const parsed = v.safeParse(routed, answer.body);
		// What is no such service leads nowhere, and proves nothing.
		if (answer.status !== 200 || !parsed.success || !answeredObject(answer, {path})) {
			const why = answer.status === 200 ? 'what came back is not that service' : sentenceOf(answer);
			return `whether the split leads to it cannot be read, so nothing was sent (${why})`;
		}
		const {spec, status} = parsed.output;
		return [...spec.traffic, ...status.traffic].some(({revisionName}) => revisionName === revision)
			? `${printable(revision)} is in the split by now, so nothing was sent: take it out there first`
			: undefined;
	} catch (error) {
		if (!(error instanceof TransportError)) throw error;
		return `whether the split leads to it cannot be read, so nothing was sent (${error.message})`;
	}
}

type SeenRevision =
	| {kind: 'there'; object: unknown; uid: string; resourceVersion: string}
	| {kind: 'not there'; outcome: WriteOutcome};

async function versionOf(cluster: Cluster, path: string, name: string): Promise<SeenRevision> {
	try {
		const answer = await cluster.request({method: 'GET', path});
		const {uid, resourceVersion} = identityOf(answer.body) ?? {};
		if (answer.status === 200 && uid !== undefined && resourceVersion !== undefined) {
			return {kind: 'there', object: answer.body, uid, resourceVersion};
		}
		if (isGoneAnswer(answer, name)) return {kind: 'not there', outcome: {kind: 'gone'}};
		return {
			kind: 'not there',
			outcome: {kind: 'not made', sentence: `nothing was sent: ${sentenceOf(answer)}`},
		};
	} catch (error) {
		if (!(error instanceof TransportError)) throw error;
		return {kind: 'not there', outcome: {kind: 'not made', sentence: `nothing was sent: ${error.message}`}};
	}
}
