/** The tag that a new revision is proposed. Pure. */
import {releaseOf} from '../knative/release/release.js';
import {canaryTag, placeholderRule} from '../knative/release/verbs/role-tags.js';
import type {Facts} from './plan-split.js';

/** The tag for a canary, unless one that is being tried has it: it is not taken away from that without a word. */
export function freeCanaryTag(facts: Facts): string {
	const {service, taken} = facts;
	const {canary, whole} = releaseOf(facts);
	const isRunning = canary !== undefined && canary.revision !== whole;
	const isInUse = service.specTraffic.some(({tag}) => tag === canaryTag);
	const isFree = placeholderRule(canaryTag, service.name, taken) === undefined;
	return (isRunning && isInUse) || (!isInUse && !isFree) ? '' : canaryTag;
}
