import {Box, Text} from 'ink';
import {useState} from 'react';
import {TextField} from './text-field.js';
import {useTheme} from '../theme-context.js';

export type EnvRowProps = {
	/** Lines `NAME=value` of the whole list. */
	readonly lines: readonly string[];
	/** The row to draw; `lines.length` is the empty one, for a new variable. */
	readonly row: number;
	readonly onChange: (lines: readonly string[]) => void;
	/** Whether the value in a line is not to be seen. */
	readonly isCovered?: ((line: string) => boolean) | undefined;
	readonly isFocused: boolean;
	readonly width: number;
};

/**
 * One environment variable: type to add or to change, empty it to remove it, paste several lines at once. Another name that is
 * typed over a variable is another variable, before it: what is covered does not go unseen.
 */
export function EnvRow({lines, row, onChange, isCovered, isFocused, width}: EnvRowProps) {
	const {glyphs, styles} = useTheme();
	const isNew = row >= lines.length;
	const line = lines[row] ?? '';
	/** What was typed over, as long as what is typed may be that again. */
	const [replaced, setReplaced] = useState<string>();
	if (replaced !== undefined && !isFocused) setReplaced(undefined);
	return (
		<Box width={width} height={1} overflow="hidden">
			<Text {...styles.muted}>{isNew ? '+ ' : `${glyphs.bullet} `}</Text>
			<TextField
				value={line}
				isFocused={isFocused}
				width={width - 2}
				placeholder="NAME=value"
				coveredFrom={isCovered?.(line) ? line.indexOf('=') + 1 : undefined}
				onChange={(text, {isReplacing}) => {
					const gone = isReplacing ? line : replaced;
					const isAnother = gone !== undefined && text !== '' && !mayBe(text, gone);
					setReplaced(isAnother ? undefined : gone);
					const kept = isAnother ? [text, gone] : [text];
					onChange(isNew ? [...lines, text] : lines.toSpliced(row, 1, ...kept));
				}}
				onPasteLines={pasted => {
					onChange(lines.toSpliced(row, line === '' ? 1 : 0, ...pasted));
				}}
			/>
		</Box>
	);
}

/** Whether a line that is being typed is of the variable of the other line, or begins like it. */
function mayBe(typed: string, line: string): boolean {
	const name = line.slice(0, line.indexOf('=') + 1);
	return name !== '' && (name.startsWith(typed) || typed.startsWith(name));
}
