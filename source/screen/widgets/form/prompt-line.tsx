import {Text, useInput, usePaste} from 'ink';
import TextInput from 'ink-text-input';
import {useRef, useState} from 'react';
import {acceptedEdit, type PressedKey} from './prompt-edit.js';
import {singleLine} from './text-buffer.js';
import {useTheme} from '../theme-context.js';

export type PromptLineProps = {
	/** What stands before the text: `/`, `:`, or a question. */
	readonly prefix: string;
	readonly value: string;
	readonly onChange: (value: string) => void;
	readonly isFocused: boolean;
	/** Shown, dimmed, after the cursor: what will complete the text, or what may be typed. */
	readonly suggestion?: string | undefined;
};

/**
The line at the bottom into which a filter, a command or a name is typed; text is added and removed at its end. Enter, Tab,
↑, ↓ and Esc are the caller's.
*/
export function PromptLine({prefix, value, onChange, isFocused, suggestion = ''}: PromptLineProps) {
	const {cursor, glyphs, styles} = useTheme();
	const pressed = useRef<PressedKey | undefined>(undefined);
	// The widget keeps a cursor of its own, which only agrees with the text as long as its proposals are taken unchanged;
	// a new generation is a new widget with its cursor at the end.
	const [shown, setShown] = useState({value, generation: 0});
	if (shown.value !== value) {
		setShown({value, generation: shown.generation + 1});
	}

	const edit = (proposed: string) => {
		const accepted = acceptedEdit(value, proposed, pressed.current);
		setShown({value: accepted, generation: shown.generation + (accepted === proposed ? 0 : 1)});
		if (accepted !== value) {
			onChange(accepted);
		}
	};

	usePaste(
		text => {
			onChange(value + singleLine(text));
		},
		{isActive: isFocused},
	);
	return (
		<Text wrap="truncate-start">
			<Text {...styles.key}>{prefix}</Text>
			{/* Before the widget, so that it hears of a key first. */}
			<PressWatch
				isActive={isFocused}
				onPress={press => {
					pressed.current = press;
				}}
			/>
			<TextInput key={shown.generation} value={value} onChange={edit} focus={isFocused} showCursor={false} />
			{isFocused && (cursor === 'mark' ? glyphs.cursor : <Text inverse>{suggestion.charAt(0) || ' '}</Text>)}
			<Text {...styles.muted}>{isFocused && cursor === 'inverse' ? suggestion.slice(1) : suggestion}</Text>
		</Text>
	);
}

type PressWatchProps = {
	readonly onPress: (pressed: PressedKey) => void;
	readonly isActive: boolean;
};

function PressWatch({onPress, isActive}: PressWatchProps) {
	useInput(
		(input, key) => {
			onPress({input, key});
		},
		{isActive},
	);
	return null;
}
