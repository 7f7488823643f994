/** The first line, as Ink draws it. */
import {Box} from 'ink';
import {memo} from 'react';
import {alarmOf, gatewayDownOf, headerLine, type HeaderAlarm} from './header-line.js';
import {PiecesLine} from '../widgets/pieces-line.js';
import {useTheme} from '../widgets/theme-context.js';
import {sameParts, useConsoleState} from '../use-console.js';
import {useNow} from '../use-now.js';

/** Drawn again only when something that it says has changed, or an age in it. */
export const Header = memo(({width}: {width: number}) => {
	const theme = useTheme();
	const now = useNow();
	const state = useConsoleState(
		shown => ({
			connection: shown.connection,
			standing: shown.standing,
			contextNames: shown.contextNames,
			namespace: shown.namespace,
			scope: shown.scope,
			gateway: shown.gateway,
			feeds: shown.feeds,
			gatewayDown: gatewayDownOf(shown),
			...alarmParts(alarmOf(shown)),
		}),
		sameParts,
	);
	const {alarmed, word, ...rest} = state;
	const alarm = alarmed === undefined ? undefined : {service: alarmed, word};
	const {left, right} = headerLine({...rest, alarm}, {now, width, theme});
	return (
		<Box width={width} height={1} justifyContent="space-between" overflow="hidden">
			<Box flexShrink={1} height={1} overflow="hidden">
				<PiecesLine of={left} />
			</Box>
			<Box flexShrink={0}>
				<PiecesLine of={right} />
			</Box>
		</Box>
	);
});

/** Flat, so that the same alarm is no news. */
const alarmParts = (alarm: HeaderAlarm | undefined) => ({alarmed: alarm?.service, word: alarm?.word ?? ''});
