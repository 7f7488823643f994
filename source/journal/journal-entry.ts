/** One change of a split, as it is remembered: who, when, from what to what. Pure. */
import * as v from 'valibot';
import {text} from '../knative/objects/parsed.js';
import {printable} from '../knative/text/printable.js';
import {latestKey, type Split, type SplitRow} from '../knative/split/split.js';

/** Texts are printable. */
export type HistoryEntry = {
	/** Milliseconds since 1970, UTC: when it was sent, or when the watch told of it. */
	at: number;
	/** URL of the API server, and the context of the kubeconfig by which it was reached. */
	server: string;
	context: string;
	namespace: string;
	service: string;
	uid: string;
	/** The one that the change made. With the uid it tells one change from another. */
	generation: number;
	/** User name as the server knows it, where it is known. */
	by: string;
	/** Written by this program, in this session or an earlier one. */
	own: boolean;
	/** Own: `split`, `roll back` … Otherwise how it became known. */
	reason: string;
	before: Split;
	after: Split;
	/** Of an own change of the traffic: the command line that does the same. Others have values of variables in it. */
	command: string;
	/** Of another's change: the generation that had `before`. With a gap to `generation` there was another change between. */
	from?: number | undefined;
	/** Of an own change: of the attempt that was written down before it was sent. */
	id?: string | undefined;
};

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(500), v.transform(printable));

const row = v.pipe(
	v.object({
		key: name,
		revision: v.optional(name),
		percent: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
		tags: v.optional(v.array(name), []),
	}),
	v.transform(({key, revision, percent, tags}): SplitRow => ({
		key,
		revision: key === latestKey ? revision : key,
		latest: key === latestKey,
		percent,
		tags,
		locked: false,
	})),
);

const split = v.pipe(
	v.array(row),
	v.check(rows => rows.reduce((sum, {percent}) => sum + percent, 0) === 100, 'does not sum to 100'),
	v.check(rows => new Set(rows.map(({key}) => key)).size === rows.length, 'names a revision twice'),
);

/** What a change and an attempt have in common. */
export const entryFields = {
	at: v.pipe(v.number(), v.finite()),
	server: text,
	context: text,
	namespace: name,
	service: name,
	uid: name,
	generation: v.pipe(v.number(), v.safeInteger()),
	by: text,
	own: v.boolean(),
	reason: text,
	before: split,
	after: split,
	command: text,
};

const entry = v.object({
	...entryFields,
	from: v.fallback(v.optional(v.pipe(v.number(), v.safeInteger())), undefined),
	id: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/))),
});

/** Without what is nobody's to read: a template in a command has values of variables, an address may have a password. */
export function withoutSecrets<Fields extends Pick<HistoryEntry, 'command' | 'server'>>(
	fields: Fields,
): Fields {
	const {command, server} = fields;
	return {
		...fields,
		command: command.includes('/spec/template') ? '' : command,
		server: server.replace(/^([a-z+.-]+:\/\/)[^/]*@/i, '$1'),
	};
}

/** An entry of a line of the file, which is JSON; undefined when the line is none, whoever wrote it. */
export function parseEntry(value: unknown): HistoryEntry | undefined {
	const parsed = v.safeParse(entry, value);
	if (!parsed.success) return undefined;
	const {id, from, ...rest} = withoutSecrets(parsed.output);
	return {...rest, ...(from !== undefined && {from}), ...(id !== undefined && {id})};
}

/** The rows of a split as an entry keeps them: without locks and anchors, which are of the slider. */
export const rowsOf = (rows: Split) =>
	rows.map(({key, revision, percent, tags}) => ({key, revision, percent, tags}));

/** The entry as one line without its end. Locks and anchors of the slider are nothing to remember. */
export function formatEntry({before, after, ...rest}: HistoryEntry): string {
	return JSON.stringify({...withoutSecrets(rest), before: rowsOf(before), after: rowsOf(after)});
}

/**
 * In order of time, each change once: where two consoles have told of one (same service, same generation), the account
 * of the one that made it is kept.
 */
export function withoutRepeats(entries: readonly HistoryEntry[]): HistoryEntry[] {
	const byChange = new Map<string, HistoryEntry>();
	for (const candidate of entries) {
		const key = `${candidate.uid} ${candidate.generation}`;
		const known = byChange.get(key);
		if (!known || (candidate.own && !known.own)) byChange.set(key, candidate);
	}
	return [...byChange.values()].toSorted((a, b) => a.at - b.at);
}

/** The changes of one service in the order in which they were made: clocks of two machines may tell another one. */
export function entriesOf(entries: readonly HistoryEntry[], uid: string): HistoryEntry[] {
	return entries.filter(candidate => candidate.uid === uid).toSorted((a, b) => a.generation - b.generation);
}

/** What planning needs of an entry. */
export type SplitChange = Pick<HistoryEntry, 'before' | 'after' | 'at' | 'by' | 'own' | 'reason'>;
