import {array, assert, constantFrom, integer, property} from '../../support/property.js';
import {expect, test} from 'vitest';
import {cutEntry, logEntry, resumption, lineRecognizer} from '../../../source/knative/text/log-resumption.js';

test.each([
	['2026-11-23T10:00:07.123456789Z hello', 'hello', Date.UTC(2026, 10, 23, 10, 0, 7, 123)],
	['2026-11-23T10:00:07+08:00 a  b ', 'a  b ', Date.UTC(2026, 10, 23, 2, 0, 7)],
	['2026-11-23T10:00:07Z ', '', Date.UTC(2026, 10, 23, 10, 0, 7)],
	['2026-11-23T10:00:07Z', '', Date.UTC(2026, 10, 23, 10, 0, 7)],
	['2026-99-99T10:00:07Z x', '2026-99-99T10:00:07Z x', undefined],
	['no time', 'no time', undefined],
	['', '', undefined],
])('of %j the text is %j', (line, text, time) => {
	expect(logEntry(line)).toEqual({line, text, time});
});

test.each([
	'2',
	'2026-11-23T10:0',
	'2026-11-23T10:00:07.1',
	'2026-11-23T10:00:07Z',
	'2026-11-23T10:00:07Z ',
	'',
])('of a line that was cut to %j the container had written nothing', line => {
	expect(cutEntry(line)).toBeUndefined();
});

test('of a line that was cut later on there is what had come', () => {
	expect(cutEntry('2026-11-23T10:00:07Z ha')).toMatchObject({text: 'ha'});
	expect(cutEntry('half')).toMatchObject({text: 'half'});
});

test('a log that is cut anywhere, and sent again from the second before, is the log', () => {
	// Many lines alike, many at the same time, some behind later ones of the other stream.
	const log = array(integer({min: 0, max: 900}), {maxLength: 40});
	assert(
		property(log, constantFrom('a', 'b'), integer({min: 0, max: 40}), (jitters, text, cut) => {
			const lines = jitters.map((jitter, index) => {
				const time = Date.UTC(2026, 0, 1) + index * 300 - jitter;
				return `${new Date(time).toISOString()} ${index % 3 === 0 ? text : 'x'}`;
			});
			const before = lines.slice(0, cut).map(line => logEntry(line));
			const {since = 0, known} = resumption(before);
			const again = lines.filter(line => (logEntry(line).time ?? 0) >= since);
			const kindOf = lineRecognizer(known);
			const added = again.filter(line => kindOf(line) !== 'known');
			expect([...before.map(({line}) => line), ...added]).toEqual(lines);
		}),
	);
});

test('new lines where none that is known comes are behind a gap', () => {
	const kindOf = lineRecognizer(['a', 'b']);
	expect(['c', 'd'].map(line => kindOf(line))).toEqual(['after a gap', 'new']);
	const later = lineRecognizer(['a', 'b', 'c']);
	expect(['b', 'c', 'c'].map(line => later(line))).toEqual(['known', 'known', 'new']);
});
