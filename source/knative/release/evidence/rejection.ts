/**
 * The mark on a Revision that was tried and given up: the annotation `kn-canary.dev/rejected`, with who, when and why.
 * Annotations of a Revision may change, other than its spec (knative/serving revision_validation.go).
 */
import * as v from 'valibot';
import {jsonOf} from '../../text/json-text.js';
import {printable} from '../../text/printable.js';
import {truncate} from '../../text/truncate.js';

export const rejectedAnnotation = 'kn-canary.dev/rejected';

/** Texts are printable. */
export type Rejection = {
	/** User name; empty where it is not told. */
	by: string;
	/** Milliseconds since 1970, UTC; undefined where it is not told. */
	at: number | undefined;
	/** In the operator's words; may be empty. */
	why: string;
};

/** Characters of a reason that are kept. */
export const longestReason = 500;

const rejection = v.object({
	by: v.optional(v.string(), ''),
	at: v.optional(v.string(), ''),
	why: v.optional(v.string(), ''),
});

/** Whatever is written there, by whomever, is a rejection: what cannot be read as one of ours is taken for the reason. */
export function parseRejection(text: string | undefined): Rejection | undefined {
	if (text === undefined || text === '') return undefined;
	const plain = {by: '', at: undefined, why: printable(truncate(text, longestReason))};
	const parsed = v.safeParse(rejection, jsonOf(text));
	if (!parsed.success) return plain;
	const {by, at, why} = parsed.output;
	const time = Date.parse(at);
	return {
		by: printable(truncate(by, longestReason)),
		at: Number.isNaN(time) ? undefined : time,
		why: printable(truncate(why, longestReason)),
	};
}

/** As the annotation has it: JSON, whose reason is cut at `longestReason` characters. */
export function formatRejection({by, at, why}: Rejection): string {
	return JSON.stringify({
		by,
		...(at !== undefined && {at: new Date(at).toISOString()}),
		...(why !== '' && {why: truncate(why, longestReason)}),
	});
}

/** The annotation on the Revision, by its name. */
export const markOf = (rejected: Rejection): Readonly<Record<string, string>> => ({
	[rejectedAnnotation]: formatRejection(rejected),
});
