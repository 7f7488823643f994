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
	/** What was typed over, as long as what is typed may become that again: its whole name is it, whatever is typed then. */
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
					const name = gone?.slice(0, gone.indexOf('=') + 1) ?? '';
					const isSame = name !== '' && text.startsWith(name);
					const isAnother = gone !== undefined && text !== '' && !isSame && !name.startsWith(text);
					setReplaced(isAnother || isSame ? undefined : gone);
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
