/** What a plan is made from, read once: what the watches of the console would tell, and what this machine remembers. */
import type {AttemptOutcome} from '../../journal/attempt.js';
import {entriesOf, withoutRepeats, type HistoryEntry} from '../../journal/journal-entry.js';
import type {HistoryFile, Recalled} from '../../journal/journal-file.js';
import {parseRevision, type RevisionView} from '../../knative/revision/revision.js';
import {parseService, type Parsed, type ServiceView} from '../../knative/service/service.js';
import {describeFault} from '../../knative/text/fault.js';
import type {Cluster} from '../../kube/cluster.js';
import {listAll} from '../../kube/list.js';
import {servingPath} from '../../kube/paths.js';
import {readPlaceholders} from '../../kube/read-placeholders.js';
import type {Facts} from '../../release/plan-facts.js';
import {settleAttempts} from '../../release/outcome/settle-attempts.js';
import {lookUpDeeds} from '../../release/outcome/look-up.js';
import {readService, tryRevisions} from '../read/read-service.js';

export type ReadFacts =
	| {
			ok: true;
			facts: Facts;
			/** `revisions`: why they cannot be listed. */
			unread: {problem: string | undefined; changes: number; revisions: string | undefined};
	  }
	| {ok: false; reason: string; isAnswer: boolean};

/** @param tags That may be wanted: whether the cluster has a place for them is asked, too. */
export async function readFacts(
	{
		cluster,
		history,
		now = Date.now,
	}: {cluster: Cluster; history: HistoryFile | undefined; now?: () => number},
	{namespace, name, tags = []}: {namespace: string; name: string; tags?: readonly string[]},
): Promise<ReadFacts> {
	const [read, listed, memory, placeholders] = await Promise.all([
		readService(cluster, namespace, name),
		tryRevisions(cluster, namespace, name),
		remembered(history),
		// A roll back waits for nothing that it can do without.
		tags.length > 0 ? readPlaceholders(cluster, namespace, name, tags) : undefined,
	]);
	await settleDeeds(memory, {cluster, history, now}, {namespace, name});
	if (!read.ok) return read;
	const {service} = read;
	const revisions = listed.ok ? listed.revisions : undefined;
	const changes = await settledChanges(memory, service, history, now());
	return {
		ok: true,
		facts: {service, revisions, changes, now: now(), user: cluster.user, placeholders},
		unread: {
			problem: memory.problem,
			changes: changes.length,
			revisions: listed.ok ? undefined : listed.reason,
		},
	};
}

/** Milliseconds that something which only warns is waited for. */
const readTimeout = 5000;

/** What there is in a namespace where something is about to be made; undefined where that cannot be listed. */
export async function readAround(
	cluster: Cluster,
	namespace: string,
	now: number,
): Promise<{services: readonly ServiceView[]; revisions: readonly RevisionView[]; now: number} | undefined> {
	const [services, revisions] = await Promise.all(
		(['services', 'revisions'] as const).map(kind =>
			listAll(cluster, servingPath(kind, namespace), {}, AbortSignal.timeout(readTimeout)),
		),
	);
	if (!revisions) return undefined;
	return {
		services: (services ?? []).flatMap(item => valueOf(parseService(item))),
		revisions: revisions.flatMap(item => valueOf(parseRevision(item))),
		now,
	};
}

const valueOf = <Value>(parsed: Parsed<Value>): Value[] => (parsed.ok ? [parsed.value] : []);

type Memory = Recalled & {problem?: string};

const nothing: Recalled = {entries: [], attempts: [], deeds: []};

/** What is remembered. That it cannot be read is not that there is nothing. */
async function remembered(history: HistoryFile | undefined): Promise<Memory> {
	try {
		return (await history?.readAll()) ?? nothing;
	} catch (error) {
		return {...nothing, problem: describeFault(error)};
	}
}

/** What was made or deleted of this name, and nobody has lived to write down how that ended. */
async function settleDeeds(
	{deeds}: Memory,
	{cluster, history, now}: {cluster: Cluster; history: HistoryFile | undefined; now: () => number},
	{namespace, name}: {namespace: string; name: string},
): Promise<void> {
	const open = deeds.filter(
		deed =>
			deed.end === undefined &&
			deed.server === cluster.server &&
			deed.namespace === namespace &&
			deed.service === name,
	);
	await keep(history, [], await lookUpDeeds(cluster, open, now));
}

async function keep(
	history: HistoryFile | undefined,
	made: readonly HistoryEntry[],
	ended: readonly AttemptOutcome[],
): Promise<void> {
	try {
		for (const entry of made) await history?.append(entry);
		for (const outcome of ended) await history?.end(outcome);
	} catch {
		// What cannot be written down is found out again the next time.
	}
}

/** The changes of this service, with those whose sender has not lived to write down how they ended. */
async function settledChanges(
	{entries, attempts}: Memory,
	service: ServiceView,
	history: HistoryFile | undefined,
	now: number,
): Promise<HistoryEntry[]> {
	const changes = entriesOf(entries, service.uid);
	const {made, ended} = settleAttempts(attempts, service, changes, now);
	await keep(history, made, ended);
	return entriesOf(withoutRepeats([...changes, ...made]), service.uid);
}
