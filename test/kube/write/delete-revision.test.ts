import {describe, expect, it} from 'vitest';
import {connect} from '../../../source/kube/connect.js';
import {deleteRevision} from '../../../source/kube/write/delete-revision.js';
import {status} from '../../support/kube/api-server.js';
import {cluster, server, withCluster} from '../answered-cluster.js';

const base = '/apis/serving.knative.dev/v1/namespaces/default';
const target = {namespace: 'default', service: 'hello', revision: 'hello-00001', uid: 'r-1'};
const service = (traffic: object[], resolved: object[] = []) => ({
	metadata: {name: 'hello', uid: 's-1'},
	spec: {traffic},
	status: {traffic: resolved},
});
const revision = (uid = 'r-1') => ({metadata: {name: 'hello-00001', uid, resourceVersion: '77'}});
/** As the API server says that it has taken a deletion on. */
const taken = {kind: 'Status', status: 'Success', details: {name: 'hello-00001', uid: 'r-1'}};
const notFound = status(404, 'NotFound', 'revisions.serving.knative.dev "hello-00001" not found');
const elsewhere = [{revisionName: 'hello-00002', percent: 100}];

withCluster();

/** What is said when the deletion is answered so, and the read after it, if there is one. */
const after = async (code: number, body: unknown, now?: unknown) => {
	const outcome = deleteRevision(cluster, target);
	(await server.next()).answer(200, service(elsewhere));
	(await server.next()).answer(200, revision());
	(await server.next()).answer(code, body);
	if (now !== undefined) (await server.next()).answer(200, now);
	return outcome;
};

describe('deleting a revision', () => {
	it('holds for the revision that was looked at, as it was when nothing led to it', async () => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision());
		const deletion = await server.next();
		expect(deletion.body).toMatchObject({preconditions: {uid: 'r-1', resourceVersion: '77'}});
		deletion.answer(200, taken);
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
		deletion.answer(200, taken);
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

	it.each([
		['an empty object', {}],
		['a success in words alone', {kind: 'Status', status: 'Success', metadata: {}}],
		['another service', {...service(elsewhere), metadata: {name: 'other', uid: 's-2'}}],
		['a page', '<html>Log in</html>'],
	])('is not sent where %s comes in the place of its service', async (_, body) => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, body);
		expect(await outcome).toMatchObject({kind: 'refused', sentence: expect.stringMatching(/cannot be read/)});
		expect(server.log).toHaveLength(1);
	});

	it('is a doubt where what comes is no object, be it when it is looked for', async () => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision());
		const words = {kind: 'Status', status: 'Success', metadata: {}};
		(await server.next()).answer(200, words);
		(await server.next()).answer(200, words);
		expect(await outcome).toMatchObject({kind: 'unknown'});
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
		(await server.next()).answer(404, notFound);
		expect(await outcome).toMatchObject({kind: 'done'});
	});

	it.each([
		['the deletion of another object', {metadata: {name: 'hello-00009', uid: 'r-1'}}],
		['the revision as it was, which is not going', revision()],
		['a success that does not say of what', {kind: 'Status', status: 'Success'}],
		['the deletion of another one of that name', {...taken, details: {name: 'hello-00001', uid: 'r-9'}}],
		['a page to log in', '<html>Log in</html>'],
	])('is not done by %s: the revision is looked for', async (_, body) => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision());
		(await server.next()).answer(200, body);
		(await server.next()).answer(404, notFound);
		expect(await outcome).toMatchObject({kind: 'done', object: undefined});
	});

	it('is told in the words of the server', async () => {
		expect(await after(404, notFound)).toEqual({kind: 'gone'});
		expect(await after(404, 'no route', revision())).toMatchObject({kind: 'refused', status: 404});
		const conflict = status(409, 'Conflict', 'Precondition failed: resourceVersion');
		expect(await after(409, conflict, revision())).toMatchObject({
			kind: 'refused',
			status: 409,
			sentence: expect.stringContaining('resourceVersion'),
		});
	});

	it.each([
		['is there still', revision(), 'unknown'],
		['is another one by now', revision('r-2'), 'unknown'],
		['is going', {metadata: {...revision().metadata, deletionTimestamp: '2026-01-02T03:04:05Z'}}, 'done'],
	])('whose answer is lost and that %s is told so', async (_, now, kind) => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision());
		(await server.next()).cut();
		(await server.next()).answer(200, now);
		const {kind: told, ...rest} = await outcome;
		expect(told).toBe(kind);
		expect(rest).toMatchObject(kind === 'done' ? {object: now, warnings: []} : {now});
	});

	it('whose answer is lost and that cannot be read is a doubt', async () => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(200, revision());
		(await server.next()).cut();
		(await server.next()).answer(403, status(403, 'Forbidden', 'you may not get revisions'));
		expect(await outcome).toMatchObject({
			kind: 'unknown',
			sentence: expect.stringContaining('you may not get revisions'),
		});
	});

	it('goes on without its service: nothing leads to it then', async () => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(
			404,
			status(404, 'NotFound', 'services.serving.knative.dev "hello" not found'),
		);
		(await server.next()).answer(200, revision());
		(await server.next()).answer(200, taken);
		expect(await outcome).toMatchObject({kind: 'done'});
	});

	it.each([
		['of a route of the gateway', 404, 'no route', 'refused'],
		['that is no service', 200, {spec: {traffic: 'x'}}, 'refused'],
		['with another status', 203, service(elsewhere), 'refused'],
	])('is not sent on an answer about the split %s', async (_, code, body, kind) => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(code, body);
		expect(await outcome).toMatchObject({kind, reason: 'InUse', status: 409});
		expect(server.log).toHaveLength(1);
	});

	it('is not sent when the connection breaks off before the split was read, or the revision', async () => {
		const first = deleteRevision(cluster, target);
		// Reading is tried once more on another connection.
		server.always(exchange => exchange.cut());
		expect(await first).toMatchObject({
			kind: 'refused',
			sentence: expect.stringContaining('nothing was sent'),
		});
		server.always(exchange =>
			exchange.path.includes('/services/') ? exchange.answer(200, service(elsewhere)) : exchange.cut(),
		);
		expect(await deleteRevision(cluster, target)).toMatchObject({
			kind: 'not made',
			sentence: expect.stringMatching(/^nothing was sent: ./),
		});
		expect(server.log.some(line => line.startsWith('DELETE'))).toBe(false);
	});

	it.each([
		['is gone', 404, notFound, {kind: 'gone'}],
		[
			'may not be read',
			403,
			status(403, 'Forbidden', 'no'),
			{kind: 'not made', sentence: expect.stringContaining('no')},
		],
		['has no uid', 200, {metadata: {name: 'hello-00001', resourceVersion: '77'}}, {kind: 'not made'}],
		['has no version', 200, {metadata: {name: 'hello-00001', uid: 'r-1'}}, {kind: 'not made'}],
		['is told by a proxy', 203, revision(), {kind: 'not made'}],
		['is not told by a proxy', 404, 'no route', {kind: 'not made'}],
	])('is not sent where the revision %s', async (_, code, body, wanted) => {
		const outcome = deleteRevision(cluster, target);
		(await server.next()).answer(200, service(elsewhere));
		(await server.next()).answer(code, body);
		expect(await outcome).toMatchObject(wanted);
		expect(server.log.some(line => line.startsWith('DELETE'))).toBe(false);
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
