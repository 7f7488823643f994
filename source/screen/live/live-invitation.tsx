/** Pane 4 before the first request: how to begin, and who changed the split. */
import {Box, Text} from 'ink';
import {targetOf} from '../../console/live/request-target.js';
import type {RequestOptions} from '../../console/state/state.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Theme} from '../../terminal/output/theme.js';
import {count} from '../format.js';
import {changesWords} from '../frame/changes.js';
import type {Size} from '../layout.js';
import {sameParts, useConsoleState} from '../use-console.js';
import {useTheme} from '../widgets/theme-context.js';

type Gateway = Parameters<typeof targetOf>[2];

/** `hasChanges`: there is room for who changed the split. Without a service it is empty. */
export function Invitation({
	service,
	gateway,
	requestOptions,
	hasChanges,
	width,
	height,
}: {
	service: ServiceView | undefined;
	gateway: Gateway;
	requestOptions: RequestOptions;
	hasChanges: boolean;
} & Size) {
	const {styles, glyphs} = useTheme();
	const isUncovered = useConsoleState(state => state.isUncovered);
	return (
		<Box width={width} height={height} flexDirection="column" overflow="hidden">
			{service &&
				invitation(service, gateway, requestOptions, {glyphs, isUncovered}).map(
					({text, wraps = false, isWarning = false}, index) => (
						<Box key={index} flexShrink={0}>
							<Text wrap={wraps ? 'wrap' : 'truncate'} {...(isWarning ? styles.warning : styles.muted)}>
								{text}
							</Text>
						</Box>
					),
				)}
			{service && hasChanges && <Changes service={service} room={height - invitationRows} />}
		</Box>
	);
}

/** Rows that say how to begin, at most, and a blank one. */
const invitationRows = 6;

/** Where nothing is asked yet: who changed the split, the newest first. */
function Changes({service, room}: {service: ServiceView; room: number}) {
	const {styles, glyphs, isAscii} = useTheme();
	const changes = useConsoleState(
		state =>
			changesWords(state, service.uid, {bar: isAscii ? '|' : '│', arrow: glyphs.arrow}).slice(
				0,
				Math.max(0, room - 2),
			),
		sameParts,
	);
	if (changes.length === 0) return null;
	return (
		<>
			<Text> </Text>
			<Text {...styles.muted}>{`CHANGES of ${service.name}, newest first (w: all)`}</Text>
			{changes.map((text, index) => (
				<Text key={index} wrap="truncate">
					{text}
				</Text>
			))}
		</>
	);
}

function invitation(
	service: ServiceView,
	gateway: Gateway,
	requestOptions: RequestOptions,
	{glyphs, isUncovered}: {glyphs: Theme['glyphs']; isUncovered: boolean},
): {text: string; wraps?: boolean; isWarning?: boolean}[] {
	const asked = targetOf(service, service.url, gateway, requestOptions);
	if (!asked.ok) return [{text: asked.reason, wraps: true}];
	const {command, coveredCommand, forwarding, unreached, inClear, hostDoubt} = asked;
	const warnings = [hostDoubt, inClear].filter(text => text !== undefined);
	const requests = count(requestOptions.rate, 'request');
	return [
		{text: `space: send ${requests}/s and count who answers · v: send one request`},
		// Whole where what follows it leaves room.
		{
			text: isUncovered ? command : coveredCommand,
			wraps: forwarding === undefined && unreached === undefined,
		},
		...warnings.map(text => ({text: `${glyphs.warning} ${text}`, wraps: true, isWarning: true})),
		...(forwarding === undefined
			? []
			: [{text: 'Through a port-forward, opened with the first request; latencies include the API server.'}]),
		// Why there is a port-forward is good to know; that there is none, and no other way, is what has to be read.
		...(unreached === undefined
			? []
			: forwarding === undefined
				? [{text: `${glyphs.warning} ${unreached}`, wraps: true, isWarning: true}]
				: [{text: unreached, wraps: true}]),
	];
}
