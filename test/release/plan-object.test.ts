/** Which revisions may be deleted: none that the route has, or is about to have. */
import {describe, expect, it, test} from 'vitest';
import {parseRevision, type RevisionView} from '../../source/knative/revision/revision.js';
import {parseNote} from '../../source/knative/release/evidence/note.js';
import {planRevision} from '../../source/knative/revision/plan-revision.js';
import {planAgain, planCreateRevision, planDeleteRevision} from '../../source/release/plan-object.js';
import {knativeRevision, revisionName, revisionView, serviceView} from '../knative/objects.js';

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
		expect(planDeleteRevision(service, revision(2))).toMatchObject(refused(/\(at 0 %\)/));
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

const sentAt = Date.UTC(2026, 10, 26, 3, 4, 5);
const traffic = [
	{revisionName: revisionName(1), percent: 90, tag: 'stable'},
	{revisionName: revisionName(2), percent: 10, tag: 'canary'},
];
const facts = {
	service: serviceView({traffic, ready: 2}),
	revisions: [revisionView(2), revisionView(1)],
	changes: [],
	now: sentAt,
};

test('the split is sent again by an annotation, which is a change where the same spec is none', () => {
	const planned = planAgain(facts);
	expect(planned).toMatchObject({
		ok: true,
		plan: {action: 'send again', write: {kind: 'patch'}, warnings: []},
	});
	const {operations} =
		planned.ok && planned.plan.write.kind === 'patch' ? planned.plan.write : {operations: []};
	expect(JSON.stringify(operations)).toContain('2026-11-26T03:04:05.000Z');
	expect(operations.some(({path}) => path.startsWith('/spec'))).toBe(false);
	// Nothing of the split changes, and there is nothing to undo.
	expect(planned.ok && planned.plan.rows.every(({before, after}) => before === after)).toBe(true);
	expect(planned.ok && planned.plan.splits).toBeFalsy();
});

test('the note of a new revision is about the generation that the template makes, though the split stays as it is', () => {
	const following = [
		{revisionName: revisionName(1), percent: 100},
		{latestRevision: true, percent: 0},
	];
	const service = serviceView({traffic: following, ready: 1});
	const made = planRevision(service, {image: 'registry.example.com/another:1', percent: 0});
	if (!made.ok) throw new Error(made.reason);
	const {write} = planCreateRevision({...facts, service, revisions: [revisionView(1)]}, made, []);
	const operations = write.kind === 'patch' ? write.operations : [];
	const noted = operations.flatMap(operation =>
		'value' in operation && operation.path.includes('release') ? [parseNote(String(operation.value))] : [],
	);
	expect(noted).toMatchObject([{generation: service.generation + 1, verb: 'new revision'}]);
});
