/** The last lines: what has just happened or is wrong, and the keys of where one is. */
import {Box, Text} from 'ink';
import {useEffect, useMemo, useReducer} from 'react';
import {useShallow} from 'zustand/react/shallow';
import {loggedRevision} from '../../console/logs/logs.js';
import {offeredRights} from '../../console/session/rights.js';
import {notOffered} from './offered.js';
import {announced, announcedFor, announcement, lastChangeWords} from './changes.js';
import {
	oldSince,
	selectedRevision,
	selectedService,
	topSheet,
	troubledRevision,
	troubleOf,
} from '../../console/state/read.js';
import type {ConsoleState} from '../../console/state/state.js';
import {possibleVerbs} from '../../console/state/possible.js';
import {serviceState} from '../../knative/service/service-state.js';
import {footerFor, type Action} from '../keys/key-lookup.js';
import type {TextStyle, Theme} from '../../terminal/output/theme.js';
import {wrapLine} from '../sheets/inspect/document.js';
import {cutText, widthOf} from '../widgets/table/fit-text.js';
import {Hints} from '../widgets/hint.js';
import {useTheme} from '../widgets/theme-context.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import type {Size} from '../layout.js';
import {troubleLinesOf} from '../panes/trouble-lines.js';
import {unavailable} from '../perform.js';
import {contextOf, useConsoleState} from '../use-console.js';
import {clock, shortRevision} from '../format.js';

/** Rows by which the message line may grow for a sentence that is too long for it. */
const mostMore = 3;

/**
 * The rows of the message line: as many as there are for it, be there something to say or not, and more for what is said once. What
 * still has no room is cut, and says where to read it whole.
 * @param rows That are kept for it.
 * @param revisions The pane of the revisions, if it is to be seen: it says why one of them is not ready.
 */
export function useNoticeRows({
	columns,
	rows,
	revisions,
}: {
	columns: number;
	rows: number;
	revisions: Size | undefined;
}): {
	lines: readonly string[];
	height: number;
	style: object;
} {
	const theme = useTheme();
	useAnnouncementsEnd();
	const {
		text: whole,
		short,
		style,
		isSaidOnce,
	} = useConsoleState(useShallow(state => noticeOf(state, theme, {revisions, now: Date.now()})));
	return useMemo(() => {
		if (rows === 0) return {lines: [], height: 0, style};
		const width = Math.max(1, columns - 2);
		const text = short !== undefined && widthOf(whole) > width * rows ? short : whole;
		const lines = wrapLine({text}, width);
		const most = isSaidOnce ? rows + mostMore : rows;
		const height = Math.min(Math.max(rows, lines.length), most);
		if (lines.length <= height) return {lines, height, style};
		const rest = isSaidOnce ? ` (m: whole message)` : '';
		const {ellipsis} = theme.glyphs;
		const last = `${cutText(lines.slice(height - 1).join(' '), width - rest.length, {ellipsis})}${rest}`;
		return {lines: [...lines.slice(0, height - 1), last], height, style};
	}, [whole, short, style, isSaidOnce, columns, rows, theme]);
}

/** Draws the line once more when a colleague's change is old news. */
function useAnnouncementsEnd(): void {
	const [, drawAgain] = useReducer((times: number) => times + 1, 0);
	const newest = useConsoleState(({history}) => history.findLast(entry => !entry.own)?.at);
	useEffect(() => {
		const left = (newest ?? 0) + announcedFor - Date.now();
		if (left <= 0) return;
		const timer = setTimeout(drawAgain, left);
		return () => clearTimeout(timer);
	}, [newest]);
}

export function Notice({lines, height, style, width}: ReturnType<typeof useNoticeRows> & {width: number}) {
	return (
		<Box width={width} height={height} flexShrink={0} paddingX={1} flexDirection="column" overflow="hidden">
			{lines.map((line, index) => (
				<Text key={index} wrap="truncate" {...style}>
					{line}
				</Text>
			))}
		</Box>
	);
}

/**
 * What is said, and whether that is about what was just done rather than about what is selected. `short`: the same in fewer words,
 * for where the whole has no room.
 */
type Said = {text: string; short?: string; style: TextStyle; isSaidOnce?: true};

/** The notice; without one the worst there is to say: of the connection, the watch, or the selected service. */
function noticeOf(
	state: ConsoleState,
	theme: Theme,
	{revisions, now}: {revisions: Size | undefined; now: number},
): Said {
	const {notice, connection, feeds, unreadable, historyProblem} = state;
	const {styles, glyphs, isAscii} = theme;
	const ofService = serviceNotice(state, theme, revisions);
	// What the server says of the service is newer than the good news about what was asked of it, but not what there is no
	// record of.
	if (notice && (notice.tone !== 'good' || !ofService || historyProblem !== undefined)) {
		const style = {info: styles.waiting, good: styles.ok, bad: styles.bad}[notice.tone];
		// Of the change that was made, where it is said that it was.
		return notice.tone === 'good' && historyProblem !== undefined
			? {text: `${notice.text} ${historyProblem}`, style: styles.warning, isSaidOnce: true}
			: {text: notice.text, style, isSaidOnce: true};
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
		const data = since === undefined ? '' : ` Data from ${clock(since)}.`;
		const why = feed.why.replace(/\.$/, '');
		const where = feed.of === undefined ? '' : `${feed.of}: `;
		return {text: `${where}${why}.${data} Retrying; ctrl-r retries now.`, style: styles.warning};
	}
	const [unread] = [...unreadable.services, ...unreadable.revisions];
	if (unread) return {text: `${glyphs.warning} ${unread.sentence}`, style: styles.warning};
	// Of the change that is about to be made, before it is made.
	const unkept = historyProblem === undefined ? undefined : {text: historyProblem, style: styles.warning};
	if (unkept && topSheet(state)?.kind === 'review') return unkept;
	const look = {bar: isAscii ? '|' : '│', arrow: glyphs.arrow};
	const news = announced(state, now);
	if (news) {
		const text = `${glyphs.warning} ${announcement(news, state, look)}`;
		return {text, style: styles.warning, isSaidOnce: true};
	}
	const uid = selectedService(state)?.uid;
	const last = uid === undefined ? undefined : lastChangeWords(state, uid, look);
	// What can be pressed first: of a long change the end is cut.
	const quiet = last === undefined ? '' : `w history ${glyphs.bullet} last change ${last}`;
	return ofService ?? unkept ?? {text: quiet, style: styles.muted};
}

/** What Knative says of a service for want of a revision: the words for that are those of the revision. */
const forRevision =
	/^(?<reason>\w+): (?:Revision "(?<revision>[^"]+)" failed with message: |Configuration "[^"]*" (?:is waiting for a Revision|does not have any ready Revision))/;

/** `RevisionMissing: Configuration "cart" is waiting for a Revision to become ready.` (knative/serving route_lifecycle.go) */
const ofConfiguration = /^(?<reason>\w+): Configuration "(?<of>[^"]*)" (?:is )?(?<rest>.+)$/s;

/** The server's own words about the selected service while it is not simply Ready; those of its revision that have no room elsewhere. */
function serviceNotice(
	state: ConsoleState,
	{styles, glyphs}: Theme,
	revisions: Size | undefined,
): Said | undefined {
	const service = selectedService(state);
	if (!service) return undefined;
	const {kind, sentence} = serviceState(service);
	const style = kind === 'failed' ? styles.bad : kind === 'serving' ? styles.warning : styles.waiting;
	const troubled = troubledRevision(state);
	const trouble = troubleOf(state, troubled);
	const {reason, revision} = forRevision.exec(sentence)?.groups ?? {};
	if (troubled && trouble && (sentence === '' || reason !== undefined)) {
		const there =
			revisions && troubleLinesOf(state, frameContentSize(revisions.width, revisions.height), glyphs);
		if (!there || there.isCut) {
			return {
				text: `${shortRevision(troubled.name, service.name)}: ${trouble.sentence}`,
				style: sentence === '' ? styles.warning : styles.bad,
			};
		}
		if (reason !== undefined && (revision ?? troubled.name) === troubled.name) {
			return {text: `${service.name}: ${reason}: ${troubled.name}, see pane 2`, style};
		}
	}
	if (sentence === '') return undefined;
	// The object that waits has the name of the service, which is what is selected.
	const own = ofConfiguration.exec(sentence)?.groups;
	const short = own?.['of'] === service.name ? `${own['reason']}: ${own['rest']}` : undefined;
	return {text: `${service.name}: ${sentence}`, ...(short !== undefined && {short}), style};
}

/**
 * What the verdict on the selected service asks for, as far as that does anything: a roll back where users get what is bad,
 * else giving up what is worse. `isNow`: users are hurt.
 */
function urgentAction(state: ConsoleState): {action: Action | undefined; isNow: boolean} {
	const none = {action: undefined, isNow: false};
	if (topSheet(state)) return none;
	const service = selectedService(state);
	const verdict = service && state.verdicts.get(service.uid);
	if (!verdict || !['worse', 'slower', 'failing'].includes(verdict.word)) return none;
	if (verdict.tone !== 'bad') return verdict.isCanaryUnused ? {action: 'abandon', isNow: false} : none;
	return possibleVerbs(state, service).has('roll back') ? {action: 'rollBack', isNow: true} : none;
}

/** What these keys act on is the selected revision, whichever pane has the keyboard. */
const ofRevision: ReadonlySet<Action> = new Set(['tag', 'verifyTag', 'deleteRevision']);
/** What keys act on that is not what has the keyboard: the selected revision, and the one of which `L` follows the log. */
function shownTargets(state: ConsoleState): {revision: string | undefined; log: string | undefined} {
	const service = topSheet(state) ? undefined : selectedService(state);
	const short = (name: string | undefined) =>
		service && name !== undefined ? shortRevision(name, service.name) : undefined;
	return {
		revision: short(service && selectedRevision(state)?.name),
		log: short(service && loggedRevision(state)),
	};
}

export function Footer({width, isEnabled}: {width: number; isEnabled: (action: Action) => boolean}) {
	const {isAscii} = useTheme();
	const context = useConsoleState(contextOf);
	const rights = useConsoleState(useShallow(offeredRights));
	const {action: urgent, isNow} = useConsoleState(useShallow(urgentAction));
	const isUnavailable = (action: Action) => unavailable(rights, action) !== undefined;
	const targets = useConsoleState(useShallow(shownTargets));
	const targetOf = (action: Action) => {
		// In its own pane the row of it has the keyboard, and only one of two that are called alike is told from the other.
		if (context === 'revisions') return action === 'verifyTag' ? targets.revision : undefined;
		if (action === 'logs') return targets.log;
		return ofRevision.has(action) ? targets.revision : undefined;
	};
	const idle = useConsoleState(useShallow(notOffered));
	const isHere = (action: Action) => isEnabled(action) && (action === urgent || !idle.includes(action));
	return (
		<Box width={width} height={1} paddingLeft={1} overflow="hidden">
			<Hints
				urgent={isNow ? urgent : undefined}
				hints={footerFor(context, width - 1, {isAscii, isEnabled: isHere, isUnavailable, targetOf, urgent})}
				isUnavailable={isUnavailable}
			/>
		</Box>
	);
}
