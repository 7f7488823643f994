/** What is created or deleted is written down before it is sent and after. */
import {describe, expect, it} from 'vitest';
import {planCreateService, planDeleteRevision, planDeleteService} from '../../source/release/plan-object.js';
import {sendRecorded} from '../../source/release/recorded.js';
import {status} from '../support/kube/api-server.js';
import {knativeService} from '../knative/objects.js';
import {going, now, planned, revisionMade, three} from './parts/made.js';
import {clock, cluster, history, view, withHistory, world} from './parts/recorded-world.js';

withHistory();

describe('what is made or deleted', () => {
	const manifest = knativeService();

	it('a service, is there with its end and no command line, whose manifest may have secrets in it', async () => {
		world.onWrite(exchange => exchange.answer(201, manifest));
		const {outcome} = await sendRecorded(cluster, planCreateService(manifest, [], undefined), history, {
			reason: 'a trial',
			now: clock(now),
		});
		expect(outcome.kind).toBe('done');
		const {entries, attempts, deeds} = await history.readAll();
		expect([...entries, ...attempts]).toEqual([]);
		expect(deeds).toMatchObject([
			{
				what: 'create service',
				object: 'helloworld-go',
				uid: '',
				at: now,
				server: world.server.url,
				context: 'test',
				namespace: 'default',
				service: 'helloworld-go',
				by: cluster.user,
				own: true,
				reason: 'create service: a trial',
				command: '',
				end: {how: 'made', sentence: ''},
			},
		]);
	});

	it('a service that is stored otherwise, is made, and what is other is said', async () => {
		const other = structuredClone(manifest);
		const [container] = other.spec.template?.spec.containers ?? [];
		if (container) container.image = 'mirror.example.com/app:1';
		world.onWrite(exchange => exchange.answer(201, other));
		const {outcome} = await sendRecorded(cluster, planCreateService(manifest, [], undefined), history);
		expect(outcome.kind).toBe('altered');
		expect((await history.readAll()).deeds).toMatchObject([
			{end: {how: 'made', sentence: expect.stringContaining('stored mirror.example.com/app:1')}},
		]);
	});

	it('a service that was there already, is not made', async () => {
		world.onWrite(exchange => exchange.answer(409, status(409, 'AlreadyExists', 'it exists')));
		const {open} = await sendRecorded(cluster, planCreateService(manifest, [], undefined), history);
		expect(open).toBeUndefined();
		expect((await history.readAll()).deeds).toMatchObject([
			{
				end: {
					how: 'not made',
					sentence: 'Not done: services.serving.knative.dev "helloworld-go" already exists',
				},
			},
		]);
	});

	it('a service that goes, by its uid, with the command line', async () => {
		world.onWrite(exchange => exchange.answer(200, going(world.service)));
		await sendRecorded(cluster, planDeleteService(view(), undefined), history);
		expect((await history.readAll()).deeds).toMatchObject([
			{
				what: 'delete service',
				object: 'helloworld-go',
				uid: view().uid,
				reason: 'delete service',
				command: 'kubectl delete ksvc helloworld-go -n default',
				end: {how: 'made', sentence: ''},
			},
		]);
	});

	it('a revision that goes, by its own name and uid', async () => {
		const revision = {metadata: {name: three, namespace: 'default', uid: 'uid-3', resourceVersion: '7'}};
		world.onOther(exchange => exchange.answer(200, revision));
		world.onWrite(exchange => exchange.answer(200, going(revision)));
		const plan = planned(planDeleteRevision(view(), revisionMade(3)));
		expect((await sendRecorded(cluster, plan, history)).outcome.kind).toBe('done');
		expect((await history.readAll()).deeds).toMatchObject([
			{what: 'delete revision', object: three, service: 'helloworld-go', uid: 'uid-3', end: {how: 'made'}},
		]);
	});

	it('stays open where it is not known', async () => {
		world.onWrite(exchange => exchange.cut());
		const {outcome, open} = await sendRecorded(cluster, planDeleteService(view(), undefined), history);
		expect(outcome.kind).toBe('unknown');
		expect((await history.readAll()).deeds).toMatchObject([{id: open?.id, end: undefined}]);
	});
});
