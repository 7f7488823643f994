/** What the server has stored in the place of what was wanted, as before → wanted → stored. Pure. */
import {pointer} from '../knative/objects/patch.js';
import {tooDeep} from '../knative/text/nesting.js';
import {printable} from '../knative/text/printable.js';
import {truncate} from '../knative/text/truncate.js';
import {parseService} from '../knative/service/service.js';
import {splitOf, type Split} from '../knative/split/split.js';
import {includes, type Difference} from '../kube/write/expected-state.js';
import type {WriteOutcome} from '../kube/write/write.js';
import type {Plan} from './plan.js';

type Altered = Extract<WriteOutcome, {kind: 'altered'}>;

/** The split of an object as it came back; undefined when that is no Service. */
export function storedSplit(object: unknown): Split | undefined {
	const parsed = parseService(object);
	return parsed.ok ? splitOf(parsed.value) : undefined;
}

/** At most so many places are told: the rest is counted. */
const longest = 6;

/** One sentence per place where something else was stored. Values of variables are nobody's to read here. */
export function alteredSentences({splits}: Pick<Plan, 'splits'>, {object, differences}: Altered): string[] {
	const sentences = differences.flatMap(difference => {
		const after = difference.path === '/spec/traffic' && splits ? storedSplit(object) : undefined;
		if (after && splits) return [splitSentence(splits.before, splits.after, after)];
		return narrowed(difference).map(fieldSentence);
	});
	const more = sentences.length - longest;
	return more > 0 ? [...sentences.slice(0, longest), `and ${more} more`] : sentences;
}

/** The places beneath it where the two part: a template as a whole says nothing. */
function narrowed({path, wanted, stored}: Difference): Difference[] {
	const isList = Array.isArray(wanted) && Array.isArray(stored) && wanted.length === stored.length;
	const isWhole = path.endsWith('/env') || (!isList && !(isRecord(wanted) && isRecord(stored)));
	if (isWhole) return [{path, wanted, stored}];
	return Object.entries(wanted).flatMap(([key, value]) => {
		const its: unknown = Object.hasOwn(stored, key) ? Reflect.get(stored, key) : undefined;
		return value === undefined || includes(its, value)
			? []
			: narrowed({path: `${path}${pointer(key)}`, wanted: value, stored: its});
	});
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldSentence({path, wanted, stored}: Difference): string {
	const field = fieldWords(path);
	// Whoever has stored that: it is no value to be shown.
	if (tooDeep(stored) !== undefined) return `${field} is not as wanted`;
	const isSecret = /(?:^|\.)env(?:\.|$)/.test(field) || hasVariables(wanted) || hasVariables(stored);
	return isSecret
		? `${field} is not as wanted`
		: `${field}: wanted ${valueWords(wanted)} → stored ${valueWords(stored)}`;
}

const hasVariables = (value: unknown) => (JSON.stringify(value) ?? '').includes('"env":');

/** A JSON pointer as people write it: `template.spec.containers.0.image`, or an annotation by its name. */
function fieldWords(path: string): string {
	const parts = path
		.split('/')
		.slice(1)
		.map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
	const annotation = parts.indexOf('annotations');
	if (annotation !== -1 && parts.length > annotation + 1) {
		return printable(`the annotation ${parts.slice(annotation + 1).join('/')}`);
	}
	const field = parts.slice(parts[0] === 'spec' ? 1 : 0).join('.');
	return field === '' ? 'the spec' : printable(field);
}

function share(split: Split, key: string): string {
	const row = split.find(candidate => candidate.key === key);
	return row ? `${row.percent} %${row.tags.length > 0 ? ` ${row.tags.join(',')}` : ''}` : '–';
}

/** `cart-00001 90 % → wanted 100 % → stored 95 %`, of each row that is not as wanted. */
function splitSentence(before: Split, wanted: Split, stored: Split): string {
	const keys = [...new Set([...wanted, ...stored].map(({key}) => key))];
	const rows = keys
		.filter(key => share(wanted, key) !== share(stored, key))
		.map(key => `${key} ${share(before, key)} → wanted ${share(wanted, key)} → stored ${share(stored, key)}`);
	return rows.length > 0 ? rows.join(', ') : 'the same shares, in other entries of the traffic';
}

function valueWords(value: unknown): string {
	if (value === undefined) return 'nothing';
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return printable(text.length > 60 ? `${truncate(text, 60)}…` : text);
}
