/** Who changed a split last, in one line: a colleague's change is said for a minute, as nobody's own. Pure. */
import type {HistoryEntry} from '../../console/session/change-recorder.js';
import type {ConsoleState} from '../../console/state/state.js';
import type {Split} from '../../knative/split/split.js';
import {clock} from '../format.js';

/** Milliseconds for which a colleague's change is announced. */
export const announcedFor = 60_000;

type Seen = Pick<ConsoleState, 'history' | 'services' | 'namespace'>;

/** The newest change that was not made from here and is of the last minute, of any service of the list. */
export function announced({history, services, namespace}: Seen, now: number): HistoryEntry | undefined {
	const newest = history.findLast(entry => !entry.own && entry.namespace === namespace);
	const isNew = newest !== undefined && now - newest.at < announcedFor;
	return isNew && services.some(({uid}) => uid === newest.uid) ? newest : undefined;
}

/** `bob changed cart: 90│10 → 50│50 with kubectl-patch · not from this console`. */
export function announcement(
	entry: HistoryEntry,
	{services}: Pick<ConsoleState, 'services'>,
	look: {bar: string; arrow: string},
): string {
	const service = services.find(({uid}) => uid === entry.uid);
	// Of a later write that left the split alone it says nothing about this one.
	const tool = service?.generation === entry.generation ? service.lastTool : undefined;
	const who = entry.by === '' ? 'Somebody' : entry.by;
	return `${who} changed ${entry.service}: ${splitsWords(entry, look)}${tool === undefined ? '' : ` with ${tool}`} · not from this console`;
}

/** `12:03:46 ann 100│0 → 90│10`: the last change of a service that is known here. */
export function lastChangeWords(
	{history}: Pick<ConsoleState, 'history'>,
	uid: string,
	look: {bar: string; arrow: string},
): string | undefined {
	const last = history.findLast(entry => entry.uid === uid);
	if (!last) return undefined;
	const who = last.by === '' ? (last.own ? 'you' : 'somebody') : last.by;
	return `${clock(last.at)} ${who} ${splitsWords(last, look)}`;
}

/** Shares in the order of the split afterwards; what is gone stands behind, what is new had nothing. */
function splitsWords(
	{before, after}: {before: Split; after: Split},
	{bar, arrow}: {bar: string; arrow: string},
): string {
	const keys = [...new Set([...after, ...before].map(({key}) => key))];
	const words = (split: Split) => keys.map(key => split.find(row => row.key === key)?.percent ?? 0).join(bar);
	return `${words(before)} ${arrow} ${words(after)}`;
}
