/** The tags that say which part a revision has in a release, and how they move with it. Pure. */
import {tagRule} from '../../forms/rules.js';
import {dropTag, putTag, type Split} from '../../split/split.js';

/** What users had when the release began, and what to fall back to. */
export const stableTag = 'stable';
/** What is being tried. */
export const canaryTag = 'canary';
/** What had everything before the last release was promoted. */
export const previousTag = 'previous';

export const roleTags: readonly string[] = [stableTag, canaryTag, previousTag];

/** Somebody has marked revisions of this split by the parts they have. */
export function hasRoleTags(split: Split): boolean {
	return split.some(({tags}) => tags.some(tag => roleTags.includes(tag)));
}

/**
 * Why a tag cannot be given to a revision of this service, as a sentence; undefined where it can. A tag has a URL of its
 * own, and with it a Service of Kubernetes named `<tag>-<service>`: where there is one of that name that belongs to
 * somebody else, the Route is refused as a whole (knative/serving pkg/reconciler/route, NotOwned).
 *
 * @param taken Names of Services in the namespace that are not of this service's own Route.
 */
export function placeholderRule(
	tag: string,
	service: string,
	taken: ReadonlySet<string> | undefined,
): string | undefined {
	const rule = tagRule(tag, service);
	if (rule !== undefined) return rule;
	const placeholder = `${tag}-${service}`;
	if (!taken?.has(placeholder)) return undefined;
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
		taken,
		notes,
		isCareful = false,
	}: {
		service: string;
		taken: ReadonlySet<string> | undefined;
		notes: string[];
		/** No tag that is not in use is given unless the names that are taken are known. */
		isCareful?: boolean;
	},
): Split {
	const isInUse = split.some(({tags}) => tags.includes(tag));
	if (!isInUse && isCareful && taken === undefined) return split;
	const problem = isInUse ? undefined : placeholderRule(tag, service, taken);
	if (problem === undefined) return putTag(dropTag(split, tag), key, tag);
	notes.push(`${key} gets no tag ${tag}. ${problem}`);
	return split;
}

/** Rows at 0 % without a tag are of no use to anybody: they pile up with every release. */
export function withoutLeftovers(split: Split, kept: string | undefined): Split {
	return split.filter(({key, percent, tags}) => percent > 0 || tags.length > 0 || key === kept);
}
