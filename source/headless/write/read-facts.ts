/** What a plan is made from, read once: what the watches of the console would tell, and what this machine remembers. */
import {entriesOf, withoutRepeats, type HistoryEntry} from '../../journal/journal-entry.js';
import type {HistoryFile, Recalled} from '../../journal/journal-file.js';
import type {RevisionView} from '../../knative/revision/revision.js';
import type {ServiceView} from '../../knative/service/service.js';
import {describeFault} from '../../knative/text/fault.js';
import type {Cluster} from '../../kube/cluster.js';
import {readPlaceholders} from '../../kube/read-placeholders.js';
import type {Facts} from '../../release/plan-split.js';
import {settleAttempts} from '../../release/outcome/settle-attempts.js';
import {settleDeeds} from '../../release/outcome/settle-deeds.js';
import {readRevisions, readService} from '../read/read-service.js';

export type ReadFacts =
	| {ok: true; facts: Facts; unread: {problem: string | undefined; changes: number}}
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
	const [read, revisions, memory, placeholders] = await Promise.all([
		readService(cluster, namespace, name),
		readRevisions(cluster, namespace, name),
		remembered(history),
		// A roll back waits for nothing that it can do without.
		tags.length > 0 ? readPlaceholders(cluster, namespace, name, tags) : undefined,
	]);
	if (!read.ok) return read;
	const {service} = read;
	const changes = await settledChanges(memory, {service, revisions, server: cluster.server}, history, now());
	return {
		ok: true,
		facts: {service, revisions, changes, now: now(), user: cluster.user, placeholders},
		unread: {problem: memory.problem, changes: changes.length},
	};
}

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

/** The changes of this service, with those whose sender has not lived to write down how they ended. */
async function settledChanges(
	{entries, attempts, deeds}: Memory,
	{
		service,
		revisions,
		server,
	}: {service: ServiceView; revisions: readonly RevisionView[] | undefined; server: string},
	history: HistoryFile | undefined,
	now: number,
): Promise<HistoryEntry[]> {
	const changes = entriesOf(entries, service.uid);
	const {made, ended} = settleAttempts(attempts, service, changes, now);
	const {namespace, name} = service;
	const has = {server, namespace, services: [service], revisionsOf: () => revisions};
	const settled = settleDeeds(
		deeds.filter(deed => deed.service === name),
		has,
		now,
	);
	try {
		for (const entry of made) await history?.append(entry);
		for (const ending of [...ended, ...settled]) await history?.end(ending);
	} catch {
		// What cannot be written down is found out again the next time.
	}
	return entriesOf(withoutRepeats([...changes, ...made]), service.uid);
}
