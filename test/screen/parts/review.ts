/** A review as it is opened, of a roll back of helloworld-go. */
import {newReview} from '../../../source/console/sheets/review/review.js';
import type {ReviewSheet} from '../../../source/console/sheets/sheets.js';
import {planRollback} from '../../../source/release/plan-split.js';
import type {Plan} from '../../../source/release/plan.js';
import {serviceView} from '../../knative/objects.js';
import {canaryTraffic, revisionOf} from './state.js';

export function rollbackPlan(): Plan {
	const service = serviceView({traffic: canaryTraffic, ready: 2});
	const planned = planRollback({service, revisions: [revisionOf(2), revisionOf(1)], changes: []});
	if (!planned.ok) throw new Error(planned.reason);
	return planned.plan;
}

export function sheetOn(part: Partial<ReviewSheet> = {}): ReviewSheet {
	return {
		...newReview(rollbackPlan(), {context: 'test-context', server: 'https://127.0.0.1:6443'}),
		id: 1,
		dryRun: {kind: 'accepted'},
		...part,
	};
}
