/**
 * An age as kubectl's tables show it: `42s`, `3m7s`, `5h`, `12d`, `2y18d`.
 *
 * Source: k8s.io/apimachinery pkg/util/duration/duration.go.
 */
function humanDuration(milliseconds: number): string {
	const seconds = Math.trunc(milliseconds / 1000);
	if (seconds < -1) {
		return '<invalid>';
	}

	if (seconds < 0) {
		return '0s';
	}

	const minutes = Math.trunc(seconds / 60);
	const hours = Math.trunc(minutes / 60);
	const days = Math.trunc(hours / 24);
	const years = Math.trunc(days / 365);
	if (seconds < 120) {
		return `${seconds}s`;
	}

	if (minutes < 10) {
		return both(minutes, 'm', seconds % 60, 's');
	}

	if (minutes < 180) {
		return `${minutes}m`;
	}

	if (hours < 8) {
		return both(hours, 'h', minutes % 60, 'm');
	}

	if (hours < 48) {
		return `${hours}h`;
	}

	if (hours < 192) {
		return both(days, 'd', hours % 24, 'h');
	}

	if (years < 2) {
		return `${days}d`;
	}

	return years < 8 ? both(years, 'y', days % 365, 'd') : `${years}y`;
}

function both(large: number, largeUnit: string, small: number, smallUnit: string): string {
	return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

/** The age of a moment in RFC 3339; `<unknown>` when it is none. */
export function ageOf(timestamp: unknown, now: number): string {
	const then = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
	return Number.isNaN(then) ? '<unknown>' : humanDuration(now - then);
}
