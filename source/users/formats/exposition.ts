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
		const line = whole.replace(/[\t\r ]+$/, '').replace(/^[\t ]+/, '');
		if (line === '' || line.startsWith('#')) continue;
		const read = readSample(line);
		if (typeof read === 'string') {
			return {ok: false, reason: `line ${index + 1} is no sample: ${read}: ${shortened(line)}`};
		}
		samples.push(read);
	}
	return {ok: true, samples};
}

const shortened = (line: string): string => printable(line.length > 60 ? `${line.slice(0, 60)}…` : line);

const bareName = /[a-zA-Z_:][\w:]*/y;
const space = /[\t ]*/y;
/** As Go's ParseFloat takes it, and Prometheus writes it. */
const number = /^(?:[+-]?(?:inf|infinity)|nan|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)$/i;

/** One line, or what is wrong with it. */
function readSample(line: string): MetricSample | string {
	let at = 0;
	const take = (pattern: RegExp): string => {
		pattern.lastIndex = at;
		const [found = ''] = pattern.exec(line) ?? [];
		at += found.length;
		return found;
	};
	/** What stands between quotes, where one begins; undefined when it does not end. */
	const quoted = (): string | undefined => {
		let value = '';
		for (let index = at + 1; index < line.length; index++) {
			const character = line[index];
			if (character === '"') {
				at = index + 1;
				return value;
			}
			if (character !== '\\') value += character;
			else {
				const escaped = line[++index];
				// Any other escape stands for itself, as in Prometheus' own reader.
				value +=
					escaped === 'n' ? '\n' : escaped === '"' || escaped === '\\' ? escaped : `\\${escaped ?? ''}`;
			}
		}
		return undefined;
	};

	let name = take(bareName);
	const labels = new Map<string, string>();
	take(space);
	if (line[at] === '{') {
		at++;
		for (;;) {
			take(space);
			if (line[at] === '}') {
				at++;
				break;
			}
			const isQuoted = line[at] === '"';
			const label = isQuoted ? quoted() : take(bareName);
			if (label === undefined) return 'a quoted name does not end';
			if (label === '') return 'a label has no name';
			take(space);
			if (line[at] === '=') {
				at++;
				take(space);
				if (line[at] !== '"') return `the value of label ${printable(label)} is not quoted`;
				const value = quoted();
				if (value === undefined) return `the value of label ${printable(label)} does not end`;
				if (labels.has(label)) return `label ${printable(label)} comes twice`;
				labels.set(label, value);
			} else if (isQuoted && name === '') name = label;
			else return `label ${printable(label)} has no value`;
			take(space);
			if (line[at] === ',') at++;
			else if (line[at] !== '}') return 'a comma or a closing brace is missing';
		}
	}
	if (name === '') return 'it has no name';
	// An exemplar (OpenMetrics) says nothing about the number before it.
	const [rest = ''] = line.slice(at).split(' # ', 1);
	const [value, timestamp, ...more] = rest.trim().split(/[\t ]+/);
	if (value === undefined || value === '') return 'it has no value';
	if (!number.test(value)) return `${shortened(value)} is no number`;
	if (timestamp !== undefined && !number.test(timestamp)) return `${shortened(timestamp)} is no time`;
	if (more.length > 0) return 'there is more on it than a value and a time';
	return {name, labels, value: valueOf(value)};
}

function valueOf(text: string): number {
	const lower = text.toLowerCase();
	if (lower === 'nan') return Number.NaN;
	if (lower.includes('inf')) return lower.startsWith('-') ? -Infinity : Infinity;
	return Number(text);
}
