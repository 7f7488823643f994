import {readFileSync} from 'node:fs';
import * as fc from '../../support/property.js';
import {describe, expect, it} from 'vitest';
import {readExposition, type MetricSample} from '../../../source/users/formats/exposition.js';

const runs = Number(process.env['FUZZ_RUNS'] ?? 300);
const recorded = readFileSync(new URL('../recorded/queue-proxy-9091-metrics.txt', import.meta.url), 'utf8');

function samplesOf(text: string): readonly MetricSample[] {
	const read = readExposition(text);
	if (!read.ok) throw new Error(read.reason);
	return read.samples;
}

function reasonOf(text: string): string {
	const read = readExposition(text);
	return read.ok ? 'it was read' : read.reason;
}

it('reads what a queue-proxy of a real cluster says', () => {
	const samples = samplesOf(recorded);
	expect(samples.length).toBe(recorded.split('\n').filter(line => /^\w/.test(line)).length);
	const count = samples.find(({name}) => name === 'kn_serving_invocation_duration_seconds_count');
	expect(count?.value).toBe(65);
	expect(count?.labels.get('http_response_status_code')).toBe('200');
	expect(samples.at(-1)?.labels.get('kn_revision_name')).toBe('users-00003');
});

describe('a sample', () => {
	it.each([
		['up 1', 'up', {}, 1],
		['up{} 1', 'up', {}, 1],
		[' up { a = "b" , } 2.5e3 1700000000000', 'up', {a: 'b'}, 2500],
		['up{a="x\\"y\\\\z\\nw\\t"} -Inf', 'up', {a: 'x"y\\z\nw\\t'}, -Infinity],
		['up{a="},{ # 1"} +Inf', 'up', {a: '},{ # 1'}, Infinity],
		['up{a="1"} 7 # {trace_id="x"} 0.5', 'up', {a: '1'}, 7],
		['{"up.quoted", a="1"} 7', 'up.quoted', {a: '1'}, 7],
		['up 1\r', 'up', {}, 1],
	])('%s', (line, name, labels, value) => {
		const read = readExposition(`# HELP up x\n# TYPE up gauge\n\n${line}\n# EOF\n`);
		expect(
			read.ok && read.samples.map(sample => [sample.name, Object.fromEntries(sample.labels), sample.value]),
		).toEqual([[name, labels, value]]);
	});

	it('may be no number', () => {
		expect(samplesOf('up NaN')[0]?.value).toBeNaN();
	});
});

describe('what is no sample is said with its line', () => {
	it.each([
		['up 1\nup', 'line 2 is no sample: it has no value: up'],
		['up one', 'line 1 is no sample: one is no number: up one'],
		['up 1 2 3', 'line 1 is no sample: there is more on it than a value and a time: up 1 2 3'],
		['up 1 x', 'line 1 is no sample: x is no time: up 1 x'],
		['up{a="1} 1', 'line 1 is no sample: the value of label a does not end: up{a="1} 1'],
		['up{a=1} 1', 'line 1 is no sample: the value of label a is not quoted: up{a=1} 1'],
		['up{a="1" b="2"} 1', 'line 1 is no sample: a comma or a closing brace is missing: up{a="1" b="2"} 1'],
		['up{a="1",a="2"} 1', 'line 1 is no sample: label a comes twice: up{a="1",a="2"} 1'],
		['up{a} 1', 'line 1 is no sample: label a has no value: up{a} 1'],
		['{a="1"} 1', 'line 1 is no sample: it has no name: {a="1"} 1'],
		['<html>\u001B[2J', 'line 1 is no sample: it has no name: <html>␛[2J'],
		['up{ä="1"} 1', 'line 1 is no sample: a label has no name: up{ä="1"} 1'],
		['{"a', 'line 1 is no sample: a quoted name does not end: {"a'],
	])('%s', (text, reason) => {
		expect(reasonOf(text)).toBe(reason);
	});

	it('also when there is far too much', () => {
		expect(reasonOf('a 1\n'.repeat(100_001))).toBe('100002 lines are more than 100000');
	});
});

const escaped = (text: string) =>
	text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const megabytes = 3_900_000;

it.each([
	['spaces before something else', `${' '.repeat(megabytes)}x`],
	['spaces within a line', `up 1${' '.repeat(megabytes)}x`],
	['tabs and returns', `up${'\t\r'.repeat(megabytes / 2)}x 1 2 3`],
	['a label', `up{${'a'.repeat(megabytes)}} 1`],
	['a quoted name', `{"${'\\u001B'.repeat(megabytes)}`],
	['a number', `up ${'1'.repeat(megabytes)}x`],
	['braces', `up${'{'.repeat(megabytes)}`],
	['commas', `up{${','.repeat(megabytes)}`],
])('is over at once with %s as long as an answer may be, and says so in short', (_, text) => {
	// What tries each character against each other takes hours: longer than any test may.
	expect(reasonOf(text)).toMatch(/^line 1 is no sample: [^\p{Cc}\p{Cf}\p{Cs}]{1,300}$/u);
});

it('comes out as it went in, whatever the labels say', () => {
	const name = fc.stringMatching(/^[a-zA-Z_:][\w:]{0,20}$/);
	const labels = fc.dictionary(fc.stringMatching(/^[a-zA-Z_]\w{0,10}$/), fc.string({unit: 'grapheme'}), {
		noNullPrototype: true,
	});
	const value = fc.double({noNaN: true});
	fc.assert(
		fc.property(fc.array(fc.tuple(name, labels, value)), rows => {
			const text = rows
				.map(([of, given, number]) => {
					const inside = Object.entries(given).map(([key, said]) => `${key}="${escaped(said)}"`);
					return `${of}{${inside.join(',')}} ${String(number).replace('Infinity', 'Inf')}\n`;
				})
				.join('');
			expect(
				samplesOf(text).map(sample => [sample.name, Object.fromEntries(sample.labels), sample.value]),
			).toEqual(rows.map(([of, given, number]) => [of, {...given}, number + 0]));
		}),
		{numRuns: runs},
	);
});

it('ends in words, whatever comes', () => {
	const pieces = fc.array(
		fc.oneof(
			fc.constantFrom(
				'{',
				'}',
				'"',
				',',
				'=',
				'#',
				'\\',
				'\n',
				' ',
				'up',
				'le="1"',
				'1',
				'NaN',
				'\r',
				'\u0000',
				'\u202E',
			),
			fc.string({unit: 'binary'}),
		),
	);
	fc.assert(
		fc.property(pieces, parts => {
			const read = readExposition(parts.join(''));
			const reason = read.ok ? 'line 1 is no sample: x' : read.reason;
			expect(reason).toMatch(/^line \d+ is no sample: [^\p{Cc}\p{Cf}\p{Cs}]+$/u);
		}),
		{numRuns: runs},
	);
	fc.assert(
		fc.property(fc.nat(recorded.length), fc.nat(40), fc.string({unit: 'binary'}), (at, length, other) => {
			const read = readExposition(recorded.slice(0, at) + other + recorded.slice(at + length));
			expect(read.ok ? 'read' : read.reason.length).toBeTruthy();
		}),
		{numRuns: runs},
	);
});
