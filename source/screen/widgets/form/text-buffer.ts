import {graphemes} from '../../../terminal/output/graphemes.js';
import {printable} from '../../../knative/text/printable.js';
import type {Stroke} from '../../../terminal/input/strokes.js';
import {widthOf} from '../table/fit-text.js';

/**
One line of text being edited. It is counted in graphemes, what a reader takes for one character: deleting an emoji
deletes the emoji, and the cursor never stands inside one. (ink-text-input counts UTF-16 units, and its ← at the start of
the line makes the next character appear before the last one; so fields that are edited in the middle do not use it.)
*/
export type TextBuffer = {
	readonly characters: readonly string[];
	/** 0 is before the first character, `characters.length` after the last. */
	readonly cursor: number;
};

/** Text for one line: line ends and tabs are blanks, other control characters are dropped. */
export const singleLine = (text: string): string =>
	text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/\p{Control}/gu, '');

/**
 * A buffer with the cursor after the text. It holds all of it: a value that was there before may have line ends (a
 * certificate, JSON), and who opens a form must not change what is only passed over.
 */
export const bufferOf = (text: string): TextBuffer => {
	const characters = graphemes(text);
	return {characters, cursor: characters.length};
};

/** All of its text, wherever the cursor is. */
export const textOf = ({characters}: TextBuffer): string => characters.join('');

/** A dot for each character from that place of the text on, so that it can be edited without being seen. */
export const coveredBuffer = (buffer: TextBuffer, from: number | undefined): TextBuffer => {
	if (from === undefined) return buffer;
	let length = 0;
	const characters = buffer.characters.map(character => {
		length += character.length;
		return length > from ? '•' : character;
	});
	return {characters, cursor: buffer.cursor};
};

/** Text typed or pasted at the cursor, as one line. */
export const insertText = ({characters, cursor}: TextBuffer, text: string): TextBuffer => {
	const before = characters.slice(0, cursor).join('') + singleLine(text);
	// Cut again: a combining mark belongs to the character before it, however it arrived.
	const head = graphemes(before);
	return {characters: [...head, ...graphemes(characters.slice(cursor).join(''))], cursor: head.length};
};

const isWordCharacter = (character: string | undefined): boolean =>
	/^[\p{Letter}\p{Number}]/u.test(character ?? '');

/** Where the word before the cursor begins: blanks and punctuation first, then letters and digits (readline's habit). */
const wordStart = ({characters, cursor}: TextBuffer): number => {
	let index = cursor;
	while (index > 0 && !isWordCharacter(characters[index - 1])) {
		index--;
	}

	while (index > 0 && isWordCharacter(characters[index - 1])) {
		index--;
	}

	return index;
};

const wordEnd = ({characters, cursor}: TextBuffer): number => {
	let index = cursor;
	while (index < characters.length && !isWordCharacter(characters[index])) {
		index++;
	}

	while (index < characters.length && isWordCharacter(characters[index])) {
		index++;
	}

	return index;
};

const remove = ({characters}: TextBuffer, from: number, to: number): TextBuffer => ({
	characters: characters.toSpliced(from, to - from),
	cursor: from,
});

/** The editing keys that every line editor with readline's habits has; undefined for a key that edits nothing. */
export const editBuffer = (buffer: TextBuffer, stroke: Stroke): TextBuffer | undefined => {
	const {characters, cursor} = buffer;
	const end = characters.length;
	switch (stroke) {
		case 'left': {
			return {characters, cursor: Math.max(0, cursor - 1)};
		}

		case 'right': {
			return {characters, cursor: Math.min(end, cursor + 1)};
		}

		case 'ctrl-left':
		case 'alt-left':
		case 'alt-b': {
			return {characters, cursor: wordStart(buffer)};
		}

		case 'ctrl-right':
		case 'alt-right':
		case 'alt-f': {
			return {characters, cursor: wordEnd(buffer)};
		}

		case 'home':
		case 'ctrl-a': {
			return {characters, cursor: 0};
		}

		case 'end':
		case 'ctrl-e': {
			return {characters, cursor: end};
		}

		case 'backspace': {
			return remove(buffer, Math.max(0, cursor - 1), cursor);
		}

		case 'delete':
		case 'ctrl-d': {
			return {...remove(buffer, cursor, Math.min(end, cursor + 1)), cursor};
		}

		case 'ctrl-w':
		case 'alt-backspace': {
			return remove(buffer, wordStart(buffer), cursor);
		}

		case 'alt-d': {
			return {...remove(buffer, cursor, wordEnd(buffer)), cursor};
		}

		case 'ctrl-u': {
			return remove(buffer, 0, cursor);
		}

		case 'ctrl-k': {
			return remove(buffer, cursor, end);
		}

		default: {
			return undefined;
		}
	}
};

export type VisibleText = {
	readonly before: string;
	/** The character under the cursor; a blank after the end of the text. */
	readonly at: string;
	readonly after: string;
};

/**
What of a buffer is seen in `width` columns (at least 1): the text scrolls so that the cursor is always in sight. Line ends
and all else that has no glyph of its own are seen as `printable` shows them. The cell after the last character belongs to the text, as the cursor stands there while one types.
*/
export const visibleText = ({characters, cursor}: TextBuffer, width: number): VisibleText => {
	const room = Math.max(1, width);
	const shown = (index: number) => printable(characters[index] ?? '');
	const under = shown(cursor) || ' ';
	// One character can be wider than the whole field: a note with its stem and flag takes three columns.
	const at = widthOf(under) <= room ? under : '…';
	let left = room - Math.max(1, widthOf(at));
	let from = cursor;
	// What was typed last is what one wants to see: fill up from the cursor to the left, then to the right.
	while (from > 0 && widthOf(shown(from - 1)) <= left) {
		from--;
		left -= widthOf(shown(from));
	}

	let to = cursor + 1;
	while (to < characters.length && widthOf(shown(to)) <= left) {
		left -= widthOf(shown(to));
		to++;
	}

	return {
		before: printable(characters.slice(from, cursor).join('')),
		at,
		after: printable(characters.slice(cursor + 1, to).join('')),
	};
};
