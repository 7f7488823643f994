/** Times as people and Go write them. Pure. */

const unit: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};

/**
 * Milliseconds of `30` and `0.5` (seconds), `5s`, `500ms`, `1m30s`, `1.5h`, as Go's time.ParseDuration adds them up; undefined
 * for anything else, a sign included.
 */
export function parseDuration(text: string): number | undefined {
	const trimmed = text.trim();
	if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1000;
	const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
	if (parts.length === 0 || parts.map(([part]) => part).join('') !== trimmed) return undefined;
	return parts.reduce((sum, [, value, of]) => sum + Number(value) * (unit[of ?? ''] ?? 0), 0);
}

const unitSeconds = new Map([
	['h', 3600],
	['m', 60],
	['s', 1],
	['ms', 1e-3],
	['us', 1e-6],
	['µs', 1e-6],
	['μs', 1e-6],
	['ns', 1e-9],
]);

/** A Go duration (`1h30m`, `90s`, `0`) in seconds; undefined when it is none or negative. */
export function goDuration(value: string): number | undefined {
	if (value === '0') return 0;
	const part = /(\d+(?:\.\d*)?|\.\d+)(ms|us|µs|μs|ns|h|m|s)/y;
	let seconds = 0;
	while (part.lastIndex < value.length) {
		const match = part.exec(value);
		if (!match) return undefined;
		seconds += Number(match[1]) * (unitSeconds.get(match[2] ?? '') ?? 0);
	}
	return value === '' ? undefined : seconds;
}

/** Beyond them Go's numbers end. */
const mostSeconds = 2 ** 63;

/**
 * Milliseconds of a time as kubectl takes it: whole seconds, or a Go duration with its sign; undefined for anything else. What
 * is not above 0 is no limit, 0 (kubernetes/client-go tools/clientcmd/config.go: ParseTimeout).
 */
export function parseTimeout(text: string): number | undefined {
	if (/^(?:\+?\d+|-0+)$/.test(text)) {
		const whole = Math.abs(Number(text));
		return whole <= mostSeconds ? whole * 1000 : undefined;
	}
	const seconds = goDuration(text.replace(/^[+-]/, ''));
	if (seconds === undefined || seconds * 1e9 >= mostSeconds) return undefined;
	// A nanosecond is the least that Go tells from nothing, and a millisecond what a timer waits.
	return text.startsWith('-') || seconds < 1e-9 ? 0 : Math.max(1, seconds * 1000);
}
