import {expect, it} from 'vitest';
import {entriesOf, formatEntry, parseEntry, withoutRepeats} from '../../source/journal/journal-entry.js';
import {entry, row} from './entries.js';

it.each([
	['no object', 'null'],
	['a split that does not sum to 100', formatEntry(entry(2, {after: [row('a', 90)]}))],
	['a revision that is listed twice', formatEntry(entry(2, {after: [row('a', 50), row('a', 50)]}))],
	['a share that is no whole percent', formatEntry(entry(2, {after: [row('a', 99.5), row('b', 0.5)]}))],
	['no split', JSON.stringify({...entry(2), before: null})],
])('an entry is none with %s', (_, line) => {
	expect(parseEntry(JSON.parse(line))).toBeUndefined();
});

it('an entry brings nothing to the terminal that would act there', () => {
	const hostile = parseEntry(JSON.parse(formatEntry(entry(2, {by: 'jane\u001B[2J', reason: 'a\u202Eb'}))));
	expect(hostile).toMatchObject({by: 'jane␛[2J', reason: 'a<U+202E>b'});
});

it('a change that two consoles tell of is kept once, as the one tells it that made the change', () => {
	const seen = entry(3, {own: false, by: 'jane', at: 5});
	const own = entry(3);
	const unordered = [entry(4), seen, own, entry(2)];
	expect(withoutRepeats(unordered)).toEqual([entry(2), own, entry(4)]);
});

it('an entry keeps neither the password of an address nor a command with a template', () => {
	const secret = entry(2, {
		server: 'https://jane:s3cr3t@api.example.com',
		command: `kubectl patch -p '[{"op":"replace","path":"/spec/template","value":"TOKEN=s3cr3t"}]'`,
	});
	expect(formatEntry(secret)).not.toContain('s3cr3t');
	expect(parseEntry(JSON.parse(formatEntry(secret)))).toEqual(
		entry(2, {server: 'https://api.example.com', command: ''}),
	);
});

it('the changes of one service come in the order of its generations, whatever the clocks say', () => {
	const late = entry(3, {at: 1});
	const other = entry(2, {uid: 'u-2'});
	expect(entriesOf([entry(4), late, other, entry(2)], 'u-1')).toEqual([entry(2), late, entry(4)]);
});
