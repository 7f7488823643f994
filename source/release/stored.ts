/** What the server has stored in the place of what was wanted, as before → wanted → stored. Pure. */
import {printable} from '../knative/text/printable.js';
import {parseService} from '../knative/service/service.js';
import {splitOf, type Split} from '../knative/split/split.js';
import type {WriteOutcome} from '../kube/write/write.js';
import type {Plan} from './plan.js';

type Altered = Extract<WriteOutcome, {kind: 'altered'}>;

/** The split of an object as it came back; undefined when that is no Service. */
export function storedSplit(object: unknown): Split | undefined {
	const parsed = parseService(object);
	return parsed.ok ? splitOf(parsed.value) : undefined;
}

/** One sentence per place where something else was stored. Values of variables are nobody's to read here. */
export function alteredSentences({splits}: Pick<Plan, 'splits'>, {object, differences}: Altered): string[] {
	return differences.map(({path, wanted, stored}) => {
		const after = path === '/spec/traffic' && splits ? storedSplit(object) : undefined;
		if (after && splits) return splitSentence(splits.before, splits.after, after);
		const field = fieldWords(path);
		const isSecret = /(?:^|\.)env(?:\.|$)/.test(field) || path === '/spec';
		return isSecret
			? `${field} is not as wanted`
			: `${field}: wanted ${valueWords(wanted)} → stored ${valueWords(stored)}`;
	});
}

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
	return printable(parts.slice(parts[0] === 'spec' ? 1 : 0).join('.'));
}

function share(split: Split, key: string): string {
	const row = split.find(candidate => candidate.key === key);
	return row ? `${row.percent} %${row.tags.length > 0 ? ` ${row.tags.join(',')}` : ''}` : '–';
}

/** `cart-00001 90 % → wanted 100 % → stored 95 %`, of each row that is not as wanted. */
function splitSentence(before: Split, wanted: Split, stored: Split): string {
	const keys = [...new Set([...wanted, ...stored].map(({key}) => key))];
	return keys
		.filter(key => share(wanted, key) !== share(stored, key))
		.map(key => `${key} ${share(before, key)} → wanted ${share(wanted, key)} → stored ${share(stored, key)}`)
		.join(', ');
}

function valueWords(value: unknown): string {
	if (value === undefined) return 'nothing';
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return printable(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
