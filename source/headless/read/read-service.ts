/** Reads one service and its revisions: what the watches of the console would tell, once. */
import {TransportError, type ApiAnswer, type Cluster} from '../../kube/cluster.js';
import {parseList} from '../../kube/identity.js';
import {depthSentence} from '../../knative/objects/parsed.js';
import {ofService, servingPath} from '../../kube/paths.js';
import {isOnTheWay, sentenceOf} from '../../kube/status.js';
import {parseRevision, type RevisionView} from '../../knative/revision/revision.js';
import {withPodTrouble} from './read-pod-trouble.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';

/** A refusal that the server gave is about the object; another reason names what it is about by itself. */
type UnreadService = {ok: false; reason: string; isAnswer: boolean};

export type ReadService = {ok: true; service: ServiceView} | UnreadService;

async function get(
	cluster: Cluster,
	path: string,
	query?: Record<string, string>,
): Promise<{ok: true; answer: ApiAnswer} | UnreadService> {
	try {
		const answer = await cluster.request({method: 'GET', path, ...(query && {query})});
		// Who answers with no object is not the API server.
		return answer.status === 200 && !isOnTheWay(answer)
			? {ok: true, answer}
			: {ok: false, reason: sentenceOf(answer), isAnswer: true};
	} catch (error) {
		if (error instanceof TransportError) return {ok: false, reason: error.message, isAnswer: false};
		throw error;
	}
}

/** The object as the server has it, unless it is too deep to be printed. */
export async function readObject(
	cluster: Cluster,
	namespace: string,
	name: string,
): Promise<{ok: true; object: unknown} | UnreadService> {
	const got = await get(cluster, servingPath('services', namespace, name));
	if (!got.ok) return got;
	const reason = depthSentence('Service', got.answer.body);
	return reason === undefined ? {ok: true, object: got.answer.body} : {ok: false, reason, isAnswer: false};
}

/** What the server says to it is in the result: that the server cannot be reached, too. */
export async function readService(cluster: Cluster, namespace: string, name: string): Promise<ReadService> {
	const got = await get(cluster, servingPath('services', namespace, name));
	if (!got.ok) return got;
	const parsed = parseService(got.answer.body);
	if (!parsed.ok) return {...parsed, isAnswer: false};
	const {value: service} = parsed;
	// What is planned on it is written to it, by its own name.
	return service.name === name && service.namespace === namespace
		? {ok: true, service}
		: {ok: false, reason: `what came back is not the Service ${name} of ${namespace}.`, isAnswer: false};
}

/** Newest first; undefined when they cannot be listed, for which a roll back does not wait. */
export async function readRevisions(
	cluster: Cluster,
	namespace: string,
	service: string,
): Promise<readonly RevisionView[] | undefined> {
	const read = await tryRevisions(cluster, namespace, service);
	return read.ok ? read.revisions : undefined;
}

/** Newest first, or why they cannot be listed. */
export async function tryRevisions(
	cluster: Cluster,
	namespace: string,
	service: string,
): Promise<{ok: true; revisions: readonly RevisionView[]} | UnreadService> {
	const got = await get(cluster, servingPath('revisions', namespace), ofService(service));
	if (!got.ok) return got;
	const list = parseList(got.answer.body);
	const reason = 'the API server answered with something other than a list';
	if (!list) return {ok: false, reason, isAnswer: true};
	const revisions = list.items
		.flatMap(item => {
			const parsed = parseRevision(item);
			return parsed.ok && parsed.value.service === service ? [parsed.value] : [];
		})
		.toSorted((a, b) => b.generation - a.generation);
	return {ok: true, revisions: await withPodTrouble(cluster, revisions, Date.now())};
}
