/** The first line: where one is, where the gateway is, and whether what is shown is fresh. */
import {Box, Text} from 'ink';
import {useShallow} from 'zustand/react/shallow';
import type {ConsoleState, ReflectorState} from '../store/state.js';
import type {Theme} from '../terminal/theme.js';
import {widthOf} from './parts/fit-text.js';
import {useTheme} from './parts/theme-context.js';
import {useConsoleState} from './use-console.js';
import {useNow} from './use-now.js';
import {age} from './words.js';

export function Header({width}: {width: number}) {
	const theme = useTheme();
	const {styles} = theme;
	const now = useNow();
	const {connection, namespace, gateway, services, revisions} = useConsoleState(
		useShallow(state => ({
			connection: state.connection,
			namespace: state.namespace,
			gateway: state.gateway,
			services: state.feeds.services,
			revisions: state.feeds.revisions,
		})),
	);
	const context =
		connection.kind === 'connected'
			? connection.context
			: connection.kind === 'connecting'
				? connection.to
				: '';
	const where = [context, namespace].filter(part => part !== '').join(' / ');
	const readOnly = connection.kind === 'connected' && connection.readOnly ? '  read-only' : '';
	const production = connection.kind === 'connected' && connection.production ? ' PRODUCTION ' : '';
	const state = watchState(connection, worse(services, revisions), now, theme);
	const gatewayWord =
		gateway.kind === 'found'
			? `gateway ${gateway.host}:${gateway.port} ${gateway.via}`
			: gateway.kind === 'looking'
				? 'gateway …'
				: 'no gateway';
	// The middle goes first when the line is short: it is in the curl line too.
	const left = ` kn-canary  ${production}${production === '' ? '' : ' '}${where}${readOnly}`;
	const room = width - widthOf(left) - widthOf(state.text) - 4;
	const middle = room >= widthOf(gatewayWord) ? gatewayWord : '';
	return (
		<Box width={width} height={1} justifyContent="space-between" overflow="hidden">
			<Box flexShrink={1} height={1} overflow="hidden">
				<Text wrap="truncate">
					<Text bold> kn-canary</Text>
					{'  '}
					{production !== '' && <Text {...styles.production}>{production}</Text>}
					{production !== '' && ' '}
					{where}
					<Text {...styles.warning}>{readOnly}</Text>
				</Text>
			</Box>
			<Box flexShrink={0}>
				<Text {...styles.muted}>{middle}</Text>
				<Text {...state.style}>{`  ${state.text} `}</Text>
			</Box>
		</Box>
	);
}

/** The one that is further from being live. */
function worse(one: ReflectorState, other: ReflectorState): ReflectorState {
	return one.kind === 'live' ? other : one;
}

function watchState(
	connection: ConsoleState['connection'],
	feed: ReflectorState,
	now: number,
	{glyphs, styles}: Theme,
): {text: string; style: Theme['styles'][keyof Theme['styles']]} {
	if (connection.kind === 'failed') return {text: `${glyphs.bad} not connected`, style: styles.bad};
	if (connection.kind === 'connecting') return {text: `${glyphs.waiting} connecting`, style: styles.waiting};
	switch (feed.kind) {
		case 'connecting':
			return {text: `${glyphs.waiting} connecting`, style: styles.waiting};
		case 'live':
			return {text: `${glyphs.running} watching`, style: styles.ok};
		case 'stale':
			return {text: `${glyphs.warning} ${age(feed.since, now)} old`, style: styles.warning};
		case 'offline':
			return {text: `${glyphs.bad} offline`, style: styles.bad};
		case 'forbidden':
			return {
				text: `${glyphs.bad} ${feed.status === 401 ? 'not logged in' : 'not allowed'}`,
				style: styles.bad,
			};
		case 'missing':
			return {text: `${glyphs.bad} no Knative here`, style: styles.bad};
	}
}
