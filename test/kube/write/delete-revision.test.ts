import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {deleteRevision} from '../../../source/kube/write/delete-revision.js';
import {startApiServer, status, type ApiServer} from '../../support/api-server.js';

const base = '/apis/serving.knative.dev/v1/namespaces/default';
const target = {namespace: 'default', service: 'hello', revision: 'hello-00001', uid: 'r-1'};
const service = (traffic: object[], resolved: object[] = []) => ({
	metadata: {name: 'hello', uid: 's-1'},
	spec: {traffic},
	status: {traffic: resolved},
});
const revision = (uid = 'r-1') => ({metadata: {name: 'hello-00001', uid, resourceVersion: '77'}});
const elsewhere = [{revisionName: 'hello-00002', percent: 100}];

let server: ApiServer;
let cluster: Cluster;

beforeEach(async () => {
	server = await startApiServer();
	cluster = await connect({kubeconfigText: server.kubeconfig()});
});

afterEach(async () => {
	await cluster.close();
	await server.close();
});

describe('deleting a revision', () => {
	it('holds for the revision that was looked at, as it was when nothing led to it', async () => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision());
		const deletion = await server.next();
		expect(deletion.body).toMatchObject({preconditions: {uid: 'r-1', resourceVersion: '77'}});
		deletion.answer(200, {kind: 'Status', status: 'Success'});
		expect(await outcome).toMatchObject({kind: 'done'});
		expect(server.log).toEqual([
			`GET ${base}/services/hello`,
			`GET ${base}/revisions/hello-00001`,
			`DELETE ${base}/revisions/hello-00001`,
		]);
	});

	it('says in its body alone that it is a dry run: with a body there, the API server ignores the query', async () => {
		const outcome = deleteRevision(cluster, target, {dryRun: true});
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision());
		const deletion = await server.next();
		expect([...deletion.query]).toEqual([]);
		expect(deletion.body).toMatchObject({
			preconditions: {uid: 'r-1', resourceVersion: '77'},
			dryRun: ['All'],
		});
		deletion.answer(200, {kind: 'Status', status: 'Success'});
		expect(await outcome).toMatchObject({kind: 'done'});
	});

	it.each([
		['asked for, be it at 0 %', service([...elsewhere, {revisionName: 'hello-00001', percent: 0}])],
		['still resolved', service(elsewhere, [{revisionName: 'hello-00001', percent: 100}])],
	])('is refused, and not sent, while the split leads to it: %s', async (_, answer) => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, answer);
		expect(await outcome).toMatchObject({
			kind: 'refused',
			sentence: expect.stringMatching(/hello-00001 is in the split by now, so nothing was sent/),
		});
		expect(server.log).toHaveLength(1);
	});

	it('is not sent when the split cannot be read', async () => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(403, status(403, 'Forbidden', 'no'));
		expect(await outcome).toMatchObject({kind: 'refused', sentence: expect.stringMatching(/cannot be read/)});
		expect(server.log).toHaveLength(1);
	});

	it('is a conflict when another one has its name by now', async () => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision('r-2'));
		expect(await outcome).toEqual({kind: 'conflict', theirs: revision('r-2')});
	});

	it('whose answer is lost is looked for', async () => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision());
		(await server.next()).cut();
		(await server.next()).answer(404, status(404, 'NotFound', 'gone'));
		expect(await outcome).toMatchObject({kind: 'done'});
	});

	it('is not sent by a cluster that is connected read-only', async () => {
		const readOnly = await connect({kubeconfigText: server.kubeconfig(), readOnly: true});
		const outcome = deleteRevision(readOnly, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision());
		expect(await outcome).toMatchObject({kind: 'read only'});
		await readOnly.close();
	});
});
