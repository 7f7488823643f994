/**
 * Where a log goes on that was cut. With `timestamps=true` each line begins with the time that the node has for it, so lines
 * that say the same can be told apart; `sinceTime` asks for those from then on, and what comes twice is left out.
 */

/** A line as it came: the time at its beginning, and what the container wrote. */
export type LogEntry = {
	/** Undefined where it did not come, but is said of the log. */
	line: string | undefined;
	text: string;
	/** Milliseconds since 1970; undefined where the line has no time. */
	time: number | undefined;
};

/** RFC 3339 in the time zone of the node, down to nanoseconds. */
const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))(?: |$)/;
/** What may be left of a time when a line was cut inside it. */
const partOfStamp = /^\d[\d:.T+Z-]{0,34}$/;

/**
 * A line as the log of a pod has it with `timestamps=true`; `time` is in milliseconds since 1970, undefined where there is
 * none.
 */
export function logEntry(line: string): LogEntry {
	const [whole = '', time = ''] = stamp.exec(line) ?? [];
	const milliseconds = Date.parse(time);
	return Number.isNaN(milliseconds)
		? {line, text: line, time: undefined}
		: {line, text: line.slice(whole.length), time: milliseconds};
}

/** The beginning of a line that was cut; undefined where nothing of what the container wrote had come yet. */
export function cutEntry(line: string): LogEntry | undefined {
	const entry = logEntry(line);
	return entry.text === '' || (entry.time === undefined && partOfStamp.test(line)) ? undefined : entry;
}

/**
 * Milliseconds since 1970 from which on a log is to be asked for again, and what of it is known. The API server hands the
 * time on in whole seconds (kubernetes pkg/registry/core/pod/strategy.go, LogLocation), and a line of the one stream
 * may stand behind a later one of the other, so it is one second more than that.
 *
 * @param entries Of one run of the container, oldest first.
 */
export function resumption(entries: readonly LogEntry[]): {since: number | undefined; known: string[]} {
	const last = entries.findLast(({time}) => time !== undefined)?.time;
	if (last === undefined) return {since: undefined, known: entries.flatMap(({line}) => line ?? [])};
	const since = Math.floor(last / 1000) * 1000 - 1000;
	return {
		since,
		known: entries.flatMap(({time, line}) => (time === undefined || time < since ? [] : (line ?? []))),
	};
}

/**
 * Tells of each line of an answer, in their order, whether it is one of those that are known: a log is a file, so those
 * come first. `after a gap` is the first new one where none of them was seen: more has been written than is sent
 * again, or the file is another one by now.
 */
export function lineRecognizer(known: readonly string[]): (line: string) => 'known' | 'new' | 'after a gap' {
	let at = 0;
	let isOver = known.length === 0;
	return line => {
		if (isOver) return 'new';
		const found = known.indexOf(line, at);
		if (found !== -1) {
			at = found + 1;
			isOver = at === known.length;
			return 'known';
		}
		isOver = true;
		return at > 0 ? 'new' : 'after a gap';
	};
}
