/** What a credential plugin says while it runs: a page to open, a code to enter. Above the notice, whatever sheet is open. */
import {Box, Text} from 'ink';
import type {Standing} from '../../console/state/state.js';
import {useTheme} from '../widgets/theme-context.js';
import {wrapLine} from '../widgets/document.js';

/** A code must be seen whole; of a plugin that talks and talks, the last lines. */
const mostRows = 6;

/** The rows that it takes: none while there is nothing to read. */
export function loginRows(
	{plugin}: Standing,
	{columns, rows}: {columns: number; rows: number},
): readonly string[] {
	if (!plugin || plugin.said.length === 0) return [];
	const most = Math.min(mostRows, Math.floor(rows / 3));
	const said = plugin.said.flatMap(text => wrapLine({text}, Math.max(1, columns - 4)));
	return most < 2 ? said.slice(-most) : [`Credential plugin ${plugin.command}:`, ...said.slice(1 - most)];
}

/** Which program speaks is dim above what it says; a single row is what it says. */
export function LoginBanner({rows, width}: {rows: readonly string[]; width: number}) {
	const {styles} = useTheme();
	return (
		<Box width={width} height={rows.length} flexShrink={0} paddingX={1} flexDirection="column">
			{rows.map((text, index) => (
				<Text
					key={index}
					wrap="truncate"
					{...(index === 0 && rows.length > 1 ? styles.muted : styles.warning)}
				>
					{index === 0 && rows.length > 1 ? text : `  ${text}`}
				</Text>
			))}
		</Box>
	);
}
