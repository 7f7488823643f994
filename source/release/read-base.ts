/** Reads a revision whole, to make the same template of it again: of those that are listed only a view is kept. */
import {baseOf, type Base} from '../knative/revision/base.js';
import {depthSentence} from '../knative/objects/parsed.js';
import {printable} from '../knative/text/printable.js';
import {TransportError, type Cluster} from '../kube/cluster.js';
import {servingPath} from '../kube/paths.js';
import {sentenceOf} from '../kube/status.js';

/** Reads the revision that a new one is to be made from. What the server or the connection says against it is a sentence. */
export async function readBase(
	cluster: Cluster,
	namespace: string,
	revision: string,
): Promise<{ok: true; base: Base} | {ok: false; reason: string}> {
	try {
		const answer = await cluster.request({
			method: 'GET',
			path: servingPath('revisions', namespace, revision),
		});
		if (answer.status !== 200) return {ok: false, reason: sentenceOf(answer)};
		const reason = depthSentence('Revision', answer.body);
		if (reason !== undefined) return {ok: false, reason};
		const base = baseOf(answer.body);
		return base ? {ok: true, base} : {ok: false, reason: `Revision ${printable(revision)} cannot be read.`};
	} catch (error) {
		if (error instanceof TransportError) return {ok: false, reason: error.message};
		throw error;
	}
}
