import * as fc from '../../support/property.js';
import {describe, expect, it} from 'vitest';
import {
	Document,
	essentialRows,
	wrapLine,
	type DocumentLine,
} from '../../../source/screen/widgets/document.js';
import {openOnConsole} from '../parts/on-console.js';

describe('a line is wrapped', () => {
	it.each<[line: DocumentLine, width: number, rows: string[]]>([
		[{text: ''}, 10, ['']],
		[{text: 'fits'}, 4, ['fits']],
		[{text: 'two words'}, 5, ['two', 'words']],
		[{text: 'a longer word', indent: 2}, 8, ['a', '  longer', '  word']],
		[
			{text: '  key  what it does there, and why', indent: 7},
			30,
			['  key  what it does there, and', '       why'],
		],
		[{text: 'abcdefgh', hard: true}, 3, ['abc', 'def', 'gh']],
		[{text: 'abcdefgh', hard: true, indent: 1}, 3, ['abc', ' de', ' fg', ' h']],
		[{text: 'kubectl  x ', hard: true}, 20, ['kubectl  x ']],
		[{text: '日本語', hard: true}, 4, ['日本', '語']],
		// Letters and marks of their own, as macOS writes them: nothing is said twice.
		[{text: 'cafe\u0301 cre\u0300me bru\u0302le\u0301e'}, 11, ['café crème', 'brûlée']],
		[{text: 'e\u0301e\u0301e\u0301e\u0301', hard: true}, 4, ['éééé']],
		[{text: 'e\u0301e\u0301e\u0301e\u0301e', hard: true}, 4, ['éééé', 'e']],
		[{text: 'ก็ห้ว', hard: true}, 2, ['ก็ห้', 'ว']],
		// Nothing is lost behind a tab.
		[{text: 'a\tbcdefgh ijkl'}, 12, ['a', 'bcdefgh ijkl']],
		[{text: 'a\tbcdefgh', hard: true}, 10, ['a       bc', 'defgh']],
		[{text: '\tat one two three'}, 16, ['        at one', 'two', 'three']],
	])('%j to %i columns', (line, width, rows) => {
		expect(wrapLine(line, width)).toEqual(rows);
	});
});

it('a line that is wrapped says all that it did, once', () => {
	const parts = fc.constantFrom(
		'e\u0301',
		'é',
		'\t',
		' ',
		'日',
		'👩‍👩‍👧',
		'🇩🇪',
		'ก็',
		'ש',
		'ﷺ',
		'a',
		'kubectl',
		'|',
		'한',
	);
	fc.assert(
		fc.property(
			fc.string({unit: parts, maxLength: 40}),
			fc.integer({min: 12, max: 60}),
			fc.boolean(),
			fc.nat(8),
			(text, width, hard, indent) => {
				const said = wrapLine({text, hard, indent}, width).join('').replaceAll(/\s/g, '');
				expect(said).toBe(text.normalize().replaceAll(/\s/g, ''));
			},
		),
	);
});

it('what has to be read ends with the last line that is essential', () => {
	const lines = [
		{text: 'a b', isEssential: true},
		{text: 'c'},
		{text: 'd e', isEssential: true},
		{text: 'f'},
	];
	expect(essentialRows(lines, 10)).toBe(3);
	expect(essentialRows(lines, 1)).toBe(5);
	expect(essentialRows([{text: 'a'}], 10)).toBe(0);
});

describe('on the screen', () => {
	const lines = Array.from({length: 20}, (_, index) => ({text: `row ${index + 1};`}));
	const open = async (isActive = true) =>
		openOnConsole(
			() => (
				<Document title="Title" lines={lines} width={40} height={7} context="viewer" isActive={isActive} />
			),
			{columns: 40, rows: 7},
		);

	it('says how far one is, and goes by rows, pages and to the ends, not beyond', async () => {
		const {press, screen, until} = await open();
		expect(screen()).toMatch(/5 of 20/);
		press('down', 'down');
		await until(/7 of 20/);
		expect(screen()).toContain('row 3;');
		expect(screen()).not.toContain('row 2;');
		press('pagedown');
		await until(/11 of 20/);
		press('pageup');
		await until(/7 of 20/);
		press('G');
		await until(/20 of 20/);
		press('down');
		press('up');
		await until(/19 of 20/);
		press('g');
		press('up');
		press('down');
		await until(/6 of 20/);
	});

	it('leaves the keys alone while it is not on top', async () => {
		const {press, screen, console} = await open(false);
		press('down');
		console.store.setState({namespace: 'other'});
		await new Promise(resolve => setImmediate(resolve));
		expect(screen()).toMatch(/5 of 20/);
	});
});
