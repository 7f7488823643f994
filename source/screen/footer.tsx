/** The last lines: what has just happened or is wrong, and the keys of where one is. */
import {Box, Text} from 'ink';
import {useShallow} from 'zustand/react/shallow';
import {offeredRights} from '../console/session/rights.js';
import {oldSince, selectedService, topSheet} from '../console/state/read.js';
import type {ConsoleState} from '../console/state/state.js';
import {serviceState} from '../knative/service/service-state.js';
import {footerFor, type Action} from './keys/key-lookup.js';
import type {Theme} from '../terminal/output/theme.js';
import type {Size} from './layout.js';
import {Hints} from './widgets/hint.js';
import {useTheme} from './widgets/theme-context.js';
import {unavailable} from './perform.js';
import {contextOf, useConsoleState} from './use-console.js';
import {clock} from './format.js';

/** `height` rows, be there something to say or not; a sentence that is still too long is cut. */
export function Notice({width, height}: Size) {
	const theme = useTheme();
	const {text, style} = useConsoleState(useShallow(state => noticeOf(state, theme)));
	return (
		<Box width={width} height={height} flexShrink={0} paddingX={1} overflow="hidden">
			<Text wrap={height > 1 ? 'wrap' : 'truncate'} {...style}>
				{text}
			</Text>
		</Box>
	);
}

/** The notice; without one the worst there is to say: of the connection, the watch, or the selected service. */
function noticeOf(state: ConsoleState, {styles, glyphs}: Theme): {text: string; style: object} {
	const {notice, connection, feeds, unreadable, historyProblem} = state;
	const ofService = serviceNotice(state, {styles});
	// What the server says of the service is newer than the good news about what was asked of it.
	if (notice && (notice.tone !== 'good' || !ofService)) {
		const style = {info: styles.waiting, good: styles.ok, bad: styles.bad}[notice.tone];
		return {text: notice.text, style};
	}
	if (connection.kind === 'failed') return {text: connection.sentence, style: styles.bad};
	const {plugin, movedTo} = state.standing;
	if (movedTo !== undefined && connection.kind === 'connected') {
		const go = `:ctx ${connection.context} goes there`;
		return {
			text: `${movedTo.replace(/^t/, 'T')}. This one is read-only from now on; ${go}.`,
			style: styles.bad,
		};
	}
	if (plugin) return {text: `Waiting for the credential plugin ${plugin.command}.`, style: styles.waiting};
	for (const feed of [feeds.services, feeds.revisions]) {
		if (feed.kind === 'live' || feed.kind === 'connecting') continue;
		const since = oldSince(feed);
		const shown = since === undefined ? '' : `; what is shown is as of ${clock(since)}`;
		const why = feed.why.replace(/\.$/, '');
		return {text: `${why}${shown}. Trying again; ctrl-r does so at once.`, style: styles.warning};
	}
	if (unreadable[0] !== undefined) return {text: `${glyphs.warning} ${unreadable[0]}`, style: styles.warning};
	// Of the change that is about to be made, before it is made.
	const unkept = historyProblem === undefined ? undefined : {text: historyProblem, style: styles.warning};
	if (unkept && topSheet(state)?.kind === 'review') return unkept;
	return ofService ?? unkept ?? {text: '', style: styles.muted};
}

/** The server's own words about the selected service, while it is not simply Ready. */
function serviceNotice(
	state: ConsoleState,
	{styles}: Pick<Theme, 'styles'>,
): {text: string; style: object} | undefined {
	const service = selectedService(state);
	if (!service) return undefined;
	const {kind, sentence} = serviceState(service);
	if (sentence === '') return undefined;
	const style = kind === 'failed' ? styles.bad : kind === 'serving' ? styles.warning : styles.waiting;
	return {text: `${service.name}: ${sentence}`, style};
}

export function Footer({width, isEnabled}: {width: number; isEnabled: (action: Action) => boolean}) {
	const {isAscii} = useTheme();
	const context = useConsoleState(contextOf);
	const rights = useConsoleState(useShallow(offeredRights));
	const isUnavailable = (action: Action) => unavailable(rights, action) !== undefined;
	return (
		<Box width={width} height={1} paddingLeft={1} overflow="hidden">
			<Hints
				hints={footerFor(context, width - 1, {isAscii, isEnabled, isUnavailable})}
				isUnavailable={isUnavailable}
			/>
		</Box>
	);
}
