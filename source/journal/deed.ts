/**
 * Something made or deleted, as it is remembered before it is asked for and when it is known what became of it: what a split
 * is put back from does not hold for it, and a history without it would not be true. Pure.
 */
import * as v from 'valibot';
import {text} from '../knative/objects/parsed.js';
import {entryFields, withoutSecrets, type HistoryEntry} from './journal-entry.js';

const deedKinds = ['create service', 'delete service', 'delete revision'] as const;

export type DeedEnd = {how: 'made' | 'not made' | 'not known'; sentence: string};

/** Texts are printable. */
export type Deed = Omit<HistoryEntry, 'id' | 'before' | 'after' | 'generation'> & {
	id: string;
	what: (typeof deedKinds)[number];
	/** What is made or deleted: the service, or one of its revisions. `uid` is its uid, empty of what was not there yet. */
	object: string;
	/** How it ended; undefined while nobody has found out. */
	end: DeedEnd | undefined;
};

const id = v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/));
const {before: _before, after: _after, generation: _generation, uid: _uid, ...common} = entryFields;

const deed = v.object({
	deed: id,
	what: v.picklist(deedKinds),
	object: text,
	of: v.object({...common, uid: text}),
});

/** A deed of a line of the file; undefined when the line is none. */
export function parseDeed(value: unknown): Deed | undefined {
	const parsed = v.safeParse(deed, value);
	if (!parsed.success) return undefined;
	const {deed: key, what, object, of} = parsed.output;
	return {...withoutSecrets(of), id: key, what, object, end: undefined};
}

/** Of what is made no command is kept: its manifest has values of variables. */
export function formatDeed({id: key, what, object, end: _end, ...rest}: Deed): string {
	const command = what === 'create service' ? '' : rest.command;
	return JSON.stringify({deed: key, what, object, of: {...withoutSecrets(rest), command}});
}

/** The deeds with their ends, as far as those were written down. */
export function withEnds(begun: readonly Deed[], outcomes: readonly (DeedEnd & {id: string})[]): Deed[] {
	const ends = new Map(outcomes.map(({id: key, ...end}) => [key, end]));
	return begun.map(each => ({...each, end: ends.get(each.id)}));
}
