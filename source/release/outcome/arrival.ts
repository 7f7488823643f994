/**
 * How far a change of a service is under way from the API server, whose answer is only a promise, to the gateway. Pure:
 * the console goes by its watch, the commands without a screen by one of their own.
 */
import {lateRefusal, type LateRefusal} from '../../knative/release/late-refusal.js';
import {condition, routeSettled} from '../../knative/service/service-state.js';
import {conditionSentence} from '../../knative/revision/revision-state.js';
import type {ServiceView} from '../../knative/service/service.js';

export type WayToGateway =
	/** What tells of the service is older than the change. */
	| {kind: 'not told'}
	/** RoutesReady at that generation. */
	| {kind: 'moved'}
	/** The same, while `status.traffic` is no whole split: what the gateway has is not known. `words`: what is odd, as a sentence. */
	| {kind: 'not clear'; words: string}
	/** The route's late no. */
	| {kind: 'refused'; refusal: LateRefusal}
	/** Another change came after it. */
	| {kind: 'changed again'; by: string | undefined}
	/** `words`: the server's own. */
	| {kind: 'under way'; words: string};

/** @param generation The one that the change made. */
export function wayToGateway(view: ServiceView, generation: number): WayToGateway {
	if (view.generation < generation) return {kind: 'not told'};
	if (view.generation > generation) return {kind: 'changed again', by: view.lastModifier};
	if (routeSettled(view)) {
		return view.splitDoubt === undefined ? {kind: 'moved'} : {kind: 'not clear', words: view.splitDoubt};
	}
	const refusal = lateRefusal(view);
	return refusal ? {kind: 'refused', refusal} : {kind: 'under way', words: wordsOf(view)};
}

export type WayToReady =
	| {kind: 'ready'}
	/** `words`: why it will not be, in the server's own. */
	| {kind: 'failed'; words: string}
	| {kind: 'under way'; words: string};

/**
 * How far the revision is that the template asks for, once the route has settled: that may be long before, since what is not
 * ready gets nothing.
 */
export function wayToReady(view: ServiceView): WayToReady {
	const configurations = condition(view, 'ConfigurationsReady');
	const words = conditionSentence(configurations);
	if (configurations?.status === 'True') return {kind: 'ready'};
	if (configurations?.status === 'False') return {kind: 'failed', words};
	return {kind: 'under way', words: words === '' ? 'waiting for the new revision' : words};
}

function wordsOf(view: ServiceView): string {
	if (view.observedGeneration !== view.generation) return 'waiting for the controller';
	const words = conditionSentence(condition(view, 'RoutesReady'));
	return words === '' ? 'the gateway does not have it yet' : words;
}
