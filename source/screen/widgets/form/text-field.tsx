import {Text, useInput, usePaste} from 'ink';
import {useState} from 'react';
import {cover} from '../../../knative/text/covered.js';
import {printable} from '../../../knative/text/printable.js';
import {strokeOf, type Stroke} from '../../../terminal/input/strokes.js';
import {cutText} from '../table/fit-text.js';
import {
	bufferOf,
	coveredBuffer,
	editBuffer,
	insertText,
	textOf,
	visibleText,
	type TextBuffer,
} from './text-buffer.js';
import {useTheme} from '../theme-context.js';

export type TextFieldProps = {
	readonly value: string;
	/** `isReplacing`: with this what stood there is gone, because something was typed over it. */
	readonly onChange: (value: string, how: {readonly isReplacing: boolean}) => void;
	readonly isFocused: boolean;
	readonly width: number;
	/** Shown, dimmed, while the field is empty. */
	readonly placeholder?: string | undefined;
	/** The place in the text from which on it is not to be seen. */
	readonly coveredFrom?: number | undefined;
	/** A paste of several lines; without it they become one line with blanks between. */
	readonly onPasteLines?: ((lines: readonly string[]) => void) | undefined;
};

const erases = (stroke: Stroke | undefined) =>
	stroke === 'backspace' || stroke === 'delete' || stroke === 'ctrl-d';

/**
One line of text with a cursor and readline's editing keys. A value that is there when the field gets the keyboard is
selected whole: typing replaces it, any other key leaves it to be edited. Keys that mean something in a form (Tab, ↑, ↓, Enter, Esc,
Ctrl-S) are left to the form.
*/
export function TextField({
	value,
	onChange,
	isFocused,
	width,
	placeholder = '',
	coveredFrom,
	onPasteLines,
}: TextFieldProps) {
	const {cursor: cursorStyle, glyphs, styles} = useTheme();
	const [remembered, setBuffer] = useState<TextBuffer>(() => bufferOf(value));
	let buffer = remembered;
	if (textOf(remembered) !== value) {
		// Changed from outside: the cursor goes after the new text.
		buffer = bufferOf(value);
		setBuffer(buffer);
	}

	// What is there already is replaced by what is typed first; a key that edits or moves keeps it.
	const [isWhole, setWhole] = useState(isFocused && value !== '');
	const [wasFocused, setWasFocused] = useState(isFocused);
	if (wasFocused !== isFocused) {
		setWasFocused(isFocused);
		setWhole(isFocused && value !== '');
	}

	const update = (next: TextBuffer, {isReplacing = false} = {}) => {
		setWhole(false);
		setBuffer(next);
		const text = textOf(next);
		if (text !== value) {
			onChange(text, {isReplacing});
		}
	};
	const type = (text: string) => {
		update(insertText(isWhole ? bufferOf('') : buffer, text), {isReplacing: isWhole});
	};

	useInput(
		(input, key) => {
			const stroke = strokeOf(input, key);
			const edited = stroke === undefined ? undefined : editBuffer(buffer, stroke);
			if (edited !== undefined) {
				update(isWhole && erases(stroke) ? bufferOf('') : edited);
				return;
			}

			const isText = !key.ctrl && !key.meta && !key.return && !key.tab && !key.escape;
			if (isText && input !== '' && /^\P{Control}+$/u.test(input)) {
				type(input);
			}
		},
		{isActive: isFocused},
	);
	usePaste(
		text => {
			const lines = text.split('\n').filter(line => line.trim() !== '');
			if (onPasteLines !== undefined && lines.length > 1) {
				onPasteLines(lines);
			} else {
				type(text);
			}
		},
		{isActive: isFocused},
	);

	if (width < 1) {
		return null;
	}

	const whole = coveredFrom === undefined ? printable(value) : printable(value.slice(0, coveredFrom)) + cover;

	if (!isFocused) {
		return (
			<Text wrap="truncate" {...(value === '' ? styles.muted : {})}>
				{cutText(value === '' ? placeholder : whole, width, {ellipsis: glyphs.ellipsis})}
			</Text>
		);
	}

	if (isWhole) {
		const shown = cutText(whole, width, {ellipsis: glyphs.ellipsis});
		return (
			<Text wrap="truncate">
				{cursorStyle === 'mark' ? `${glyphs.cursor}${shown}` : <Text inverse>{shown}</Text>}
			</Text>
		);
	}

	const isMark = cursorStyle === 'mark';
	const {before, at, after} = visibleText(coveredBuffer(buffer, coveredFrom), isMark ? width - 1 : width);
	const hint = value === '' ? cutText(placeholder.slice(1), width - 1, {ellipsis: glyphs.ellipsis}) : '';
	const under = value === '' && placeholder !== '' ? placeholder.charAt(0) : at;
	return (
		<Text wrap="truncate">
			{before}
			{isMark ? glyphs.cursor + under : <Text inverse>{under}</Text>}
			{after}
			<Text {...styles.muted}>{hint}</Text>
		</Text>
	);
}
