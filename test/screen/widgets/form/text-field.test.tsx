import * as fc from '../../../support/property.js';
import {Text} from 'ink';
import {useState} from 'react';
import {describe, expect, test, vi} from 'vitest';
import {acceptedEdit} from '../../../../source/screen/widgets/form/prompt-edit.js';
import {PromptLine} from '../../../../source/screen/widgets/form/prompt-line.js';
import {Menu} from '../../../../source/screen/widgets/table/menu.js';
import {
	bufferOf,
	editBuffer,
	insertText,
	textOf,
	visibleText,
	type TextBuffer,
} from '../../../../source/screen/widgets/form/text-buffer.js';
import {TextField} from '../../../../source/screen/widgets/form/text-field.js';
import {ThemeContext} from '../../../../source/screen/widgets/theme-context.js';
import {widthOf} from '../../../../source/screen/widgets/table/fit-text.js';
import {createTheme} from '../../../../source/terminal/output/theme.js';
import {openPart} from '../../parts/keyboard.js';
import {eventually} from '../../../support/eventually.js';

/** A line after some keys; `|` is where the cursor is. */
const after = (text: string, ...strokes: readonly string[]): string => {
	const {characters, cursor} = strokes.reduce<TextBuffer>(
		(buffer, stroke) => editBuffer(buffer, stroke) ?? insertText(buffer, stroke),
		bufferOf(text),
	);
	return [...characters.slice(0, cursor), '|', ...characters.slice(cursor)].join('');
};

describe('a line of text', () => {
	test.each([
		['typing', 'ab', ['c'], 'abc|'],
		['← at the start stays there', 'ab', ['home', 'left', 'left', 'x'], 'x|ab'],
		['→ at the end stays there', 'ab', ['right', 'right', 'x'], 'abx|'],
		['Ctrl-A and Ctrl-E', 'ab', ['ctrl-a', 'x', 'ctrl-e', 'y'], 'xaby|'],
		['backspace at the start', 'ab', ['home', 'backspace'], '|ab'],
		['delete under the cursor', 'abc', ['home', 'delete'], '|bc'],
		['delete at the end', 'ab', ['delete'], 'ab|'],
		['Ctrl-U deletes to the start', 'abc', ['left', 'ctrl-u'], '|c'],
		['Ctrl-K deletes to the end', 'abc', ['home', 'right', 'ctrl-k'], 'a|'],
		['Ctrl-W deletes a word', 'registry/ns/image:tag', ['ctrl-w'], 'registry/ns/image:|'],
		['Ctrl-W twice', 'registry/ns/image:tag', ['ctrl-w', 'ctrl-w'], 'registry/ns/|'],
		['a word to the left and right', 'one two', ['ctrl-left', 'ctrl-left', 'ctrl-right'], 'one| two'],
		[
			'Alt-B, Alt-D and Alt-Backspace',
			'one two three',
			['alt-b', 'alt-b', 'alt-d', 'alt-backspace'],
			'| three',
		],
		['an emoji is deleted whole', 'a👩‍🚀', ['backspace'], 'a|'],
		['a wide character is deleted whole', '世界', ['backspace'], '世|'],
		['a flag is passed whole', 'a🇨🇭b', ['left', 'left'], 'a|🇨🇭b'],
		['a skin tone joins the hand before it', '👍', ['🏽', 'backspace'], '|'],
		['a mark joins the letter before it', 'e', ['\u0301', 'backspace'], '|'],
	])('%s', (_, text, strokes, expected) => {
		expect(after(text, ...strokes)).toBe(expected);
	});

	test('takes no control characters, whatever is pasted', () => {
		expect(textOf(insertText(bufferOf('a'), '1\r\n2\t3\u0007\u001B[31m'))).toBe('a1 2 3[31m');
	});

	test('keeps what was there, and shows line ends and what has no glyph as signs', () => {
		const value = 'line1\r\nline2\t\u001B[31m\u202Eé👩‍🚀\u200B';
		const buffer = bufferOf(value);
		expect(textOf(buffer)).toBe(value);
		expect(visibleText(buffer, 80)).toEqual({
			before: 'line1␍␊line2␉␛[31m<U+202E>é👩‍🚀<U+200B>',
			at: ' ',
			after: '',
		});
		expect(after('a\nb', 'left', 'left', 'x')).toBe('ax|\nb');
		expect(after('a\nb', 'left', 'backspace')).toBe('a|b');
	});

	test('always shows the cursor, and never more than it has room for', () => {
		fc.assert(
			fc.property(
				fc.oneof(fc.string({unit: 'grapheme', maxLength: 40}), fc.string({unit: 'binary', maxLength: 40})),
				fc.nat(40),
				fc.integer({min: 2, max: 30}),
				(text, place, width) => {
					const buffer = bufferOf(text);
					const {
						before,
						at,
						after: rest,
					} = visibleText({...buffer, cursor: Math.min(place, buffer.characters.length)}, width);
					expect(widthOf(before) + widthOf(at) + widthOf(rest)).toBeLessThanOrEqual(width);
					expect(at.length).toBeGreaterThan(0);
				},
			),
			{examples: [['      𝅘𝅥𝅮', 6, 2]]},
		);
	});

	test('shows what was typed last when it is longer than its room', () => {
		expect(visibleText(bufferOf('abcdefgh'), 5)).toEqual({before: 'efgh', at: ' ', after: ''});
	});
});

function Field({
	initial = '',
	width = 20,
	placeholder,
}: {
	readonly initial?: string;
	readonly width?: number;
	readonly placeholder?: string;
}) {
	const [value, setValue] = useState(initial);
	return (
		<>
			<TextField {...{value, width, placeholder}} onChange={setValue} isFocused />
			<Text wrap="truncate">{`value=${JSON.stringify(value)}`}</Text>
		</>
	);
}

describe('a text field', () => {
	test('takes keys that come in one read, and edits where the cursor is', async () => {
		using part = await openPart(<Field />);
		part.press('a', '世', '👩‍🚀', 'b', 'left', 'backspace', 'x', 'home', 'y', 'ctrl-e', 'z');
		expect(await part.until(/value="ya世xbz"/)).not.toMatch(/value=.*value=/s);
	});

	test('leaves a value of several lines as it is until it is edited, and then but for what is edited', async () => {
		using part = await openPart(<Field initial={'KEY=one\n\ttwo\u001B[31m'} width={40} />);
		const opened = await part.until(/value="KEY=one\\n\\ttwo\\u001b\[31m"/);
		expect(opened).toContain('KEY=one␊␉two␛[31m');
		part.press('end', '!');
		await part.until(/value="KEY=one\\n\\ttwo\\u001b\[31m!"/);
	});

	test('a paste is text, never keys', async () => {
		using part = await openPart(<Field />);
		part.paste('one\r\ntwo\u0003\u001B[A\r\n');
		await part.until(/value="one two"/);
		part.press('ctrl-u', 'q');
		expect(await part.until(/value="q"/)).not.toMatch(/value=.*value=/s);
	});

	test('has what is there selected whole: typing replaces it, erasing empties it, moving keeps it', async () => {
		using replaced = await openPart(<Field initial="TARGET=Knative" />);
		replaced.press(...'TARGET=Third'.split(''));
		await replaced.until(/value="TARGET=Third"/);
		using erased = await openPart(<Field initial="TARGET=Knative" />);
		erased.press('backspace');
		await erased.until(/value=""/);
		using kept = await openPart(<Field initial="TARGET=Knative" />);
		kept.press('left', 'x');
		await kept.until(/value="TARGET=Knativxe"/);
	});

	test('leaves the keys of the form alone', async () => {
		using part = await openPart(<Field initial="x" />);
		part.press('tab', 'enter', 'up', 'down', 'ctrl-s', 'ctrl-y', 'end', '!');
		expect(await part.until(/value="x!"/)).not.toMatch(/value=.*value=/s);
	});

	test('Alt with Backspace deletes a word', async () => {
		using part = await openPart(<Field initial="one two" />);
		part.press('\u001B\u007F', '!');
		expect(await part.until(/value="one !"/)).toMatch(/^one !▏/);
	});

	test('never wraps', async () => {
		using part = await openPart(<Field initial={'registry.example.com/team/'.repeat(8)} width={20} />);
		expect(part.screen().split('\n').length).toBe(2);
		part.press('home');
		await part.until(/^▏registry\.example\.co/);
	});

	test('has a cursor one can see where nothing can be inverse', async () => {
		using part = await openPart(
			<ThemeContext value={createTheme({env: {TERM: 'dumb'}})}>
				<Field initial="abc" />
			</ThemeContext>,
		);
		part.press('left');
		expect(await part.until(/^ab▏c/)).toContain('value="abc"');
	});
});

function Prompt({onSeen}: {readonly onSeen?: (value: string) => void}) {
	const [value, setValue] = useState('');
	return (
		<PromptLine
			prefix=":"
			value={value}
			isFocused
			onChange={next => {
				onSeen?.(next);
				setValue(next);
			}}
			suggestion={value === 'roll' ? 'back' : ''}
		/>
	);
}

describe('a prompt', () => {
	test('takes keys and deletions that come in one read', async () => {
		using part = await openPart(<Prompt />);
		part.press('r', 'o', 'x', 'backspace', 'l', 'l');
		await part.until(/^:roll▏back/);
		part.press('ctrl-u', 'n', 's', ' ', 'a', '-', 'b', 'ctrl-w', 'c');
		expect(await part.until(/^:ns a-c/)).toBe(':ns a-c▏');
	});

	test('deletes an emoji whole and inserts no letter of a Ctrl or Alt key', async () => {
		const onSeen = vi.fn<(value: string) => void>();
		using part = await openPart(<Prompt onSeen={onSeen} />);
		part.press('a', '👩‍🚀', 'backspace', 'ctrl-a', 'ctrl-e', '\u001Bb', 'left', 'left', 'c');
		await part.until(/^:ac▏/);
		part.paste('d\n');
		part.press('e', 'backspace', 'backspace');
		await part.until(/^:ac▏$/);
		expect(onSeen.mock.calls.flat().every(value => value.isWellFormed())).toBe(true);
	});

	test('what the widget proposes is corrected', () => {
		expect(acceptedEdit('a', 'a\nb', undefined)).toBe('a b');
		expect(acceptedEdit('a', 'a\u0007', undefined)).toBe('a');
	});
});

describe('a menu', () => {
	const items = ['default', 'kube-system', 'shop', 'a-name-too-long-for-it'].map(value => ({
		value,
		label: value,
	}));

	test('↓ and Enter in one read pick the item after the move', async () => {
		const onSelect = vi.fn<(value: string) => void>();
		using part = await openPart(<Menu {...{items, onSelect}} isFocused width={14} height={3} />);
		expect(part.screen()).toMatch(/^▸ default\n {2}kube-system\n {2}shop/);
		part.press('down', 'down', 'enter');
		await eventually(() => expect(onSelect).toHaveBeenCalledWith('shop'));
		part.press('down');
		await part.until(/▸ a-name-too-…/);
	});

	test('a digit picks nothing', async () => {
		const onSelect = vi.fn<(value: string) => void>();
		using part = await openPart(
			<Menu {...{items, onSelect}} initial="shop" isFocused width={14} height={4} />,
		);
		part.press('1', 'up');
		await part.until(/▸ kube-system/);
		expect(onSelect).not.toHaveBeenCalled();
		part.press('enter');
		await eventually(() => expect(onSelect).toHaveBeenCalledExactlyOnceWith('kube-system'));
	});
});
