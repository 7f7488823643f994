/** Ages as the tables of the command line show them. */
import prettyMilliseconds from 'pretty-ms';

/** `42s`, `3d`; `<unknown>` when it is not known. @param now Milliseconds since 1970, as `createdAt`. */
export function age(createdAt: number | undefined, now: number): string {
	if (createdAt === undefined) return '<unknown>';
	const past = Math.max(0, now - createdAt);
	return past < 1000 ? '0s' : prettyMilliseconds(past, {compact: true});
}
