/** What is known of what the gateway has: what Knative says, and what answers prove. Pure. */
import {setAndGot} from '../../console/live/verdicts.js';
import type {ConsoleState, Move, ServiceVerdict} from '../../console/state/state.js';
import type {ServiceView} from '../../knative/service/service.js';
import {clock, duration, span} from '../format.js';

/** In the title of the pane, for a route that says that it has switched. */
export function inPlaceWords(
	service: Pick<ServiceView, 'generation'>,
	move: Move | undefined,
	verdict: ServiceVerdict | undefined,
): string {
	const live = liveWords(service, move);
	switch (verdict && evidenceOf(verdict)) {
		case 'contradicted':
			return `in place, says Knative; users ${verdict?.isRunning === true ? 'get' : 'got'} another split`;
		case 'not served':
			return `in place, says Knative; users ${verdict?.isRunning === true ? 'do' : 'did'} not get it`;
		case 'not reached':
			return 'in place, says Knative; not reached from here';
		case 'agreed':
			return `${live ?? 'in place'}: answers agree`;
		case 'not known':
		case undefined:
			return `${live ?? 'in place'}, says Knative`;
	}
}

/** `live since 11:57:06 (took 0.7 s)`: only of a change that was seen. */
function liveWords(
	{generation}: Pick<ServiceView, 'generation'>,
	move: Move | undefined,
): string | undefined {
	if (move?.movedAt === undefined || move.isLate || move.generation !== generation) return undefined;
	return `live since ${clock(move.movedAt)}${move.own ? ` (took ${duration(move.movedAt - move.askedAt)})` : ''}`;
}

function evidenceOf({splitAlarm, split, silentSince, trouble, gateway, isRunning}: ServiceVerdict) {
	// What does not connect from here, or is not trusted here, may well serve users.
	if (gateway.kind === 'down') return 'not reached';
	if (silentSince !== undefined) return 'not served';
	if (splitAlarm && !splitAlarm.isOver) return 'contradicted';
	// Most of what users get is no answer of the service.
	const isMost = trouble && !trouble.isOver && trouble.count > trouble.of / 2;
	const isDoubted = trouble?.kind === 'any host' || trouble?.kind === 'unknown host';
	if (isMost && trouble.kind === 'down') return 'not reached';
	if (isMost && trouble.kind !== 'redirects' && !isDoubted) return 'not served';
	if (isDoubted) return 'not known';
	// What agreed once may be otherwise by now.
	return split === 'agrees' && isRunning ? 'agreed' : 'not known';
}

const advice = 'check KIngress, gateway pods';

/** What contradicts the split that is shown, with what to do; undefined when nothing does. */
export function contradiction(verdict: ServiceVerdict | undefined): string | undefined {
	if (!verdict) return undefined;
	const {splitAlarm, at, isRunning} = verdict;
	switch (evidenceOf(verdict)) {
		case 'contradicted': {
			const until = isRunning ? at : (splitAlarm?.last ?? at);
			const since = splitAlarm ? ` for ${span(until - splitAlarm.since)}` : '';
			const got = setAndGot(verdict.shares, {isOver: !isRunning}) ?? 'users get another split';
			return `${isRunning ? '' : `until ${clock(until)}: `}${got}${since} · S sends it again · ${advice}`;
		}
		case 'not reached':
		case 'not served':
			return notServed(verdict);
		case 'agreed':
		case 'not known':
			return undefined;
	}
}

/** Whether what is got is another split than the one that is set: a bar of it says so by itself. */
export const isAnotherSplit = (verdict: ServiceVerdict | undefined): boolean =>
	verdict !== undefined && evidenceOf(verdict) === 'contradicted';

function notServed({gateway, trouble}: ServiceVerdict): string | undefined {
	if (gateway.kind === 'down') {
		const because = gateway.reason === undefined ? '' : ` · ${gateway.reason}`;
		return `gateway down since ${clock(gateway.since)} (${gateway.requests} requests)${because}`;
	}
	return gateway.kind === 'answers itself' && gateway.isAll
		? `users get ${gateway.code} from the gateway itself since ${clock(gateway.since)} · S sends the split again · ${advice}`
		: trouble?.sentence;
}

/** That of the service before, until this one's is known: nearly always they have the same, and a pane that blinks says nothing. */
export function shownGateway({gateway}: Pick<ConsoleState, 'gateway'>): ConsoleState['gateway'] {
	return gateway.kind === 'looking' ? (gateway.before ?? gateway) : gateway;
}
