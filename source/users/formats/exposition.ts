/**
 * The text format in which metrics are exposed to Prometheus, read whole or not at all.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4), and of OpenMetrics 1.0 what a server
 * may send all the same: `# EOF`, exemplars, quoted names.
 *
 * Read by hand: of the one package that npm has for it (parse-prometheus-text-format 1.1.1) a histogram loses all of its
 * labels, so that the status codes are gone and the last series of several stays; its `_count` and `_sum` go too where the
 * labels begin otherwise than expected; and a line that is not understood is left out without a word.
 */
import {printable} from '../../knative/text/printable.js';
import {truncate} from '../../knative/text/truncate.js';

export type MetricSample = {
	/** Of the metric, with the `_bucket`, `_sum` or `_count` of a histogram: as on the line. Not made printable. */
	readonly name: string;
	/** By name. Not made printable. */
	readonly labels: ReadonlyMap<string, string>;
	/** May be infinite or NaN. */
	readonly value: number;
};

export type ReadText = {ok: true; samples: readonly MetricSample[]} | {ok: false; reason: string};

/** More than any queue-proxy has; a hundred thousand lines are a fault or an attack. */
const mostLines = 100_000;

/** Reads a whole text; the reason says which line is wrong and how. */
export function readExposition(text: string): ReadText {
	const samples: MetricSample[] = [];
	const lines = text.split('\n');
	if (lines.length > mostLines) {
		return {ok: false, reason: `${lines.length} lines are more than ${mostLines}`};
	}
	for (const [index, whole] of lines.entries()) {
		// No pattern for the spaces at the end: it would try each of very many of them before something else.
		const line = whole.trim();
		if (line === '' || line.startsWith('#')) continue;
		const read = readSample(line);
		if (typeof read === 'string') {
			return {ok: false, reason: `line ${index + 1} is no sample: ${read}: ${shortenedText(line)}`};
		}
		samples.push(read);
	}
	return {ok: true, samples};
}

/** For a sentence about it, printable: any part of a text may be as long as all of it. */
export const shortenedText = (text: string): string =>
	printable(text.length > 60 ? `${truncate(text, 60)}…` : text);

const bareName = /[a-zA-Z_:][\w:]*/y;
const space = /[\t ]*/y;
/** As Go's ParseFloat takes it, and Prometheus writes it. */
const number = /^(?:[+-]?(?:inf|infinity)|nan|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)$/i;

/** Any other escape stands for itself, as in Prometheus' own reader. */
const unescaped = (text: string): string =>
	text.includes('\\')
		? text.replaceAll(/\\([n"\\])/g, (_, what: string) => (what === 'n' ? '\n' : what))
		: text;

/** One line, or what is wrong with it. */
function readSample(line: string): MetricSample | string {
	let at = 0;
	const consume = (pattern: RegExp): string => {
		pattern.lastIndex = at;
		const [found = ''] = pattern.exec(line) ?? [];
		at += found.length;
		return found;
	};
	/** What stands between quotes, where one begins; undefined when it does not end. */
	const quoted = (): string | undefined => {
		const begin = at + 1;
		let end = begin;
		while (end < line.length && line[end] !== '"') end += line[end] === '\\' ? 2 : 1;
		if (end >= line.length) return undefined;
		at = end + 1;
		return unescaped(line.slice(begin, end));
	};

	let name = consume(bareName);
	const labels = new Map<string, string>();
	consume(space);
	if (line[at] === '{') {
		at++;
		for (;;) {
			consume(space);
			if (line[at] === '}') {
				at++;
				break;
			}
			const isQuoted = line[at] === '"';
			const label = isQuoted ? quoted() : consume(bareName);
			if (label === undefined) return 'a quoted name does not end';
			if (label === '') return 'a label has no name';
			consume(space);
			if (line[at] === '=') {
				at++;
				consume(space);
				if (line[at] !== '"') return `the value of label ${shortenedText(label)} is not quoted`;
				const value = quoted();
				if (value === undefined) return `the value of label ${shortenedText(label)} does not end`;
				if (labels.has(label)) return `label ${shortenedText(label)} comes twice`;
				labels.set(label, value);
			} else if (isQuoted && name === '') name = label;
			else return `label ${shortenedText(label)} has no value`;
			consume(space);
			if (line[at] === ',') at++;
			else if (line[at] !== '}') return 'a comma or a closing brace is missing';
		}
	}
	if (name === '') return 'it has no name';
	// An exemplar (OpenMetrics) says nothing about the number before it.
	const [rest = ''] = line.slice(at).split(' # ', 1);
	const [value, timestamp, ...more] = rest.trim().split(/[\t ]+/);
	if (value === undefined || value === '') return 'it has no value';
	if (!number.test(value)) return `${shortenedText(value)} is no number`;
	if (timestamp !== undefined && !number.test(timestamp)) return `${shortenedText(timestamp)} is no time`;
	if (more.length > 0) return 'there is more on it than a value and a time';
	return {name, labels, value: valueOf(value)};
}

function valueOf(text: string): number {
	const lower = text.toLowerCase();
	if (lower === 'nan') return Number.NaN;
	if (lower.includes('inf')) return lower.startsWith('-') ? -Infinity : Infinity;
	return Number(text);
}
