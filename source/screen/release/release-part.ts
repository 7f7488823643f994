/** What a revision is in a release, and its other tags, as every pane says it. Pure. */
import {roleOf, type Release} from '../../knative/release/release.js';
import {canaryTag, roleTags} from '../../knative/release/verbs/role-tags.js';

export type ReleasePart = {readonly role: string | undefined; readonly tags: readonly string[]};

export type ReleaseRoles = Pick<Release, 'canary' | 'stable'> & {
	/** Revisions that were given up, where the pane says that of them nowhere else. */
	readonly rejected?: ReadonlySet<string>;
};

/** @param tags All of them, by which it has a part where the release is not known. */
export function partOf(
	revision: string | undefined,
	tags: readonly string[],
	release: ReleaseRoles | undefined,
): ReleasePart {
	const told = revision === undefined || !release ? undefined : roleOf(revision, release);
	if (revision !== undefined && told !== 'stable' && release?.rejected?.has(revision) === true) {
		return {role: 'rejected', tags: tags.filter(tag => tag !== canaryTag)};
	}
	if (told === 'canary' && release?.canary?.lost) {
		return {role: release.canary.lost, tags: tags.filter(tag => tag !== canaryTag)};
	}
	const role = told ?? roleTags.find(tag => tags.includes(tag));
	return {role, tags: tags.filter(tag => tag !== role)};
}

/** The role and the tags, with commas; empty for a revision that has no part. */
export const partText = ({role, tags}: ReleasePart) =>
	[...(role === undefined ? [] : [role]), ...tags].join(', ');

/** Columns in which a role is whole, be it with a sign that there are tags. */
export const roleWidth = ({role, tags}: ReleasePart) =>
	role === undefined ? 0 : role.length + (tags.length > 0 ? 1 : 0);
