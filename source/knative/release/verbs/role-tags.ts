/** The tags that say which part a revision has in a release, and how they move with it. Pure. */
import {tagRule} from '../../forms/rules.js';
import type {ServiceView} from '../../service/service.js';
import {dropTag, putTag, type Split} from '../../split/split.js';

/** What users had when the release began, and what to fall back to. */
export const stableTag = 'stable';
/** What is being tried. */
export const canaryTag = 'canary';
/** What had everything before the last release was promoted. */
export const previousTag = 'previous';

export const roleTags: readonly string[] = [stableTag, canaryTag, previousTag];

/** Those that a promotion gives, of which the names have to be free. */
export const tagsOfPromotion: readonly string[] = [stableTag, previousTag];

/**
 * What is known of the names that tags need, by name: whether another Service of the namespace has it. Of one that is not in it
 * that could not be read.
 */
export type Placeholders = ReadonlyMap<string, 'taken' | 'free'>;

/** The name of the Service of Kubernetes behind a tag (knative/serving pkg/reconciler/route/resources/names). */
export const placeholderOf = (tag: string, service: string) => `${tag}-${service}`;

/** A tag that is in the split already has its name. */
export function newTags({specTraffic}: Pick<ServiceView, 'specTraffic'>, tags: readonly string[]): string[] {
	return tags.filter(tag => tag !== '' && !specTraffic.some(target => target.tag === tag));
}

/** What is to be read on a sheet before a tag is given of which the name could not be looked up; nothing where it could. */
export function unreadNotes(
	service: Pick<ServiceView, 'name' | 'specTraffic'>,
	tags: readonly string[],
	placeholders: Placeholders | undefined,
): string[] {
	if (!placeholders) return [];
	return newTags(service, tags)
		.map(tag => placeholderOf(tag, service.name))
		.filter(name => !placeholders.has(name))
		.map(
			name =>
				`Whether the name ${name} is free could not be read: where another object has it, the route refuses the whole split.`,
		);
}

/** Somebody has marked revisions of this split by the parts they have. */
export function hasRoleTags(split: Split): boolean {
	return split.some(({tags}) => tags.some(tag => roleTags.includes(tag)));
}

/**
 * Why a tag cannot be given to a revision of this service, as a sentence; undefined where it can. A tag has a URL of its
 * own, and with it a Service of Kubernetes named `<tag>-<service>`: where there is one of that name that belongs to
 * somebody else, the Route is refused as a whole (knative/serving pkg/reconciler/route, NotOwned).
 *
 * @param placeholders What is known of the names; undefined where nobody has asked.
 */
export function placeholderRule(
	tag: string,
	service: string,
	placeholders: Placeholders | undefined,
): string | undefined {
	const rule = tagRule(tag, service);
	if (rule !== undefined) return rule;
	const placeholder = placeholderOf(tag, service);
	if (placeholders?.get(placeholder) !== 'taken') return undefined;
	return `The tag ${tag} needs the name ${placeholder}, which another service of this namespace has: choose another tag.`;
}

/**
 * The tag on this row and on no other; where it may not be, on none. A tag that is in the split already is known to work.
 *
 * @param notes Gets a sentence where the tag cannot be given.
 */
export function moveTag(
	split: Split,
	key: string,
	tag: string,
	{
		service,
		placeholders,
		notes,
		isCareful = false,
	}: {
		service: string;
		placeholders: Placeholders | undefined;
		notes: string[];
		/** No tag that is not in use is given unless the names that are placeholders are known. */
		isCareful?: boolean;
	},
): Split {
	const isInUse = split.some(({tags}) => tags.includes(tag));
	const placeholder = placeholderOf(tag, service);
	const isUnread = !isInUse && placeholders !== undefined && !placeholders.has(placeholder);
	if (!isInUse && isCareful && (placeholders === undefined || isUnread)) return split;
	const unread = `Whether the name ${placeholder} is free could not be read, and the route refuses a split with a tag whose name another object has.`;
	const problem = isInUse ? undefined : isUnread ? unread : placeholderRule(tag, service, placeholders);
	if (problem === undefined) return putTag(dropTag(split, tag), key, tag);
	notes.push(`${key} gets no tag ${tag}. ${problem}`);
	return split;
}

/** Rows at 0 % without a tag are of no use to anybody: they pile up with every release. */
export function withoutLeftovers(split: Split, kept: readonly string[]): Split {
	return split.filter(({key, percent, tags}) => percent > 0 || tags.length > 0 || kept.includes(key));
}
