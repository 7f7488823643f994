/**
 * What else than the usual part of an answer may tell revisions apart: its status, a header, a value in a JSON body. Each
 * by the words that `--fingerprint` takes for it. Pure.
 */
import {jsonOf} from '../../knative/text/json-text.js';
import {toLabel, type ReceivedResponse} from './fingerprint.js';

/** Headers that differ from answer to answer, or that a gateway sets: they say nothing of the revision. */
const fleeting =
	/^(date|age|expires|last-modified|set-cookie|server|via|connection|keep-alive|transfer-encoding|content-encoding|vary|x-envoy-.*|x-request-id|x-correlation-id|traceparent|tracestate|x-b3-.*|cf-.*|alt-svc|nel|report-to|x-runtime|x-response-time|server-timing)$/;

/** Values of a JSON body that are looked at, and how deep. */
const leavesLimit = 100;
const depthLimit = 5;

/** The traits of one answer, by what `--fingerprint` would say: `status`, `header:x-version`, `json:build.commit`. */
export function traitsOf({status, headers, body}: ReceivedResponse): ReadonlyMap<string, string> {
	const traits = new Map([['status', String(status)]]);
	for (const [name, value] of Object.entries(headers)) {
		if (!fleeting.test(name)) {
			traits.set(`header:${name}`, toLabel(value));
		}
	}

	for (const [path, value] of jsonLeaves(body)) {
		traits.set(`json:${path}`, toLabel(value));
	}

	return traits;
}

function jsonLeaves(body: string): [path: string, value: string][] {
	if (!/^\s*[[{]/.test(body)) return [];
	const leaves: [string, string][] = [];
	const visit = (value: unknown, path: readonly string[]): void => {
		if (leaves.length >= leavesLimit || path.length > depthLimit) return;
		if (typeof value === 'object' && value !== null) {
			for (const [key, part] of Object.entries(value)) {
				// A key with a dot cannot be said as a path.
				if (/^[\w-]+$/.test(key)) visit(part, [...path, key]);
			}
		} else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
			leaves.push([path.join('.'), String(value)]);
		}
	};
	visit(jsonOf(body), []);
	return leaves;
}

/** What names a version is the likeliest to identify revisions later, too. */
const speaking = /version|revision|commit|build|sha|release|tag|greeting/i;

/**
 * By what the revisions can be told apart: each says the same in all of its answers, and no two say the same. Undefined
 * when nothing does, or when one was not heard twice.
 *
 * @param answers The traits of each revision's answers.
 */
export function distinguishingTrait(
	answers: ReadonlyMap<string, readonly ReadonlyMap<string, string>[]>,
): string | undefined {
	const revisions = [...answers.values()];
	if (revisions.length < 2 || revisions.some(({length}) => length < 2)) return undefined;
	const names = [...(revisions[0]?.[0]?.keys() ?? [])];
	const distinguishing = names.filter(name => {
		const values = revisions.map(said => new Set(said.map(traits => traits.get(name))));
		const firsts = values.map(([value]) => value);
		return (
			values.every(({size}) => size === 1) &&
			firsts.every(value => value !== undefined) &&
			new Set(firsts).size === firsts.length
		);
	});
	return distinguishing.find(name => speaking.test(name)) ?? distinguishing[0];
}
