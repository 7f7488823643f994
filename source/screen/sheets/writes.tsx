/** What this console wrote to the cluster, as commands, the newest first. */
import {useConsoleState, useActions} from '../use-console.js';
import type {Size} from '../layout.js';
import {useTheme} from '../parts/theme-context.js';
import {clock} from '../words.js';
import {Document, type Line} from './document.js';

export function Writes({isActive, copy, ...size}: Size & {isActive: boolean; copy: (text: string) => void}) {
	const {styles} = useTheme();
	const writes = useConsoleState(state => state.writes);
	useActions('viewer', {copyCommand: () => copy(writes.map(({command}) => command).join('\n'))}, {isActive});
	const lines = writes
		.toReversed()
		.flatMap(({at, title, command, outcome}): Line[] => [
			{text: `${clock(at)}  ${title}: ${outcome || 'under way'}`, style: styles.key, indent: 10},
			{text: command, hard: true, style: styles.muted},
			{text: ''},
		]);
	return (
		<Document
			{...size}
			title="What was sent"
			lines={lines.length > 0 ? lines : [{text: 'Nothing was written yet.', style: styles.muted}]}
			context="viewer"
			isActive={isActive}
		/>
	);
}
