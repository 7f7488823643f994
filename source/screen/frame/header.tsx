/** The first line, as Ink draws it. */
import {Box, Text} from 'ink';
import {useShallow} from 'zustand/react/shallow';
import type {Piece} from '../../terminal/output/pieces.js';
import {alarmOf, gatewayDownOf, headerLine, type HeaderAlarm} from './header-line.js';
import {useTheme} from '../widgets/theme-context.js';
import {useConsoleState} from '../use-console.js';
import {useNow} from '../use-now.js';

export function Header({width}: {width: number}) {
	const theme = useTheme();
	const now = useNow();
	const state = useConsoleState(
		useShallow(
			({
				connection,
				standing,
				contextNames,
				namespace,
				scope,
				gateway,
				feeds,
				verdicts,
				services,
				selected,
			}) => ({
				connection,
				standing,
				contextNames,
				namespace,
				scope,
				gateway,
				feeds,
				gatewayDown: gatewayDownOf({verdicts}),
				...alarmParts(alarmOf({verdicts, services, selected})),
			}),
		),
	);
	const {alarmed, word, ...rest} = state;
	const alarm = alarmed === undefined ? undefined : {service: alarmed, word};
	const {left, right} = headerLine({...rest, alarm}, {now, width, theme});
	return (
		<Box width={width} height={1} justifyContent="space-between" overflow="hidden">
			<Box flexShrink={1} height={1} overflow="hidden">
				<Pieces of={left} />
			</Box>
			<Box flexShrink={0}>
				<Pieces of={right} />
			</Box>
		</Box>
	);
}

/** Flat, so that the same alarm is no news. */
const alarmParts = (alarm: HeaderAlarm | undefined) => ({alarmed: alarm?.service, word: alarm?.word ?? ''});

function Pieces({of: pieces}: {of: readonly Piece[]}) {
	return (
		<Text wrap="truncate">
			{pieces.map(({text, style}, index) => (
				<Text key={index} {...style}>
					{text}
				</Text>
			))}
		</Text>
	);
}
