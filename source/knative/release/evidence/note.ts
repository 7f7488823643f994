/**
 * What this program writes down on a Service about its release: the annotation `kn-canary.dev/release`, in the same patch
 * as the split, so that a colleague on another machine reads who is stable and canary since when, and what undo puts back.
 *
 * It is an annotation of the Service's own metadata: one of the template would make a revision. Metadata alone does not
 * move the generation, but the split in the same patch does, by one; that number ties the note to the split it is about.
 */
import * as v from 'valibot';
import {pointer, type PatchOperation} from '../../objects/patch.js';
import {annotationOperations} from '../../service/annotation-operations.js';
import type {ServiceView} from '../../service/service.js';
import {jsonOf} from '../../text/json-text.js';
import {printable} from '../../text/printable.js';
import {latestKey, type Split, type SplitRow} from '../../split/split.js';
import type {Rejection} from './rejection.js';

export const noteAnnotation = 'kn-canary.dev/release';

/** Bytes. Annotations of one object share 256 KiB, and this one is copied to Configuration and Route. */
const largest = 4096;

/** How many earlier splits are kept for undo. */
const deepest = 8;

export type Verb = 'split' | 'promote' | 'roll back' | 'abandon' | 'undo' | 'tag' | 'new revision';

const verbs: readonly Verb[] = ['split', 'promote', 'roll back', 'abandon', 'undo', 'tag', 'new revision'];

/** Names of revisions as the cluster has them; texts are printable. */
export type ReleaseNote = {
	/** Of the write, by which it is told from another that is the same; undefined in notes of earlier versions. */
	id?: string | undefined;
	/** The generation of the Service that the patch with this note made. */
	generation: number;
	verb: Verb;
	/** What users had when the release began; after promoting, what they have now. */
	stable: string | undefined;
	canary: string | undefined;
	/** After promoting: what had everything before. After a roll back: undefined. */
	previous: string | undefined;
	/** Before the release all of the traffic followed the latest ready revision. */
	followed: boolean;
	/** When it was sent: milliseconds since 1970, UTC, by the clock of whoever wrote it. */
	since: number;
	/** User name as the server knows it; empty where that is not known. */
	by: string;
	/** The split that was written. */
	split: Split;
	/** The splits before it, the last one first: what undo puts back, one after the other. */
	undo: readonly Split[];
	/** What was given up and does not bear the mark of it itself yet: written in the same patch, so that it is never half done. */
	rejected: readonly NotedRejection[];
	/** What was rolled back before this, or undone by it, and users have not got again since, the last one first. */
	taken?: readonly Taken[] | undefined;
	/** Since the canary came every write has told here what it took from users; undefined where notes of earlier versions came between. */
	isWhole?: true | undefined;
	/** The revision that was found worse than what users had, while it was compared. */
	worse?: string | undefined;
};

/**
 * `at`: milliseconds since 1970. `had`: percent, where an undo took it from users, and no roll back. `isOver`: another one was
 * promoted since; it is so again where that is undone.
 */
export type Taken = {
	revision: string;
	at: number;
	by: string;
	had?: number | undefined;
	isOver?: true | undefined;
};

export type NotedRejection = Rejection & {revision: string};

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(253), v.transform(printable));

const row = v.pipe(
	v.object({
		/** Absent: it follows the latest ready revision, which then was `was`. */
		to: v.optional(name),
		was: v.optional(name),
		percent: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
		tags: v.optional(v.array(name), []),
	}),
	v.transform(({to, was, percent, tags}): SplitRow => ({
		key: to ?? latestKey,
		revision: to ?? was,
		latest: to === undefined,
		percent,
		tags,
		locked: false,
	})),
);

const split = v.pipe(
	v.array(row),
	v.minLength(1),
	v.check(rows => rows.reduce((sum, {percent}) => sum + percent, 0) === 100),
	v.check(rows => new Set(rows.map(({key}) => key)).size === rows.length),
);

const by = v.optional(v.pipe(v.string(), v.maxLength(500), v.transform(printable)), '');

const rejected = v.pipe(
	v.object({
		revision: name,
		by,
		at: v.optional(v.pipe(v.string(), v.isoTimestamp())),
		why: v.optional(v.pipe(v.string(), v.maxLength(500), v.transform(printable)), ''),
	}),
	v.transform(({at, ...rest}): NotedRejection => ({
		...rest,
		at: at === undefined ? undefined : Date.parse(at),
	})),
);

const taken = v.pipe(
	v.object({
		revision: name,
		by,
		at: v.pipe(v.string(), v.isoTimestamp()),
		had: v.fallback(v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100))), undefined),
		over: v.optional(v.boolean()),
	}),
	v.transform(({at, over, ...rest}): Taken => ({...rest, at: Date.parse(at), ...(over && {isOver: true})})),
);

const note = v.pipe(
	v.object({
		v: v.literal(1),
		id: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/))), undefined),
		generation: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
		verb: v.picklist(verbs),
		stable: v.optional(name),
		canary: v.optional(name),
		previous: v.optional(name),
		followed: v.optional(v.boolean(), false),
		since: v.pipe(v.string(), v.isoTimestamp()),
		by,
		split,
		undo: v.optional(v.array(split), []),
		rejected: v.fallback(v.optional(v.array(rejected), []), []),
		taken: v.fallback(v.optional(v.array(taken)), undefined),
		worse: v.fallback(v.optional(name), undefined),
		whole: v.fallback(v.optional(v.boolean()), undefined),
	}),
	v.transform(({v: _version, since, whole, ...rest}): ReleaseNote => ({
		...rest,
		...(whole && {isWhole: true}),
		stable: rest.stable,
		canary: rest.canary,
		previous: rest.previous,
		since: Date.parse(since),
	})),
);

/** Anybody can write an annotation: one that is no note, or one of a later version, is none. */
export function parseNote(text: string | undefined): ReleaseNote | undefined {
	if (text === undefined || text.length > 4 * largest) return undefined;
	const parsed = v.safeParse(note, jsonOf(text));
	return parsed.success ? parsed.output : undefined;
}

const rowsOf = (rows: Split) =>
	rows.map(({key, revision, latest, percent, tags}) => ({
		...(latest ? {...(revision !== undefined && {was: revision})} : {to: key}),
		percent,
		...(tags.length > 0 && {tags}),
	}));

const rejectionFields = ({revision, by: who, at, why}: NotedRejection) => ({
	revision,
	...(who !== '' && {by: who}),
	...(at !== undefined && {at: new Date(at).toISOString()}),
	...(why !== '' && {why}),
});

/** At most 4 KiB: the oldest splits are left out until it fits. Undefined where a single split is too long for that. */
export function formatNote({
	since,
	split: now,
	undo,
	followed,
	by: writer,
	rejected: given,
	taken: back,
	isWhole,
	...rest
}: ReleaseNote): string | undefined {
	const textWith = (kept: readonly Split[]) =>
		JSON.stringify({
			v: 1,
			...rest,
			...(followed && {followed}),
			...(isWhole && {whole: true}),
			since: new Date(since).toISOString(),
			...(writer !== '' && {by: writer}),
			...(back &&
				back.length > 0 && {
					taken: back.map(({at, isOver, ...one}) => ({
						...one,
						at: new Date(at).toISOString(),
						...(isOver && {over: true}),
					})),
				}),
			...(given.length > 0 && {rejected: given.map(entry => rejectionFields(entry))}),
			split: rowsOf(now),
			...(kept.length > 0 && {undo: kept.map(rows => rowsOf(rows))}),
		});
	for (let kept = Math.min(deepest, undo.length); kept >= 0; kept--) {
		const text = textWith(undo.slice(0, kept));
		if (new TextEncoder().encode(text).length <= largest) return text;
	}
	return undefined;
}

/** Sets the note, beside an operation on the spec. None where it would be too long. */
export function noteOperations(
	service: Pick<ServiceView, 'unannotatedAt'>,
	written: ReleaseNote,
): PatchOperation[] {
	const value = formatNote(written);
	return value === undefined ? [] : annotationOperations(service, noteAnnotation, value);
}

const place = pointer('metadata', 'annotations', noteAnnotation);
const annotationsPlace = pointer('metadata', 'annotations');

/** The text of a note: in an annotation of its own, or with the first ones of the service. */
function noteText({op, path, ...rest}: PatchOperation): string | undefined {
	const value: unknown = op === 'add' && 'value' in rest ? rest.value : undefined;
	const text: unknown = path === annotationsPlace ? Reflect.get(Object(value), noteAnnotation) : value;
	return (path === place || path === annotationsPlace) && typeof text === 'string' ? text : undefined;
}

/** Whether a patch writes the note; also where it does so with all annotations at once. */
export const hasNote = (operations: readonly PatchOperation[]) =>
	operations.some(operation => noteText(operation) !== undefined);

/** The same operations, with their note as `change` leaves it. */
export function withNote(
	operations: readonly PatchOperation[],
	change: (note: ReleaseNote) => ReleaseNote,
): PatchOperation[] {
	return operations.map(operation => {
		const found = parseNote(noteText(operation));
		const text = found && formatNote(change(found));
		if (operation.op !== 'add' || text === undefined) return operation;
		const {path, value} = operation;
		return {...operation, value: path === place ? text : {...Object(value), [noteAnnotation]: text}};
	});
}
