import type {Key} from 'ink';
import {strokeOf} from '../../../terminal/input/strokes.js';
import {bufferOf, editBuffer, singleLine, textOf} from './text-buffer.js';

/** The key that ink-text-input is acting on. */
export type PressedKey = {readonly input: string; readonly key: Key};

/**
What the text of a one-line prompt becomes, given what ink-text-input made of a key. That widget inserts the letter of a
Ctrl or Alt key, keeps control characters, and deletes half of an emoji; all three are set right here. The cursor is at
the end.
*/
export const acceptedEdit = (value: string, proposed: string, pressed: PressedKey | undefined): string => {
	if (pressed !== undefined) {
		const {input, key} = pressed;
		const stroke = strokeOf(input, key);
		const edited = stroke === undefined ? undefined : editBuffer(bufferOf(value), stroke);
		if (edited !== undefined) {
			return textOf(edited);
		}

		if (key.ctrl || key.meta) {
			return value;
		}
	}

	return singleLine(proposed);
};
