/** Values in annotations as Go's standard library parses them. */

const unitNanoseconds: Record<string, number> = {
	ns: 1,
	us: 1e3,
	µs: 1e3,
	μs: 1e3,
	ms: 1e6,
	s: 1e9,
	m: 60e9,
	h: 3600e9,
};

export const second = 1e9;

/** `1h30m`, `-1.5s`, `0` in nanoseconds, as time.ParseDuration; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
	const {sign = '', rest = ''} = /^(?<sign>[+-]?)(?<rest>.*)$/s.exec(text)?.groups ?? {};
	if (rest === '0') {
		return 0;
	}

	if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) {
		return undefined;
	}

	let nanoseconds = 0;
	for (const [, amount = '', unit = ''] of rest.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
		nanoseconds += Number(amount) * (unitNanoseconds[unit] ?? 0);
	}

	// A Go duration is an int64.
	return nanoseconds >= 2 ** 63 ? undefined : Math.round(sign === '-' ? -nanoseconds : nanoseconds);
}

/** As strconv.ParseFloat, but for the hexadecimal and the underscored forms nobody writes into an annotation. */
export function parseFloat64(text: string): number | undefined {
	if (/^[+-]?inf(?:inity)?$/i.test(text)) {
		return text.startsWith('-') ? -Infinity : Infinity;
	}

	if (/^nan$/i.test(text)) {
		return Number.NaN;
	}

	const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
	return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** As strconv.ParseInt to base 10: undefined for what is no whole number, however large it is. */
export function parseInteger(text: string): number | undefined {
	return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** A Kubernetes quantity: `100m`, `1Gi`, `1e3`. */
export function isQuantity(text: string): boolean {
	return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(text);
}
