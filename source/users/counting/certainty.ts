/** How much can be said of users whose requests are told by their pods, among those of this console itself. Pure. */

export type UsersCertainty = {
	/**
	 * nobody: next to no requests · unclear: they cannot be told from none · few: they come, and their shares would be a guess ·
	 * shares: those can be told, too.
	 */
	readonly told: 'nobody' | 'unclear' | 'few' | 'shares';
	/** How far off the requests a second may be, 95 %; 0 for counts with no requests of this console among them. */
	readonly rateWithin: number;
	/** How far off a share may be, in percent, 95 %; 0 for counts, and for one revision alone. */
	readonly shareWithin: number;
};

/** Requests a second below which nobody can be said to use it. */
const hardlyAnybody = 0.5;
/** Of the seconds that pass, the part that rates tell of: each pod says what came in the last one, and is asked every two. */
const toldPart = 0.5;
/** Percent by which a share may be off at most, to be worth a look beside one that is set. */
const widest = 20;
/** Seconds: a pod counts a request of this console by so much before its answer is here and can be removed. */
const ahead = 1;

/**
 * As if requests came one by one; those that come in groups are further off. The requests of this console are removed, and what
 * they were off by is left: the more of them, the less is known.
 *
 * @param rows Requests a second without those of this console, and those that were removed, by revision.
 */
export function usersCertainty(
	rows: readonly {readonly perSecond: number; readonly ownPerSecond: number}[],
	{seconds, isExact}: {seconds: number; isExact: boolean},
): UsersCertainty {
	const users = rows.reduce((sum, {perSecond}) => sum + perSecond, 0);
	const own = rows.reduce((sum, {ownPerSecond}) => sum + ownPerSecond, 0);
	const looked = Math.max(seconds * toldPart, Number.EPSILON);
	const variances = rows.map(row => (row.perSecond + row.ownPerSecond) / looked);
	const variance = variances.reduce((sum, one) => sum + one, 0);
	const rateWithin = isExact ? (own * ahead) / Math.max(seconds, ahead) : 1.96 * Math.sqrt(variance);
	const spread = rows.map((row, index) => {
		const share = users > 0 ? row.perSecond / users : 0;
		const ofRow = variances[index] ?? 0;
		return (1 - share) ** 2 * ofRow + share ** 2 * (variance - ofRow);
	});
	const shareWithin =
		isExact || rows.length < 2 || users === 0 ? 0 : (196 * Math.sqrt(Math.max(...spread))) / users;
	return {told: tellable(), rateWithin, shareWithin};

	function tellable(): UsersCertainty['told'] {
		if (users < hardlyAnybody && rateWithin <= hardlyAnybody) return 'nobody';
		if (users < hardlyAnybody || users <= rateWithin) return 'unclear';
		return shareWithin > widest ? 'few' : 'shares';
	}
}
