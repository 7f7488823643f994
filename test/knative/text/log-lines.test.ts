import {array, assert, property, string} from '../../support/property.js';
import {describe, expect, test} from 'vitest';
import {createLineCutter, logLine, longestLine} from '../../../source/knative/text/log-lines.js';
import {printable} from '../../../source/knative/text/printable.js';

function linesOf(...texts: string[]): string[] {
	const lines: string[] = [];
	const cutter = createLineCutter(line => lines.push(line));
	for (const text of texts) cutter.write(text);
	cutter.end();
	return lines;
}

describe('a log', () => {
	test('has the same lines however the text comes cut', () => {
		assert(
			property(array(string({unit: 'grapheme'})), pieces => {
				const whole = pieces.join('');
				expect(linesOf(...pieces)).toEqual(linesOf(whole));
			}),
		);
	});

	test('keeps empty lines, and a last one without a line feed', () => {
		expect(linesOf('first\n\nthi', 'rd\nfourth')).toEqual(['first', '', 'third', 'fourth']);
		expect(linesOf('first\n')).toEqual(['first']);
	});

	test('keeps of a line that never ends only its beginning, and says how much there was', () => {
		const [line, next] = linesOf(...Array.from({length: 300}, () => 'x'.repeat(1000)), 'y\nnext\n');
		expect(line).toBe(`${'x'.repeat(longestLine)} … (${300_001 - longestLine} more characters)`);
		expect(next).toBe('next');
	});

	test('of two programs that write the same, one in colours, is the same', () => {
		expect(logLine('\u001B[1;32mINFO\u001B[0m\tready\r')).toBe('INFO    ready');
	});

	test('cannot act on a terminal', () => {
		expect(logLine('\u001B[2J\u001B]0;title\u0007\u202Eevil')).toBe('␛[2J␛]0;title␇<U+202E>evil');
		assert(
			property(string({unit: 'binary'}), text => {
				expect(linesOf(text).every(line => printable(line) === line)).toBe(true);
			}),
		);
	});
});
