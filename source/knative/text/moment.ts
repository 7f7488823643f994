/** A moment as an operator reads it in a sentence: the clock, and the day when it is another one. */
const day = 86_400_000;

const two = (value: number) => String(value).padStart(2, '0');

/**
 * `12:04`, or `2026-11-25 12:04` when that was not within the last half day: in the time zone of the process.
 *
 * @param at Milliseconds since 1970.
 * @param now Milliseconds since 1970; without it the day is always told.
 */
export function moment(at: number, now?: number): string {
	const time = new Date(at);
	const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
	if (now !== undefined && Math.abs(now - at) < day / 2) return clock;
	return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}

/** `12:04:58`, or the day and the minute when that was not within the last half day. */
export function exactMoment(at: number, now: number): string {
	const told = moment(at, now);
	return told === moment(at) ? told : `${told}:${two(new Date(at).getSeconds())}`;
}

/** `at 12:04 by ann`, as far as it is told; empty where nothing is. */
export function momentBy({at, by}: {at: number | undefined; by: string}, now?: number): string {
	return [at === undefined ? '' : ` at ${moment(at, now)}`, by === '' ? '' : ` by ${by}`].join('');
}

/** `21 s`, `4 min`, `2 h`, `6 d`: how long something has been so. Milliseconds, of which less than none are none. */
export function sinceWords(milliseconds: number): string {
	const seconds = Math.max(0, Math.floor(milliseconds / 1000));
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
	return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/**
 * `2026-11-25T12:04:03+01:00`, or with `Z` in UTC (RFC 3339): the time of the operator, with its zone, so that it can be
 * compared with the logs of other machines.
 *
 * @param at Milliseconds since 1970.
 */
export function zoned(at: number): string {
	const time = new Date(at);
	const minutes = -time.getTimezoneOffset();
	const local = new Date(at + minutes * 60_000).toISOString().slice(0, -1);
	if (minutes === 0) return `${local}Z`;
	const past = Math.abs(minutes);
	return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(past / 60))}:${two(past % 60)}`;
}
