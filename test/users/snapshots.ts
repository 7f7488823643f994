/** What is counted of users, as the screen and its words get it; a test says what is special about it. */
import type {UsersSnapshot, UsersRow, UsersWindow} from '../../source/users/users.js';

/** A revision with a share of 50 % and one pod, of which nothing but the rate is known. */
export const usersRow = (revision: string, perSecond: number, more: Partial<UsersRow> = {}): UsersRow => ({
	revision,
	percent: 50,
	perSecond,
	share: undefined,
	requests: 0,
	failed: 0,
	rejected: 0,
	p50: undefined,
	p95: undefined,
	concurrency: undefined,
	pods: {all: 1, read: 1},
	...more,
});

/** Half a minute, counted exactly. */
export const usersWindow = (rows: readonly UsersRow[]): UsersWindow => ({
	seconds: 30,
	perSecond: rows.reduce((sum, {perSecond}) => sum + perSecond, 0),
	requests: rows.reduce((sum, {requests}) => sum + requests, 0),
	isExact: true,
	certainty: {told: 'shares', rateWithin: 0, shareWithin: 0},
	hasStatuses: true,
	rows,
});

/** Counting, without a verdict or a problem: the same lately as since the split. */
export const usersSnapshot = (
	stretch: UsersWindow,
	part: Partial<UsersSnapshot['view']> = {},
	more: Partial<UsersSnapshot> = {},
): UsersSnapshot => ({
	state: 'counting',
	problems: [],
	asked: 0,
	changes: [],
	view: {
		recent: stretch,
		sinceSplit: stretch,
		split: undefined,
		untested: undefined,
		errors: undefined,
		failing: undefined,
		kept: undefined,
		dispersion: undefined,
		history: [],
		known: undefined,
		isCurrent: true,
		...part,
	},
	...more,
});
