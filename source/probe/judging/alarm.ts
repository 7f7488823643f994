/** Since when something is wrong, when it was last seen, and whether it still is. Pure. */

export type Alarm = {
	/** Milliseconds since 1970. */
	since: number;
	/** When what is wrong was last seen. */
	last: number;
	/** Whether it still happens, as far as the last half a minute tells. */
	isOver: boolean;
	/** Since when it is over, or was the last time: what came before says nothing of whether it is back. */
	overSince?: number;
};

export type Sighting = {
	/** The verdict says so now. */
	isRaised: boolean;
	/** What came lately says so by itself; undefined when too little came to tell. */
	isRecent: boolean | undefined;
	/** When what is wrong was last seen, where that is known by the answer; milliseconds since 1970. */
	lastSeen?: number | undefined;
	now: number;
};

/** An alarm stays until it is ended by the operator or by another split: what was claimed once is not taken back. */
export function nextAlarm(before: Alarm | undefined, sighting: Sighting): Alarm | undefined {
	const {isRaised, isRecent, lastSeen, now} = sighting;
	if (!before) {
		return isRaised ? {since: now, last: lastSeen ?? now, isOver: isRecent === false} : undefined;
	}

	const isSeen = isRecent === true;
	return {
		since: before.since,
		last: Math.max(before.last, lastSeen ?? (isSeen ? now : before.last)),
		// While nothing comes it is not known; then it stays as it was.
		isOver: isRecent === undefined ? before.isOver : !isSeen,
	};
}
