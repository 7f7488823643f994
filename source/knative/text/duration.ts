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
