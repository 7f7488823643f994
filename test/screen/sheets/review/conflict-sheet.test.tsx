/** The three splits of a conflict, side by side: at every width each is to be told from its neighbour. */
import {describe, expect, it, vi} from 'vitest';
import {
	Conflict as ConflictSheet,
	conflictLines,
} from '../../../../source/screen/sheets/review/conflict-sheet.js';
import type {Conflict} from '../../../../source/console/sheets/sheets.js';
import type {Split} from '../../../../source/knative/split/split.js';
import {createTheme} from '../../../../source/terminal/output/theme.js';
import {wrapLine} from '../../../../source/screen/widgets/document.js';
import {openOnConsole} from '../../parts/on-console.js';
import {rollbackPlan} from '../../parts/review.js';

const split = (old: number, tag: string): Split => [
	{key: 'cart-00001', revision: 'cart-00001', latest: false, percent: old, tags: [tag], locked: false},
	{key: '@latest', revision: 'cart-00002', latest: true, percent: 100 - old, tags: [], locked: false},
];

const conflict: Conflict = {
	sentence: 'Not done.',
	base: split(90, 'stable'),
	theirs: split(30, 'a-tag-of-theirs-that-is-long'),
	mine: split(100, 'another-tag-that-is-just-as-long'),
	by: 'somebody.with.a.long.name@operations.example.com',
	already: false,
};

const texts = (width: number, change: Partial<Conflict> = {}) =>
	conflictLines({...conflict, ...change}, 'cart', {width, ...createTheme({})}).map(({text}) => text);

/** The letters of the ways on. */
const offered = (change: Partial<Conflict>) =>
	texts(76, change).flatMap(text => /^(\w) {2}/.exec(text)?.[1] ?? []);

describe.each([60, 76, 116])('at %i columns', width => {
	it('heads each column by a word of its own, and marks what differs from base', () => {
		const [, , header = '', first = '', second = ''] = texts(width);
		expect(header).toMatch(/^ +base {3,}theirs {3,}mine *$/);
		const [theirs, mine] = [header.indexOf('theirs'), header.indexOf('mine')];
		for (const row of [first, second]) {
			// Each cell begins under its heading, after a gap.
			for (const at of [theirs, mine]) expect(row.slice(at - 3, at + 1)).toMatch(/^ {3}\d/);
			expect(row.match(/◂/g)).toHaveLength(2);
		}
	});
});

/** Also a long tag goes on in the next row. */
const solid = (text: string) => text.replace(/ /g, '');

it.each([26, 36, 46])('gives each split lines of its own at %i columns, and cuts nothing', width => {
	const rows = texts(width).flatMap(text => wrapLine({text, indent: 8}, width));
	for (const row of rows) expect(row.length).toBeLessThanOrEqual(width);
	expect(solid(rows.join(''))).toContain(
		solid(
			'base …00001 90 % stable, latest (…00002) 10 % ' +
				'theirs …00001 30 % a-tag-of-theirs-that-is-long ◂, latest (…00002) 70 % ◂ ' +
				'mine …00001 100 % another-tag-that-is-just-as-long ◂, latest (…00002) 0 % ◂',
		),
	);
});

it('has the share of what follows the latest under the revision that each of the splits was of', () => {
	const theirs = split(90, 'stable').map(row => (row.latest ? {...row, revision: 'cart-00003'} : row));
	const rows = texts(76, {base: split(90, 'stable'), theirs, mine: split(77, 'stable')});
	const cells = rows.map(text => text.trim().replace(/ {2,}/g, ' | '));
	expect(cells).toContain('latest (…00002) | 10 % | – ◂ | 23 % ◂');
	expect(cells).toContain('latest (…00003) | – | 10 % ◂ | –');
});

it('says whose theirs is in a line of its own, however long the name', () => {
	expect(texts(76)).toContain('Changed by somebody.with.a.long.name@operations.example.com.');
	expect(texts(76, {by: undefined}).join(' ')).not.toContain('Changed by');
});

it.each([26, 76])('says who it was once: not again where the sentence does, at %i columns', width => {
	const said = texts(width, {by: 'ann', sentence: 'ann changed the split of cart. Nothing was written.'});
	expect(said.join(' ').match(/\bann\b/g)).toHaveLength(1);
});

it('offers nothing to put on top or to edit where theirs is what was asked for', () => {
	expect(offered({})).toEqual(['t', 'm', 'e']);
	expect(offered({already: true})).toEqual(['t']);
});

const open = async ({couldSee = true, isHeeded = true, isUnderTyping = false, isActive = true} = {}) => {
	const drawn = await openOnConsole(
		() => (
			<ConflictSheet
				title="Roll back"
				plan={rollbackPlan()}
				conflict={conflict}
				shownAs="conflict 1"
				isUnderTyping={isUnderTyping}
				isActive={isActive}
				width={80}
				height={20}
			/>
		),
		{couldSee: () => couldSee, isHeeded: () => isHeeded},
	);
	const {console} = drawn;
	return {
		...drawn,
		takeTheirs: vi.spyOn(console, 'takeTheirs').mockReturnValue(),
		putMineOnTop: vi.spyOn(console, 'putMineOnTop').mockResolvedValue(),
		keepEditing: vi.spyOn(console, 'keepEditing').mockReturnValue(),
	};
};

describe('the sheet', () => {
	it('says of what it is, and does what its keys say', async () => {
		const {text, press, takeTheirs, putMineOnTop, keepEditing} = await open();
		expect(text()).toMatch(/Roll back helloworld-go .*conflict/);
		expect(text()).toContain('Not done.');
		press('t');
		await vi.waitFor(() => expect(takeTheirs).toHaveBeenCalledOnce());
		press('m');
		await vi.waitFor(() => expect(putMineOnTop).toHaveBeenCalledOnce());
		press('e');
		await vi.waitFor(() => expect(keepEditing).toHaveBeenCalledOnce());
	});

	it('neither drops a draft nor goes on to a write before it could be seen', async () => {
		const {store, press, takeTheirs, putMineOnTop} = await open({couldSee: false});
		press('t', 'm');
		await vi.waitFor(() => expect(store.getState().notice).toBeDefined());
		expect(takeTheirs).not.toHaveBeenCalled();
		expect(putMineOnTop).not.toHaveBeenCalled();
	});

	it('takes no letter of the word that was being typed when it came up, and Esc all the same', async () => {
		const {store, press, takeTheirs, putMineOnTop, keepEditing} = await open({
			isHeeded: false,
			isUnderTyping: true,
		});
		for (const letter of ['e', 't', 'm']) {
			store.setState({notice: undefined});
			press(letter);
			await vi.waitFor(() =>
				expect(store.getState().notice?.text).toBe(
					'Typed for what was here before: dropped. Read this sheet, then press.',
				),
			);
		}
		expect(takeTheirs).not.toHaveBeenCalled();
		expect(putMineOnTop).not.toHaveBeenCalled();
		expect(keepEditing).not.toHaveBeenCalled();
		press('esc');
		await vi.waitFor(() => expect(keepEditing).toHaveBeenCalledOnce());
	});
});

it.each([26, 76])('gives each row the fill that its revision has in the panes, at %i columns', width => {
	const marks = new Map([
		['cart-00001', {fill: '█', style: {}}],
		['cart-00002', {fill: '▓', style: {}}],
	]);
	const told = conflictLines(conflict, 'cart', {width, marks, ...createTheme({})}).map(({text}) => text);
	expect(told.join('\n')).toMatch(/█ …00001 [^]*▓ latest \(…00002\)/);
});
