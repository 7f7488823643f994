/** The tags of one revision, as they are typed into the tag sheet, and the split that has them. Pure. */

import {tagRule} from '../forms/rules.js';
import type {ServiceView} from '../service/service.js';
import {addRow, putTag, splitOf, type Split} from './split.js';

/** Tags as typed: comma- or blank-separated. */
export function splitTags(text: string): string[] {
	return text.split(/[\s,]+/).filter(tag => tag !== '');
}

/** What is wrong with them, as a sentence. Empty is fine: it takes all tags away. */
export function tagsRule(text: string, service: string): string | undefined {
	const tags = splitTags(text);
	const twice = tags.find((tag, index) => tags.indexOf(tag) !== index);
	if (twice !== undefined) return `The tag ${twice} is defined twice.`;
	return tags.map(tag => tagRule(tag, service)).find(sentence => sentence !== undefined);
}

/** The tags that lead to a revision by its own row, or by the one that follows the latest and means it now. */
export function tagsOf(service: ServiceView, revision: string): string[] {
	return splitOf(service)
		.filter(row => row.revision === revision)
		.flatMap(row => row.tags);
}

export type Tagging = {split: Split; /** What happens beside what was asked for. */ notes: string[]};

/**
 * The split in which these tags, and no others, lead to the revision. A new tag goes on the pinned row of the revision,
 * which is added at 0 % where there is none: a tag on the row that follows the latest would go on to the next revision.
 * One that another revision has moves.
 */
export function retag(service: ServiceView, revision: string, tags: readonly string[]): Tagging {
	const notes: string[] = [];
	const before = splitOf(service);
	const kept = new Set(tags);
	const present = new Set(tagsOf(service, revision));
	let split: Split = before.map(row =>
		row.revision === revision ? {...row, tags: row.tags.filter(tag => kept.has(tag))} : row,
	);
	const added = tags.filter(tag => !present.has(tag));
	if (added.length > 0 && !split.some(row => row.key === revision)) {
		split = addRow(split, revision);
		notes.push(`${revision} is listed at 0 %, so that a tag can lead to it.`);
	}
	for (const tag of added) {
		const holder = split.find(row => row.tags.includes(tag));
		if (holder) notes.push(`The tag ${tag} moves from ${holder.revision ?? holder.key} to ${revision}.`);
		split = putTag(split, revision, tag);
	}
	return {split, notes};
}
