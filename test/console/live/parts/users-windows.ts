/** What was counted of users, for the lines that tell of it. */
import {usersCertainty} from '../../../../source/users/counting/certainty.js';
import type {UsersRow, UsersSnapshot, UsersWindow} from '../../../../source/users/users.js';
import {usersRow as row, usersSnapshot} from '../../../users/snapshots.js';

/** Half a minute of these revisions. */
export function windowOf(rows: readonly UsersRow[], isExact = true): UsersWindow {
	const perSecond = rows.reduce((sum, {perSecond: own}) => sum + own, 0);
	const certainty = usersCertainty(
		rows.map(one => ({perSecond: one.perSecond, ownPerSecond: 0})),
		{seconds: 30, isExact},
	);
	return {
		certainty,
		seconds: 30,
		perSecond,
		requests: rows.reduce((sum, {requests}) => sum + requests, 0),
		isExact,
		hasStatuses: true,
		rows: rows.map(one => ({...one, share: perSecond > 0 ? one.perSecond / perSecond : undefined})),
	};
}

/** A canary that fails more than the old one. */
export const counted = windowOf([
	row('old', 309, {requests: 9270, failed: 28, p95: 38.2}),
	row('new', 103, {requests: 3090, failed: 58, p95: 382.4}),
]);

/** Of `counted`, with this part of a view. */
export const snapshot = (
	part: Partial<UsersSnapshot['view']>,
	more: Partial<UsersSnapshot> = {},
): UsersSnapshot => usersSnapshot(counted, part, more);
