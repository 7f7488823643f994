/** The plans to delete a revision or a service. */
import {describe, expect, it, test} from 'vitest';
import {parseRevision, type RevisionView} from '../../../source/knative/revision/revision.js';
import {planDeleteRevision, planDeleteService} from '../../../source/release/plan-object.js';
import {knativeRevision, revisionName, serviceView} from '../../knative/objects.js';
import {one, owned, revisionMade, serviceMade, tried, two, whole} from '../parts/made.js';

function revision(generation: number, uid = `uid-${generation}`): RevisionView {
	const object = knativeRevision(generation);
	object.metadata.uid = uid;
	const parsed = parseRevision(object);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

const refused = (reason: RegExp) => ({ok: false, reason: expect.stringMatching(reason)});

describe('a revision may not be deleted', () => {
	it('while the split lists it, at whatever share', () => {
		const service = serviceView({
			traffic: [
				{revisionName: revisionName(1), percent: 100},
				{revisionName: revisionName(2), percent: 0, tag: 'canary'},
			],
			ready: 3,
		});
		expect(planDeleteRevision(service, revision(1))).toMatchObject(refused(/\(at 100 %\)/));
		expect(planDeleteRevision(service, revision(2))).toMatchObject(
			refused(/\(at 0 %\): take it out there first, then delete it\.$/),
		);
	});

	it('while it is the newest and the split follows the latest, though it is not ready', () => {
		const service = serviceView({traffic: [{latestRevision: true, percent: 100}], ready: 1, created: 2});
		expect(planDeleteRevision(service, revision(2))).toMatchObject(
			refused(/^helloworld-go-00002 is in the split .*\(at 100 %, by following the latest\)/),
		);
		expect(planDeleteRevision(service, revision(1))).toMatchObject(refused(/by following the latest/));
	});

	it('while the route still resolves to it', () => {
		const service = serviceView({
			traffic: [{revisionName: revisionName(2), percent: 100}],
			ready: 3,
			edit(object) {
				object.status.traffic = [{revisionName: revisionName(1), percent: 100, latestRevision: false}];
			},
		});
		expect(planDeleteRevision(service, revision(1))).toMatchObject(refused(/\(still\)/));
	});

	it('when it cannot be told which one was meant', () => {
		const service = serviceView({traffic: [{revisionName: revisionName(2), percent: 100}], ready: 2});
		expect(planDeleteRevision(service, revision(1, ''))).toMatchObject(refused(/has no uid/));
	});
});

describe('a revision outside of the split', () => {
	const service = serviceView({
		traffic: [{revisionName: revisionName(2), percent: 100}],
		ready: 2,
		created: 3,
	});

	it('is deleted by its uid, with the service it was seen to belong to', () => {
		const planned = planDeleteRevision(service, revision(1));
		expect(planned).toMatchObject({
			ok: true,
			plan: {
				warnings: [],
				commands: ['kubectl delete revision helloworld-go-00001 -n default'],
				write: {
					kind: 'delete revision',
					service: 'helloworld-go',
					serviceUid: service.uid,
					revision: revisionName(1),
					uid: 'uid-1',
				},
			},
		});
	});

	it('that is the newest comes back, which is said', () => {
		const planned = planDeleteRevision(service, revision(3));
		expect(planned).toMatchObject({
			ok: true,
			plan: {warnings: [{sentence: expect.stringContaining('the controller makes it again')}]},
		});
	});
});

describe('a revision of which the split follows the latest', () => {
	it('may be deleted where it is neither the latest nor about to be', () => {
		const service = serviceView({traffic: [{latestRevision: true, percent: 100}], ready: 2});
		expect(planDeleteRevision(service, revision(1))).toMatchObject({
			ok: true,
			plan: {
				action: 'delete revision',
				namespace: 'default',
				name: 'helloworld-go',
				rows: [],
				facts: [
					{label: 'Revision', value: one},
					{label: 'Image', value: 'ghcr.io/knative/helloworld-go:latest'},
					{label: 'State', value: 'Ready'},
				],
				notes: ['It cannot be rolled back to any more.'],
			},
		});
	});
});

describe('a plan to delete a service', () => {
	const url = 'http://helloworld-go.default.example.com';

	it('is of this one by its uid, with all that goes', () => {
		const service = serviceMade({traffic: tried, ready: 2, edit: owned});
		const plan = planDeleteService(service, [revisionMade(2), revisionMade(1)]);
		expect(plan).toMatchObject({
			action: 'delete service',
			namespace: 'default',
			name: 'helloworld-go',
			write: {kind: 'delete service', uid: service.uid, generation: 5},
			facts: [
				{label: 'URL', value: url},
				{label: 'Revisions', value: '2'},
			],
			notes: ['The service, its route and all its revisions go; nothing here brings them back.'],
			commands: ['kubectl delete ksvc helloworld-go -n default'],
		});
		expect(plan.warnings.map(({kind}) => kind)).toEqual(['other', 'owner']);
		expect(plan.warnings[0]?.sentence).toBe(`Users of ${url} get 404 from then on.`);
		expect(plan.rows.map(({key, before, after}) => [key, before, after])).toEqual([
			[one, 90, undefined],
			[two, 10, undefined],
		]);
	});

	it('says what is not known, and nothing of a URL that there is not', () => {
		const service = serviceMade({edit: object => delete object.status.url});
		const plan = planDeleteService(service, undefined);
		expect(plan.facts).toEqual([{label: 'Revisions', value: 'not known'}]);
		expect(plan.warnings.map(({sentence}) => sentence)).toEqual([
			'Users of helloworld-go get 404 from then on.',
		]);
		expect(planDeleteService(service, []).facts).toEqual([{label: 'Revisions', value: '0'}]);
	});
});

test('deleting a revision says who else manages the service', () => {
	const service = serviceMade({traffic: whole(two), ready: 2, edit: owned});
	const planned = planDeleteRevision(service, revision(1));
	expect(planned.ok && planned.plan.warnings.map(({kind}) => kind)).toEqual(['owner']);
});
