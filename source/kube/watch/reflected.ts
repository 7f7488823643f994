/** What a reflector tells: of the objects, and of how current that is. */
import type {WatchRefusal} from './watch-end.js';

export type ReflectorChange =
	/**
	 * A page of everything there is. With `isFirst` a list begins (again); after the page with `isLast`, what was on none of
	 * its pages is gone. Page by page, so that the first rows need not wait for the last, and so that a list of thousands
	 * is never in memory as it was sent.
	 */
	| {type: 'page'; items: unknown[]; isFirst: boolean; isLast: boolean}
	/** Created or changed. */
	| {type: 'put'; object: unknown}
	/** Deleted; the object is its last state. */
	| {type: 'gone'; object: unknown};

/** Times are milliseconds since 1970. */
export type ReflectorState =
	| {kind: 'connecting'}
	/** What was handed over is what the server has, as of less than 90 s ago, and changes are told. */
	| {kind: 'live'}
	/**
	 * What was handed over stays, but is old: as of `since`, when the server last said how things are. `isUnanswered`: the
	 * server does not answer.
	 */
	| {kind: 'stale'; since: number; why: string; isUnanswered?: boolean}
	/** Nothing was ever had. */
	| {kind: 'offline'; since: number; why: string}
	/** Asked again, but not often. `since` as above, where there is something that was handed over before. */
	| (WatchRefusal & {since?: number});
