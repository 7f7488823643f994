import {expect, test} from 'vitest';
import {createConsoleStore, type ConsoleState} from '../../../source/console/state/state.js';
import {factsOf} from '../../../source/console/state/known-facts.js';
import type {LoopSnapshot} from '../../../source/probe/loop/loop.js';
import {planRollback} from '../../../source/release/plan-split.js';
import {serviceView} from '../../knative/objects.js';
import {snapshotOf} from '../../screen/live/snapshot.js';
import {canaryTraffic, knowing, one} from '../../screen/parts/state.js';

const service = serviceView({traffic: canaryTraffic, ready: 2});

function warned(snapshot: Partial<LoopSnapshot>): string[] {
	const live: ConsoleState['live'] = {
		uid: service.uid,
		page: 0,
		background: 0,
		snapshot: snapshotOf({
			atTags: new Map([[one, {requests: 20, failed: 20, rejected: 0}]]),
			tagDoubt: undefined,
			comparison: undefined,
			...snapshot,
		}),
	};
	const store = createConsoleStore({to: 'test', namespace: 'default'});
	store.setState({...knowing(service), live});
	const result = planRollback(factsOf(store.getState(), service));
	if (!result.ok) throw new Error(result.reason);
	return result.plan.warnings.map(({sentence}) => sentence);
}

const failing = `${one} failed 20 of 20 requests at its tag (100 %).`;

test('a way back knows what the loop was answered at the tag of where it leads', () => {
	expect(warned({})).toContain(failing);
});

test('of a tag that may lead to another revision nothing is said', () => {
	const tagDoubt = {revisions: [one], sentence: 'the tag leads elsewhere', text: ''};
	expect(warned({tagDoubt})).not.toContain(failing);
});
