/** An API server over HTTP that answers what the test says, and a history on disk. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach} from 'vitest';
import {openHistoryFile, type HistoryFile} from '../../../source/journal/journal-file.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {patched} from '../../../source/knative/objects/patch.js';
import type {KnativeService} from '../../../source/knative/objects/wire.js';
import {parseService, type ServiceView} from '../../../source/knative/service/service.js';
import {planRollback} from '../../../source/release/plan-split.js';
import type {Exchange} from '../../support/kube/api-server.js';
import {startScriptedCluster, type ScriptedCluster} from '../../support/kube/scripted-cluster.js';
import {now, planned, revisionMade} from './made.js';

export let world: ScriptedCluster;
export let cluster: Cluster;
let directory: string;
export let history: HistoryFile;

/** For each test a cluster and an empty history of its own. */
export function withHistory(): void {
	beforeEach(async () => {
		world = await startScriptedCluster();
		cluster = await connect({kubeconfigText: world.server.kubeconfig()});
		directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-recorded-'));
		history = openHistoryFile(path.join(directory, 'history.jsonl'));
	});

	afterEach(async () => {
		await cluster.close();
		await world.server.close();
		await rm(directory, {recursive: true, force: true});
	});
}

export function view(): ServiceView {
	const parsed = parseService(world.service);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

export const facts = () => ({
	service: view(),
	revisions: [revisionMade(2), revisionMade(1)],
	changes: [],
	now,
	user: 'ann',
});

export const back = () => planned(planRollback(facts()));

/** The service as what was sent leaves it, at this generation. */
export function given({body}: Pick<Exchange, 'body'>, generation: number): KnativeService {
	const object = patched(world.service, Array.isArray(body) ? body : []);
	return {...object, metadata: {...object.metadata, generation}};
}

/** Tells these times one after the other, and goes on telling the last one. */
export function clock(...times: number[]) {
	let last = now;
	return () => (last = times.shift() ?? last);
}
