/** The tag that a new revision is proposed. Pure. */
import type {ReleaseFacts} from './evidence/release-facts.js';
import type {ServiceView} from '../service/service.js';
import type {Placeholders} from './verbs/role-tags.js';
import {waitingLatest} from './evidence/shares.js';
import {releaseOf} from './release.js';
import {canaryTag, placeholderRule} from './verbs/role-tags.js';

/**
 * The tag for a canary, unless one that is being tried has it: it is not taken away from that without a word. What was taken from
 * users is not tried any more.
 */
export function freeCanaryTag(facts: ReleaseFacts & {placeholders?: Placeholders | undefined}): string {
	const {service, placeholders} = facts;
	const {canary, whole} = releaseOf(facts);
	// On the row that follows the latest it is of the new one as soon as that is made.
	const isWaiting = waitingLatest(service)?.row.tags.includes(canaryTag) === true;
	const isRunning =
		canary !== undefined && canary.revision !== whole && canary.lost === undefined && !isWaiting;
	const isInUse = service.specTraffic.some(({tag}) => tag === canaryTag);
	return (isRunning && isInUse) || whyNoCanaryTag(service, placeholders) !== undefined ? '' : canaryTag;
}

/** Why the tag for a canary cannot be given, as a sentence: somebody else has the name that it needs. */
export function whyNoCanaryTag(
	{name, specTraffic}: ServiceView,
	placeholders: Placeholders | undefined,
): string | undefined {
	const isInUse = specTraffic.some(({tag}) => tag === canaryTag);
	return isInUse ? undefined : placeholderRule(canaryTag, name, placeholders);
}
