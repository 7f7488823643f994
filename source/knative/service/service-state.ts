/** How a Service is doing, read from its conditions (knative/serving service_lifecycle.go, route_lifecycle.go). */

import type {ConditionView, ServiceView} from './service.js';
import {conditionSentence} from '../revision/revision-state.js';

export {revisionState, type RevisionState} from '../revision/revision-state.js';

export type ServiceState = {
	/**
	 * ready · progressing: the controllers are at work · serving: the data path is healthy and serves the split that was
	 * asked for, while the newest revision failed · failed: what was asked for is not served · deleting.
	 */
	kind: 'ready' | 'progressing' | 'serving' | 'failed' | 'deleting';
	/** One or two words for a table cell. */
	word: string;
	/** The server's own `reason: message`, of the condition that is the cause; empty when it says nothing. */
	sentence: string;
};

/** The condition of this type; undefined while the controller has not written it. */
export function condition(view: ServiceView, type: string): ConditionView | undefined {
	return view.conditions.find(candidate => candidate.type === type);
}

/** What a service is in, in a word, by what the controllers said of its newest generation. */
export function serviceState(view: ServiceView): ServiceState {
	const ready = condition(view, 'Ready');
	const routes = condition(view, 'RoutesReady');
	const configurations = condition(view, 'ConfigurationsReady');
	if (view.deleting) return {kind: 'deleting', word: 'Deleting', sentence: ''};
	if (view.observedGeneration !== view.generation) {
		return {
			kind: 'progressing',
			word: view.observedGeneration === undefined ? 'Creating' : 'Updating',
			sentence: 'The change has not been taken up by the controller yet.',
		};
	}
	if (ready?.status === 'True') return {kind: 'ready', word: 'Ready', sentence: ''};
	if (ready?.status === 'False') {
		if (routes?.status === 'False') {
			// The Route is propagated last, so Ready repeats its complaint; when no revision ever was ready, the cause is
			// that the latest failed, and only ConfigurationsReady says why.
			const cause =
				configurations?.status === 'False' && view.latestReady === undefined ? configurations : routes;
			return {kind: 'failed', word: 'Failed', sentence: conditionSentence(cause)};
		}
		if (routes?.status === 'True') {
			return {
				kind: 'serving',
				word: 'Latest failed',
				sentence: conditionSentence(configurations?.status === 'False' ? configurations : ready),
			};
		}
		if (routes?.status === 'Unknown' && view.latestReady !== undefined) {
			return {kind: 'progressing', word: 'Routing', sentence: conditionSentence(routes)};
		}
		return {kind: 'failed', word: 'Failed', sentence: conditionSentence(configurations ?? ready)};
	}
	if (rolloutInProgress(view)) {
		return {kind: 'progressing', word: 'Rolling out', sentence: conditionSentence(routes ?? ready)};
	}
	if (configurations?.status === 'Unknown') {
		const quiet = conditionSentence(configurations);
		return {
			kind: 'progressing',
			word: 'Deploying',
			sentence: quiet === '' ? conditionSentence(ready) : quiet,
		};
	}
	return {kind: 'progressing', word: 'Routing', sentence: conditionSentence(routes ?? ready)};
}

/**
 * The gateway really has the split of `status.traffic`: every gateway pod has answered a probe with the new
 * configuration. `status.traffic` alone is written before that, and Ready may be False for a reason that does not
 * touch the data path.
 */
export function routeSettled(view: ServiceView): boolean {
	return view.observedGeneration === view.generation && condition(view, 'RoutesReady')?.status === 'True';
}

/** A gradual rollout of the latest revision (`rollout-duration`) is under way: shares move without anybody writing. */
export function rolloutInProgress(view: ServiceView): boolean {
	return ['RoutesReady', 'Ready'].some(type => condition(view, type)?.reason === 'RolloutInProgress');
}
