/** The right side of a wide live pane: what fails, what happens in the cluster, and what a revision logs. */
import {Box, Text} from 'ink';
import {useMemo} from 'react';
import {loggedRevision} from '../../console/logs/logs.js';
import {useConsoleState} from '../use-console.js';
import {useNow} from '../use-now.js';
import type {FailureEntry} from '../../console/state/state.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Size} from '../layout.js';
import {useRelease} from '../release/use-release.js';
import {useTheme} from '../widgets/theme-context.js';
import {besideLines} from './beside-lines.js';

/** Columns between the two sides. */
export const besideGap = 3;

/** @param failures Newest first; undefined where nothing is asked. */
export function BesidePanel({
	service,
	failures,
	width,
	height,
}: Size & {service: ServiceView; failures: readonly FailureEntry[] | undefined}) {
	const theme = useTheme();
	const now = useNow();
	const beside = useConsoleState(state => (state.beside?.uid === service.uid ? state.beside : undefined));
	const marks = useRelease(service)?.marks;
	const logged = useConsoleState(loggedRevision);
	const {name} = service;
	const lines = useMemo(
		() => besideLines({failures, beside, service: name, marks, logged, now}, {width, height}, theme),
		[failures, beside, name, marks, logged, now, width, height, theme],
	);
	return (
		<Box height={height} flexShrink={0}>
			<Box width={besideGap} height={height} flexDirection="column" flexShrink={0}>
				{lines.map((_, index) => (
					<Text key={index} {...theme.styles.muted}>
						{` ${theme.isAscii ? '|' : '┊'}`}
					</Text>
				))}
			</Box>
			<Box width={width} height={height} flexDirection="column" flexShrink={0} overflow="hidden">
				{lines.map((line, index) => (
					<Text key={index} wrap="truncate" {...line.style}>
						{line.text === '' ? ' ' : line.text}
					</Text>
				))}
			</Box>
		</Box>
	);
}
