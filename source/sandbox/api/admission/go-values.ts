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

const quantityPattern = /^(?<number>[+-]?(?:\d+\.?\d*|\.\d+))(?<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const decimals = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binaries = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** A Kubernetes quantity: `100m`, `1Gi`, `1e3`. */
export function isQuantity(text: string): boolean {
	return quantityPattern.test(text);
}

/** A quantity in its unit (cores, bytes), rounded as JavaScript's numbers are; NaN when it is none. */
export function quantityOf(value: unknown): number {
	const {number, suffix = ''} = quantityPattern.exec(String(value))?.groups ?? {};
	if (number === undefined) {
		return Number.NaN;
	}

	if (/^[eE][+-]?\d/.test(suffix)) {
		return Number(`${number}${suffix}`);
	}

	return binaries.includes(suffix)
		? Number(number) * 1024 ** binaries.indexOf(suffix)
		: Number(number) * 1000 ** (decimals.indexOf(suffix) - 3);
}

/** What Go says of a text that is no quantity (k8s.io/apimachinery pkg/api/resource/quantity.go); undefined when it is one. */
export function quantityProblem(text: string): string | undefined {
	if (isQuantity(text)) {
		return undefined;
	}

	return /^[+-]?[0-9.]+[eEinumkKMGTP]*[-+]?[0-9]*$/.test(text)
		? "unable to parse quantity's suffix"
		: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
}
