/**
 * Whether what is to be made, or to get traffic, is what somebody has rejected, under another name: the same image, or of the
 * image that users run the settings that it was given up with. Pure.
 */
import type {ComparedRevision} from '../../revision/revision-differences.js';
import {digestIn, type RevisionView} from '../../revision/revision.js';
import {ownRevisions, rejectionOf, type ReleaseFacts} from './release-facts.js';
import {pastOf} from './past.js';
import {parseRejection, type Rejection} from './rejection.js';
import type {ServiceView} from '../../service/service.js';
import {shortImage} from '../../text/short-words.js';

/** A revision, or a template: of what is not made yet the image is not resolved. */
type Made = ComparedRevision & {
	readonly name?: string;
	readonly digest?: string | undefined;
	readonly generation?: number;
};

export type Likeness = {
	revision: string;
	rejection: Rejection;
	/** As a part of a sentence: `the image of cart-00002 (flaky:2)`. */
	what: string;
};

/** @param users The revision that users have, where it is known. */
export function rejectedLike(
	facts: ReleaseFacts,
	made: Made,
	users: string | undefined,
): Likeness | undefined {
	for (const rejected of ownRevisions(facts) ?? []) {
		const rejection = rejectionOf(facts, rejected.name);
		if (!rejection || rejected.name === made.name) continue;
		const what = sameAs(facts, made, rejected, users);
		if (what !== undefined) return {revision: rejected.name, rejection, what};
	}
	return undefined;
}

/**
 * Whether this image is that of a revision which was rejected, of whatever service: by digest where that is known. The image that
 * users of that service run was not what was rejected.
 *
 * @param services With notes of what was rejected and bears no mark of it itself.
 * @param usersOf The revision that users of a service have, where it is known.
 */
export function rejectedImage(
	image: string,
	{services, revisions}: {services: readonly ServiceView[]; revisions: readonly RevisionView[]},
	usersOf: (facts: ReleaseFacts) => string | undefined,
): Likeness | undefined {
	for (const revision of revisions) {
		const service = services.find(
			({namespace, name}) => namespace === revision.namespace && name === revision.service,
		);
		const rejection = service
			? rejectionOf({service, revisions: [revision]}, revision.name)
			: parseRejection(revision.rejected);
		if (!rejection || !hasSameImage({revisions}, {image}, revision)) continue;
		if (service) {
			const facts: ReleaseFacts = {service, revisions, changes: []};
			const running = runningBeside(facts, revision, usersOf(facts));
			if (running && hasSameImage(facts, running, revision)) continue;
		}
		const what = `the image of ${revision.name} (${shortImage(revision.image)})`;
		return {revision: revision.name, rejection, what};
	}
	return undefined;
}

/**
 * What makes it the same as that revision, which users were not to have; undefined where it is another.
 *
 * @param users As above. Of their image, what failed is what differs from theirs.
 */
export function sameAs(
	facts: ReleaseFacts,
	made: Made,
	failed: RevisionView,
	users: string | undefined,
): string | undefined {
	if (!hasSameImage(facts, made, failed)) return undefined;
	const image = `the image of ${failed.name} (${shortImage(failed.image)})`;
	const running = runningBeside(facts, failed, users);
	// What ran that image before the other one was made is not that one again.
	const isBefore = (made.generation ?? Infinity) < failed.generation;
	if (!running && users === failed.name && isBefore) return undefined;
	if (!running || !hasSameImage(facts, running, failed)) return image;
	const [theirs, its, now] = [running, failed, made].map(compared => settingsOf(compared));
	if (!theirs || !its || !now) return undefined;
	const differs = [...new Set([...theirs.keys(), ...its.keys()])].filter(
		key => theirs.get(key) !== its.get(key),
	);
	// What the code does goes by its variables first; a bound of the scale may change beside them.
	const variables = differs.filter(key => key.startsWith(variable));
	const telling = variables.length > 0 ? variables : differs;
	if (telling.length === 0 || telling.some(key => now.get(key) !== its.get(key))) return undefined;
	return `what ${failed.name} was given up with (${telling.join(', ')})`;
}

/** What users have, or had before they were given what failed, too. */
function runningBeside(
	facts: ReleaseFacts,
	failed: RevisionView,
	users: string | undefined,
): RevisionView | undefined {
	const past = users === failed.name ? pastOf(facts, users) : undefined;
	const running = past?.kind === 'told' ? past.revision : users;
	return running === failed.name ? undefined : facts.revisions?.find(({name}) => name === running);
}

/** By digest where both are known to be resolved; by reference else. A tag may have moved since it was resolved. */
function hasSameImage(
	{revisions}: Pick<ReleaseFacts, 'revisions'>,
	one: Pick<Made, 'image' | 'digest'>,
	other: Pick<Made, 'image' | 'digest'>,
): boolean {
	const [a, b] = [one, other].map(
		({image, digest}) =>
			digest ??
			digestIn(image) ??
			(revisions ?? [])
				.filter(revision => revision.image === image && revision.digest !== undefined)
				.toSorted((x, y) => y.generation - x.generation)[0]?.digest,
	);
	return a !== undefined && b !== undefined ? a === b : one.image === other.image;
}

const variable = 'env ';

function settingsOf(compared: ComparedRevision): ReadonlyMap<string, string> {
	const {env, resources, autoscaling, containerConcurrency, protocol, annotations} = compared;
	return new Map([
		...env.map(({name, value, shown}) => [`${variable}${name}`, value ?? `=${shown}`] as const),
		...resources,
		...autoscaling,
		['hard concurrency', String(containerConcurrency)],
		['protocol', protocol],
		...annotations,
	]);
}
