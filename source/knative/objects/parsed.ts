/** Parsing of what comes from outside: tolerant pieces that the parsers of Service and Revision share. */

import * as v from 'valibot';
import {tooDeep} from '../text/nesting.js';
import {printable} from '../text/printable.js';

/** The outcome of parsing something that cannot be trusted; `reason` is a sentence for the operator. */
/** `doubt`: what of it could not be read, as a sentence; the rest is as it says. */
export type Parsed<T> = {ok: true; value: T; doubt?: string} | {ok: false; reason: string};

/** A condition of a Knative object (knative/pkg apis/condition_types.go). Texts are printable. */
export type ConditionView = {
	type: string;
	status: 'True' | 'False' | 'Unknown';
	/** Empty for a condition that Ready depends on; `Info` for one that it does not (a Revision's `Active`). */
	severity: string;
	/** CamelCase word, or empty. */
	reason: string;
	/** Sentence, or empty. */
	message: string;
	/** Milliseconds since 1970, UTC. */
	since: number | undefined;
};

/** One copy of each word that thousands of objects say alike; emptied when it is full of words that were not. */
const words = new Map<string, string>();
const mostWords = 4096;

/** A printable text that is likely to be the same in many objects: kept once for all of them. */
export function shared(raw: string): string {
	const known = words.get(raw);
	if (known !== undefined) return known;
	if (words.size >= mostWords) words.clear();
	const text = printable(raw);
	words.set(raw, text);
	return text;
}

/** For what thousands of objects do not have. */
export const noEntries: ReadonlyMap<string, string> = new Map();

// A fallback has to be outermost: for a key that is missing, valibot takes it as it is, without the rest of the pipe.

/** A string, made printable; anything else is the empty string. */
export const text = v.fallback(v.pipe(v.string(), v.transform(printable)), '');

/** A string that is not empty, made printable; anything else is undefined. */
export const optionalText = v.fallback(
	v.optional(v.pipe(v.string(), v.minLength(1), v.transform(printable))),
	undefined,
);

/** As `text`, of what many objects say alike. */
export const sharedText = v.fallback(v.pipe(v.string(), v.transform(shared)), '');

/** A whole number; anything else is undefined. */
export const optionalWhole = v.fallback(v.optional(v.pipe(v.number(), v.safeInteger())), undefined);

/** RFC 3339 → milliseconds since 1970; anything else is undefined. */
export const optionalTime = v.fallback(
	v.optional(
		v.pipe(
			v.string(),
			v.transform(value => Date.parse(value)),
			v.finite(),
		),
	),
	undefined,
);

// What a list of ten thousand revisions has a hundred thousand of is read without a schema for each: that was half of what it took.

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function stringsOf(record: Readonly<Record<string, unknown>>): Map<string, string> {
	const strings = new Map<string, string>();
	for (const key of Object.keys(record)) {
		const value = record[key];
		if (typeof value === 'string') strings.set(key, value);
	}
	return strings;
}

/** Labels or annotations: entries whose value is no string are left out. Not printable: keys and values are raw. */
export const stringMap = v.fallback(
	v.pipe(v.custom<Readonly<Record<string, unknown>>>(isRecord), v.transform(stringsOf)),
	() => new Map<string, string>(),
);

/** A list of which the items that do not fit are left out; anything but a list is the empty list. */
export function tolerantList<Schema extends v.GenericSchema>(schema: Schema) {
	return v.fallback(
		v.pipe(
			v.array(v.unknown()),
			v.transform(items =>
				items.flatMap((item): v.InferOutput<Schema>[] => {
					const result = v.safeParse(schema, item);
					return result.success ? [result.output] : [];
				}),
			),
		),
		[],
	);
}

const sharedOr = (value: unknown): string => (typeof value === 'string' ? shared(value) : '');

function timeOf(value: unknown): number | undefined {
	const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
	return Number.isNaN(time) ? undefined : time;
}

/** None for what is no condition. */
function conditionOf(item: unknown): readonly ConditionView[] {
	if (!isRecord(item) || typeof item['type'] !== 'string') return [];
	const {type, status, severity, reason, message, lastTransitionTime} = item;
	return [
		{
			type: shared(type),
			status: status === 'True' || status === 'False' ? status : 'Unknown',
			severity: sharedOr(severity),
			reason: sharedOr(reason),
			message: sharedOr(message),
			since: timeOf(lastTransitionTime),
		},
	];
}

/** `status.conditions`, without what is none. A status that is none of the three words counts as Unknown. */
export const conditions = v.fallback(
	v.pipe(
		v.custom<readonly unknown[]>(isList),
		v.transform(items => items.flatMap(item => conditionOf(item))),
	),
	[],
);

/** The references that say who controls the object: there is at most one, if the server is sound. */
const controllers = v.pipe(
	tolerantList(
		v.object({
			apiVersion: text,
			kind: text,
			name: text,
			uid: text,
			controller: v.fallback(v.optional(v.boolean(), false), false),
		}),
	),
	v.transform(references => references.filter(({controller}) => controller)),
);

/** Who has written fields, by the names they go by; and who of them was the last to write the object itself, not its status. */
const fieldManagers = v.pipe(
	tolerantList(
		v.object({
			manager: sharedText,
			time: v.fallback(v.optional(v.string(), ''), ''),
			subresource: v.fallback(v.optional(v.string(), ''), ''),
			fieldsV1: v.fallback(v.optional(v.object({'f:spec': v.looseObject({})})), undefined),
		}),
	),
	v.transform(entries => {
		const own = entries.filter(({subresource}) => subresource === '');
		const last = own.reduce((latest, {time}) => (time > latest ? time : latest), '');
		const ofTraffic = own.filter(({fieldsV1}) => fieldsV1 && 'f:traffic' in fieldsV1['f:spec']);
		const times = ofTraffic.map(({time}) => Date.parse(time)).filter(time => !Number.isNaN(time));
		return {
			all: [...new Set(entries.map(({manager}) => manager))],
			// Times are whole seconds: of two in one second it cannot be told.
			last:
				last === '' ? [] : [...new Set(own.filter(({time}) => time === last).map(({manager}) => manager))],
			/** `spec.traffic` was not written after that. */
			traffic: times.length === 0 ? undefined : Math.max(...times),
		};
	}),
);

/** What a path of the API can end in, as the server itself takes it (apimachinery IsValidPathSegmentName). */
const pathSegment = v.pipe(
	v.string(),
	v.minLength(1),
	v.check(segment => segment !== '.' && segment !== '..' && !/[/%]/.test(segment), 'no name of an object'),
);

/** A reading of `metadata`; a missing name, or uid where something is to be written, is for the caller to refuse. */
export const metadata = v.object({
	name: v.pipe(pathSegment, v.transform(printable)),
	namespace: sharedText,
	uid: text,
	resourceVersion: text,
	generation: v.fallback(v.pipe(v.number(), v.safeInteger()), 0),
	creationTimestamp: optionalTime,
	deletionTimestamp: optionalTime,
	labels: stringMap,
	annotations: stringMap,
});

/** Of an object that is asked for again by its namespace and name: without a namespace it would be another one. */
export const placedMetadata = v.object({
	...metadata.entries,
	namespace: v.pipe(pathSegment, v.transform(shared)),
});

/** The same, with who else writes the object. */
export const ownedMetadata = v.object({
	...placedMetadata.entries,
	ownerReferences: v.optional(controllers, []),
	managedFields: v.optional(fieldManagers, []),
});
export type OwnedMetadata = v.InferOutput<typeof ownedMetadata>;

/** What is wrong with a value, without the value: it may be a secret, and valibot's own words have it in them. */
export function issueWords({message, expected, input}: v.BaseIssue<unknown>): string {
	if (!message.startsWith('Invalid ')) return message;
	if (input === undefined) return 'it is missing';
	const found = input === null ? 'null' : Array.isArray(input) ? 'a list' : `of type ${typeof input}`;
	return expected === null ? `it is ${found}` : `expected ${expected}, and it is ${found}`;
}

/** One sentence out of what valibot found: the place and what is wrong there. */
export function issueSentence(what: string, issues: readonly v.BaseIssue<unknown>[]): string {
	const [issue] = issues;
	if (!issue) return `${what} cannot be read.`;
	const path = v.getDotPath(issue);
	return printable(`${what} cannot be read: ${path === null ? '' : `${path}: `}${issueWords(issue)}.`);
}

const named = v.object({metadata: v.object({name: v.string()})});

/** What an object that cannot be read is called: `Service cart`, or `A Service` where it does not say. */
export function nameOf(kind: 'Service' | 'Revision', input: unknown): string {
	const parsed = v.safeParse(named, input);
	return parsed.success ? `${kind} ${printable(parsed.output.metadata.name)}` : `A ${kind}`;
}

/** Why an object is not even looked at, as a sentence: it is too deep to be compared, copied or printed. */
export function depthSentence(kind: 'Service' | 'Revision', input: unknown): string | undefined {
	const depth = tooDeep(input);
	return depth === undefined ? undefined : `${nameOf(kind, input)} cannot be read: ${depth}.`;
}
