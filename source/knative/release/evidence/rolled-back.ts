/** Whether somebody has taken the traffic from a revision, as the cluster tells it. Pure. */
import type {Split} from '../../split/split.js';
import {momentBy} from '../../text/moment.js';
import type {HowLost} from '../roles/role.js';
import type {Guess} from '../verbs/choice.js';
import {stableTag} from '../verbs/role-tags.js';
import type {Taken} from './note.js';
import {joinedChanges, noteOf, shareNoted, takenIn, type ReleaseFacts} from './release-facts.js';
import {sharesOf} from './shares.js';

/** That it is so for certain: with a verb of this program, or with kubectl since. */
export function takenFromUsers(
	facts: ReleaseFacts,
	revision: string,
	now: number | undefined,
): (Guess & {readonly taken: string; readonly lost: HowLost}) | undefined {
	const found = noteOf(facts);
	const noted = found && takenIn(facts, found.note).find(one => one.revision === revision);
	const share = sharesOf(facts.service).find(candidate => candidate.revision === revision);
	if (noted && (found.isCurrent || share?.percent === 0)) {
		const taken = noted.had === undefined ? 'was rolled back' : 'was taken back to 0 %';
		const lost = noted.had === undefined ? 'rolled back' : 'undone';
		return {sentence: `${revision} ${takenWords(noted, now)}`, because: `${revision} ${taken}`, taken, lost};
	}
	if (found?.isCurrent || share?.percent !== 0) return undefined;
	const hadNoted = shareNoted(facts, revision);
	// A note from before it had users does not know that they had it.
	const {had, by} =
		hadNoted === undefined
			? lastTaken(facts, revision)
			: {had: hadNoted, by: facts.service.lastModifier ?? ''};
	if (had === undefined) return undefined;
	const taken = 'was taken back to 0 %';
	return {
		sentence: `${revision} had ${had} % of users until ${by === '' ? 'somebody' : by} took it back to 0 %`,
		because: `${revision} ${taken}`,
		taken,
		lost: 'taken back',
	};
}

/** As a clause: `was rolled back at 12:04 by ann`. */
export const takenWords = (
	taken: Pick<Taken, 'had' | 'by'> & {at: number | undefined},
	now: number | undefined,
) =>
	`${taken.had === undefined ? 'was rolled back' : `had ${taken.had} % of users until the undo`}${momentBy(taken, now)}`;

/** What it had before it was set to 0 %, as this machine remembers it: it is not noted on the service. */
function lastTaken(facts: ReleaseFacts, revision: string): {had: number | undefined; by: string} {
	const shareIn = (split: Split) =>
		split.reduce((sum, row) => (row.revision === revision ? sum + row.percent : sum), 0);
	const taking = joinedChanges(facts).findLast(
		({before, after}) => shareIn(before) > 0 && shareIn(after) === 0,
	);
	return {had: taking && shareIn(taking.before), by: taking?.by ?? ''};
}

/** Why a canary is one that somebody has, or may have, taken the traffic from. */
export function rolledBackBefore(
	facts: ReleaseFacts,
	revision: string,
	now: number | undefined,
): Guess | undefined {
	const sure = takenFromUsers(facts, revision, now);
	if (sure || noteOf(facts)?.isCurrent) return sure;
	const share = sharesOf(facts.service).find(candidate => candidate.revision === revision);
	if (share?.percent !== 0 || !share.tags.includes(stableTag)) return undefined;
	return {
		sentence: `${revision} has 0 %, though it is tagged ${stableTag}: it may have been taken back`,
		because: `${revision} may have been taken back`,
	};
}
