/** The last lines: what has just happened or is wrong, and the keys of where one is. */
import {isDeepStrictEqual} from 'node:util';
import {Box, Text} from 'ink';
import {useEffect, useMemo, useReducer} from 'react';
import {isOfGateway} from '../../console/live/verdicts.js';
import {loggedRevision} from '../../console/logs/logs.js';
import {offeredRights} from '../../console/session/rights.js';
import {notOffered, rollBackEndsAlarm} from './offered.js';
import {announcedFor} from './changes.js';
import {noticeOf} from './notice.js';
import {revisionsOf, selectedRevision, selectedService, topSheet} from '../../console/state/read.js';
import type {ReviewSheet} from '../../console/sheets/sheets.js';
import type {ConsoleState} from '../../console/state/state.js';
import {possibleVerbs} from '../../console/state/possible.js';
import {footerFor, type Action} from '../keys/key-lookup.js';
import {reviewLabels, useReviewText} from '../sheets/review/use-review-text.js';
import {wrapLine} from '../widgets/document.js';
import {cutAtClause, widthOf} from '../widgets/table/fit-text.js';
import {Hints} from '../widgets/hint.js';
import {useTheme} from '../widgets/theme-context.js';
import type {Size} from '../layout.js';
import {unavailable} from '../perform.js';
import {contextOf, sameParts, useConsoleState} from '../use-console.js';
import {shortRevision} from '../format.js';

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
		shorter,
		style,
		isWhole,
		isQuiet = false,
	} = useConsoleState(state => noticeOf(state, theme, {revisions, now: Date.now()}), isDeepStrictEqual);
	return useMemo(() => {
		if (rows === 0) return {lines: [], height: 0, style};
		const width = Math.max(1, columns - 2);
		const words = [whole, ...(shorter ?? [])];
		const text = words.find(each => widthOf(each) <= width * rows) ?? words.at(-1) ?? whole;
		const lines = wrapLine({text}, width);
		const most = isWhole ? rows + mostMore : rows;
		const height = Math.min(Math.max(rows, lines.length), most);
		if (lines.length <= height) return {lines, height, style};
		// What is quiet begins with the key that shows all of it.
		const rest = isQuiet ? '' : ` (m: whole message)`;
		const {ellipsis} = theme.glyphs;
		const last = `${cutAtClause(lines.slice(height - 1).join(' '), width - rest.length, ellipsis)}${rest}`;
		return {lines: [...lines.slice(0, height - 1), last], height, style};
	}, [whole, shorter, style, isWhole, isQuiet, columns, rows, theme]);
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

/** As many lines as {@link useNoticeRows} found room for. */
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
 * What the verdict on the selected service asks for, as far as that does anything: a roll back where users get what is bad,
 * else giving up what is worse. `isNow`: users are hurt.
 */
function urgentAction(state: ConsoleState): {action: Action | undefined; isNow: boolean} {
	const none = {action: undefined, isNow: false};
	if (topSheet(state)) return none;
	const service = selectedService(state);
	const verdict = service && state.verdicts.get(service.uid);
	const rollBack = {action: 'rollBack', isNow: true} as const;
	if (service && rollBackEndsAlarm(state, service)) return rollBack;
	if (!verdict || !['worse', 'slower', 'failing'].includes(verdict.word)) return none;
	if (verdict.tone !== 'bad') return verdict.isCanaryUnused ? {action: 'abandon', isNow: false} : none;
	return !isOfGateway(verdict) && possibleVerbs(state, service).has('roll back') ? rollBack : none;
}

/** What these keys act on is the selected revision, whichever pane has the keyboard. */
const ofRevision: ReadonlySet<Action> = new Set(['tag', 'verifyTag', 'deleteRevision']);
/**
 * What keys act on that is not what has the keyboard: the selected revision, and the one of which `L` follows the log. Where
 * there are more than two, also the ones that would be promoted, rolled back to and given up.
 */
function shownTargets(
	state: ConsoleState,
): Partial<Record<'revision' | 'log' | 'complete' | 'rollBack' | 'abandon', string>> {
	const service = topSheet(state) ? undefined : selectedService(state);
	if (!service) return {};
	const verbs =
		revisionsOf(state, service).length > 2 ? possibleVerbs(state, service) : new Map<never, undefined>();
	const names = {
		revision: selectedRevision(state)?.name,
		log: loggedRevision(state),
		complete: verbs.get('promote'),
		rollBack: verbs.get('roll back'),
		abandon: verbs.get('abandon'),
	};
	return Object.fromEntries(
		Object.entries(names).flatMap(([key, name]) =>
			name === undefined ? [] : [[key, shortRevision(name, service.name)]],
		),
	);
}

type FooterProps = {width: number; isEnabled: (action: Action) => boolean};

type KeyLabels = Partial<Record<Action, string | undefined>>;

/** What the keys of a sheet do that is agreed to, but writes nothing. */
const ofLeaving: KeyLabels = {confirm: 'go there', back: 'stay'};

/** @param sheet The size of what lies over the panes. */
export function Footer({sheet: size, ...props}: FooterProps & {sheet: Size}) {
	const top = useConsoleState(topSheet);
	const isReview = useConsoleState(state => contextOf(state) === 'sheet');
	if (top?.kind === 'review' && isReview) return <ReviewFooter review={top} size={size} {...props} />;
	return <KeysLine {...props} labels={top?.kind === 'leave context' ? ofLeaving : undefined} />;
}

/** The keys are called what they do now, as on the sheet. */
function ReviewFooter({review, size, ...props}: FooterProps & {review: ReviewSheet; size: Size}) {
	const labels: KeyLabels = reviewLabels(review, useReviewText(review, size));
	const isEnabled = (action: Action) =>
		action in labels ? labels[action] !== undefined : props.isEnabled(action);
	return <KeysLine {...props} isEnabled={isEnabled} labels={labels} />;
}

function KeysLine({width, isEnabled, labels}: FooterProps & {labels?: KeyLabels | undefined}) {
	const {isAscii} = useTheme();
	const context = useConsoleState(contextOf);
	const rights = useConsoleState(offeredRights, sameParts);
	const {action: urgent, isNow} = useConsoleState(urgentAction, sameParts);
	const isUnavailable = (action: Action) => unavailable(rights, action) !== undefined;
	const targets = useConsoleState(shownTargets, sameParts);
	const targetOf = (action: Action) => {
		// Their own, wherever one is.
		if (action === 'complete' || action === 'abandon') return targets[action];
		if (action === 'rollBack') return targets.rollBack && `to ${targets.rollBack}`;
		// In its own pane the row of it has the keyboard, and only one of two that are called alike is told from the other.
		if (context === 'revisions') return action === 'verifyTag' ? targets.revision : undefined;
		if (action === 'logs') return targets.log;
		return ofRevision.has(action) ? targets.revision : undefined;
	};
	const idle = useConsoleState(notOffered, sameParts);
	const isHere = (action: Action) => isEnabled(action) && (action === urgent || !idle.includes(action));
	return (
		<Box width={width} height={1} paddingLeft={1} overflow="hidden">
			<Hints
				urgent={isNow ? urgent : undefined}
				hints={footerFor(context, width - 1, {
					isAscii,
					isEnabled: isHere,
					isUnavailable,
					targetOf,
					urgent,
					labels,
				})}
				isUnavailable={isUnavailable}
			/>
		</Box>
	);
}
