/**
 * Reads what became of writes whose end nobody wrote down, each object by its name: whatever part of the cluster is watched,
 * and whether it is watched at all.
 */
import type {Attempt, AttemptOutcome} from '../../journal/attempt.js';
import {entriesOf} from '../../journal/journal-entry.js';
import type {Recalled} from '../../journal/journal-file.js';
import type {Deed} from '../../journal/deed.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import {TransportError, type Cluster} from '../../kube/cluster.js';
import {identityOf} from '../../kube/identity.js';
import {servingPath} from '../../kube/paths.js';
import {answeredObject, isGoneAnswer} from '../../kube/write/writing.js';
import {settleAttempts, type Settled} from './settle-attempts.js';
import {endOfDeed, type FoundObject} from './settle-deeds.js';

type Reader = Pick<Cluster, 'request'>;

/** Undefined where it cannot be read. */
async function readNamed(
	cluster: Reader,
	plural: 'services' | 'revisions',
	{namespace, name}: {namespace: string; name: string},
): Promise<{object: unknown} | 'absent' | undefined> {
	try {
		const path = servingPath(plural, namespace, name);
		const answer = await cluster.request({method: 'GET', path});
		// A page to log in, or anything else that is not it, says nothing about it.
		if (answer.status === 200) return answeredObject(answer, {path}) && {object: answer.body};
		return isGoneAnswer(answer, name) ? 'absent' : undefined;
	} catch (error) {
		if (error instanceof TransportError) return undefined;
		throw error;
	}
}

/** The ends of what was made or deleted, as far as they can be told by now. One read each. */
export async function lookUpDeeds(
	cluster: Reader,
	deeds: readonly Deed[],
	now: () => number,
): Promise<AttemptOutcome[]> {
	const outcomes: AttemptOutcome[] = [];
	for (const deed of deeds) {
		const plural = deed.what === 'delete revision' ? 'revisions' : 'services';
		const read = await readNamed(cluster, plural, {namespace: deed.namespace, name: deed.object});
		const found = read === 'absent' ? ({kind: 'absent'} as const) : read && foundOf(read.object);
		const end = found && endOfDeed(deed, found, now());
		if (end) outcomes.push({id: deed.id, ...end});
	}
	return outcomes;
}

function foundOf(object: unknown): FoundObject | undefined {
	const {uid, deletionTimestamp} = identityOf(object) ?? {};
	if (uid === undefined) return undefined;
	const service = parseService(object);
	return {
		kind: 'there',
		uid,
		isGoing: deletionTimestamp !== undefined,
		...(service.ok && {creator: service.value.creator, createdAt: service.value.createdAt}),
	};
}

/** The service of an attempt as it is now; `gone` where that one is not there any more. Undefined where it cannot be read. */
export async function lookUpService(
	cluster: Reader,
	{namespace, service: name, uid}: Pick<Attempt, 'namespace' | 'service' | 'uid'>,
): Promise<ServiceView | 'gone' | undefined> {
	const read = await readNamed(cluster, 'services', {namespace, name});
	if (read === undefined || read === 'absent') return read && 'gone';
	if (identityOf(read.object)?.uid !== uid) return 'gone';
	const parsed = parseService(read.object);
	return parsed.ok ? parsed.value : undefined;
}

/** How an attempt ends whose service is not there any more. */
export const endOfGone = ({id, service}: Pick<Attempt, 'id' | 'service'>): AttemptOutcome => ({
	id,
	how: 'not known',
	sentence: `${service} was deleted before anybody looked.`,
});

/** All of these that have no end and were sent to this server, as far as it can be told by now. One read each. */
export async function lookUpOpen(
	cluster: Reader & Pick<Cluster, 'server'>,
	{entries, attempts, deeds}: Recalled,
	now: () => number,
): Promise<Settled> {
	const isOpen = ({server, end}: Attempt | Deed) => end === undefined && server === cluster.server;
	const found: Settled[] = [];
	for (const attempt of attempts.filter(each => isOpen(each))) {
		const service = await lookUpService(cluster, attempt);
		if (service === 'gone') found.push({made: [], ended: [endOfGone(attempt)]});
		else if (service) {
			found.push(settleAttempts([attempt], service, entriesOf(entries, service.uid), now()));
		}
	}
	const ended = await lookUpDeeds(
		cluster,
		deeds.filter(each => isOpen(each)),
		now,
	);
	return {
		made: found.flatMap(({made}) => made),
		ended: [...found.flatMap(each => each.ended), ...ended],
	};
}
