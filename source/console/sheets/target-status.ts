/** What has become of a service that somebody is at work on, by what the watch has told. Pure. */
import type {ServiceView} from '../../knative/service/service.js';
import {equalSplits, splitOf} from '../../knative/split/split.js';
import type {Plan} from '../../release/plan.js';
import type {ConsoleState} from '../state/state.js';

type Told = Pick<ConsoleState, 'services' | 'namespace' | 'feeds'>;

export type TargetStatus =
	| {kind: 'there'; service: ServiceView}
	/** One of that name, but not the one that was meant: that was deleted. */
	| {kind: 'another'; service: ServiceView}
	| {kind: 'gone'}
	/** It is not told of here, or not yet. */
	| {kind: 'not told'};

export function targetStatusOf(
	{services, namespace: told, feeds}: Told,
	{uid, name, namespace}: Pick<ServiceView, 'uid' | 'name' | 'namespace'>,
): TargetStatus {
	const same = services.find(service => service.uid === uid);
	if (same) return {kind: 'there', service: same};
	// What is not told of is gone only where everything was told.
	const {kind} = feeds.services;
	if (namespace !== told || (kind !== 'live' && kind !== 'stale')) return {kind: 'not told'};
	const another = services.find(service => service.name === name);
	return another ? {kind: 'another', service: another} : {kind: 'gone'};
}

export type Underneath = {
	/** What was changed since the plan was made, as a sentence. */
	sentence: string;
	/** What Enter leads to instead of the write, after the keys: `shows …`. */
	leadsTo: string;
};

/**
 * That the guard of the plan will refuse it, known before it is sent: what it was made on has moved, or is gone.
 * Undefined as long as nothing is known to have.
 */
export function underneath(
	state: Told & Pick<ConsoleState, 'moves'>,
	{write, splits, name, namespace}: Plan,
): Underneath | undefined {
	if (write.kind !== 'patch' && write.kind !== 'delete service') return undefined;
	const fate = targetStatusOf(state, {uid: write.uid, name, namespace});
	if (fate.kind === 'not told') return undefined;
	if (fate.kind === 'gone') return {sentence: `${name} was deleted meanwhile.`, leadsTo: 'writes nothing'};
	if (fate.kind === 'another') {
		const sentence = `${name} was deleted meanwhile, and the one there now is another.`;
		return {sentence, leadsTo: 'writes nothing'};
	}
	const {service} = fate;
	// Deleting is guarded by the uid alone.
	if (write.kind === 'delete service' || service.generation <= write.generation) return undefined;
	const what = splits && !equalSplits(splits.before, splitOf(service)) ? 'split' : 'service';
	const move = state.moves.get(write.uid);
	const by = move?.own && move.generation === service.generation ? '' : ' by somebody else';
	return {
		sentence: `The ${what} was changed${by} meanwhile.`,
		leadsTo: 'writes nothing, it shows what is there now beside this',
	};
}
