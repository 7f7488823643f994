/** How a Revision is doing, read from its conditions (knative/serving revision_lifecycle.go). */

import {shared, type ConditionView} from '../objects/parsed.js';

export type RevisionState = {
	/**
	 * ready: has pods, or may have; idle: ready and scaled to zero, the first request waits for a pod; waking: ready and
	 * a pod is coming up; deploying: not ready yet; failed: will not become ready by itself.
	 */
	kind: 'ready' | 'idle' | 'waking' | 'deploying' | 'failed' | 'deleting';
	/** The condition Ready is True: traffic can be sent to it. */
	ready: boolean;
	/** One word for a table cell. */
	word: string;
	/** The server's own `reason: message`; empty when it says nothing. */
	sentence: string;
};

/** The server's own words for a condition: `reason: message`, or the one there is, or nothing. */
export function conditionSentence(condition: ConditionView | undefined): string {
	return shared([condition?.reason ?? '', condition?.message ?? ''].filter(part => part !== '').join(': '));
}

/** What keeps it from being ready, or a word on how it is: without an end. The same wherever it is said in a sentence. */
export function stateWords({word, sentence}: Pick<RevisionState, 'word' | 'sentence'>): string {
	return sentence === '' ? word : `${word}: ${sentence.replace(/\.$/, '')}`;
}

/**
 * `Active` is False with reason NoTraffic for a healthy revision that is scaled to zero, and does not count against
 * Ready; with any other reason the pods could not be brought up.
 */
export function revisionState(
	conditions: readonly ConditionView[],
	{deleting = false}: {deleting?: boolean} = {},
): RevisionState {
	const ready = conditions.find(condition => condition.type === 'Ready');
	const active = conditions.find(condition => condition.type === 'Active');
	if (deleting) return {kind: 'deleting', ready: false, word: 'Deleting', sentence: conditionSentence(ready)};
	if (ready?.status === 'False') {
		return {kind: 'failed', ready: false, word: 'Failed', sentence: conditionSentence(ready)};
	}
	if (ready?.status !== 'True') {
		return {kind: 'deploying', ready: false, word: 'Deploying', sentence: conditionSentence(ready)};
	}
	if (active?.status === 'False') {
		return active.reason === 'NoTraffic'
			? {kind: 'idle', ready: true, word: 'Idle', sentence: conditionSentence(active)}
			: {kind: 'failed', ready: true, word: 'Inactive', sentence: conditionSentence(active)};
	}
	if (active?.status === 'Unknown') {
		return {kind: 'waking', ready: true, word: 'Waking', sentence: conditionSentence(active)};
	}
	return {kind: 'ready', ready: true, word: 'Ready', sentence: ''};
}
