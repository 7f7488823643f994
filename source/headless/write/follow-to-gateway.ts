/** Follows a change to the gateway: until RoutesReady at its generation, the route's no, or the time is over. */
import type {Cluster} from '../../kube/cluster.js';
import {reflect} from '../../kube/watch/reflector.js';
import {servingPath} from '../../kube/paths.js';
import {lateRefusal} from '../../knative/release/late-refusal.js';
import {conditionSentence} from '../../knative/revision/revision-state.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import {condition, routeSettled} from '../../knative/service/service-state.js';

export type Arrival = {kind: 'moved' | 'refused' | 'changed again' | 'late'; sentence: string};

/** @param within Milliseconds. */
export async function followToGateway(
	cluster: Cluster,
	{
		namespace,
		service,
		generation,
		within,
		progress,
	}: {
		namespace: string;
		service: string;
		generation: number;
		within: number;
		progress: (words: string) => void;
	},
): Promise<Arrival> {
	const {promise, resolve} = Promise.withResolvers<Arrival>();
	let said = '';
	const look = (object: unknown) => {
		const parsed = parseService(object);
		if (!parsed.ok || parsed.value.generation < generation) return;
		const arrival = arrivalOf(parsed.value, generation);
		if (arrival) return resolve(arrival);
		const words = wordsOf(parsed.value);
		if (words !== said) progress(words);
		said = words;
	};
	const target = {
		path: servingPath('services', namespace),
		query: {fieldSelector: `metadata.name=${service}`},
	};
	const reflector = reflect(cluster, target, {
		onState() {},
		onChange(change) {
			if (change.type === 'page') for (const item of change.items) look(item);
			else if (change.type === 'put') look(change.object);
		},
	});
	const timer = setTimeout(() => {
		const seconds = within / 1000;
		resolve({
			kind: 'late',
			sentence: `The gateway does not have it after ${seconds} s${said === '' ? '.' : `: ${said}`}`,
		});
	}, within);
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		reflector.stop();
	}
}

function arrivalOf(view: ServiceView, generation: number): Arrival | undefined {
	if (view.generation > generation) {
		const who = view.lastModifier ?? 'somebody';
		return {kind: 'changed again', sentence: `It was changed again since, by ${who}.`};
	}
	if (routeSettled(view)) return {kind: 'moved', sentence: 'The gateway has it.'};
	const refusal = lateRefusal(view);
	if (!refusal) return undefined;
	return {kind: 'refused', sentence: `But the route refuses it: ${refusal.said} ${refusal.meaning}`};
}

function wordsOf(view: ServiceView): string {
	if (view.observedGeneration !== view.generation) return 'waiting for the controller';
	const words = conditionSentence(condition(view, 'RoutesReady'));
	return words === '' ? 'the gateway has it not yet' : words;
}
