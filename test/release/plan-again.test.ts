import {expect, test} from 'vitest';
import {planAgain} from '../../source/release/plan-again.js';
import {revisionName, revisionView, serviceView} from '../knative/objects.js';

const now = Date.UTC(2026, 10, 26, 3, 4, 5);
const traffic = [
	{revisionName: revisionName(1), percent: 90, tag: 'stable'},
	{revisionName: revisionName(2), percent: 10, tag: 'canary'},
];
const facts = {
	service: serviceView({traffic, ready: 2}),
	revisions: [revisionView(2), revisionView(1)],
	changes: [],
	now,
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
