/** Which words a revision gets; beside this, what its pods say and what its conditions say. */
import {describe, expect, it} from 'vitest';
import {told} from '../../../source/knative/revision/revision-trouble.js';
import {condition, revisionView} from '../objects.js';
import {failed} from './failed-revision.js';

describe('the words of a revision', () => {
	const sick = failed('ResourcesAvailable', 'FailedCreate', 'no');
	const ofPods = {word: 'Crashing', sentence: 'exits with 1'};

	it('are those of its conditions before those of its pods', () => {
		expect(told(sick, ofPods).state).toMatchObject({
			kind: 'failed',
			word: 'No pod',
			sentence: 'its pod is refused: no',
		});
		const waiting = revisionView(1, [condition('Ready', 'Unknown', 'Deploying')]);
		expect(told(waiting, ofPods).state).toEqual({...waiting.state, ...ofPods});
		expect(told(waiting)).toBe(waiting);
	});

	it('of one that is being deleted are left as they are', () => {
		const going = {...sick, state: {...sick.state, kind: 'deleting' as const}};
		expect(told(going, ofPods)).toBe(going);
	});
});
