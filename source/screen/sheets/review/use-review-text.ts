/** The text of a review in a window, and whether what matters of it has been on the screen: sheet and footer go by the same. */
import {lostGround} from '../../../console/sheets/review/lost-ground.js';
import type {ReviewSheet} from '../../../console/sheets/sheets.js';
import {oldSince} from '../../../console/state/read.js';
import type {Plan} from '../../../release/plan.js';
import {useMisled} from '../../cluster-lines.js';
import type {Size} from '../../layout.js';
import {useNamedTitle} from '../../named-title.js';
import {useRelease} from '../../release/use-release.js';
import {useConsoleState} from '../../use-console.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {widthOf} from '../../widgets/table/fit-text.js';
import {tellApart} from '../../widgets/table/tell-apart.js';
import {useTheme} from '../../widgets/theme-context.js';
import {aroundTexts, essentialRows, type DocumentLine} from '../../widgets/document.js';
import {reviewLines} from './review-lines.js';

const titles: Readonly<Record<Plan['action'], string>> = {
	split: 'Split the traffic of',
	promote: 'Promote the canary of',
	'roll back': 'Roll back',
	abandon: 'Abandon the release of',
	undo: 'Undo the last split of',
	'send again': 'Send again the split of',
	tag: 'Tag a revision of',
	'create revision': 'Create a revision of',
	autoscaling: 'Change the autoscaling of',
	'create service': 'Create the service',
	'delete service': 'Delete the service',
	'delete revision': 'Delete a revision of',
};

/** What is done, up to the name of the service. */
export const reviewTitle = ({action, isOfAnother}: Pick<Plan, 'action' | 'isOfAnother'>) =>
	isOfAnother ? 'Promote a revision of' : titles[action];

/** What the border says beside that of a text that is scrolled. */
const longestScroll = ' · ↑↓ 100 of 100';

/** Columns that the name of a context needs to say anything. */
const shortestContext = 12;

export type ReviewText = {
	readonly title: string;
	/** Context and namespace, where the border has room for them. */
	readonly aside: string | undefined;
	readonly lines: readonly DocumentLine[];
	/** All of what is essential has been on the screen: before that Enter only shows more. */
	readonly isRead: boolean;
	/** Rows of the text that there is room for. */
	readonly page: number;
	/** Its last row is for the word that is to be typed. */
	readonly asksName: boolean;
	/** Why nothing can be agreed to any more, as a sentence. */
	readonly lost: string | undefined;
};

/** @param size Of the whole sheet. */
export function useReviewText(sheet: ReviewSheet, {width, height}: Size): ReviewText {
	const theme = useTheme();
	const since = useConsoleState(({feeds}) => oldSince(feeds.services));
	const context = useConsoleState(({connection}) =>
		connection.kind === 'connected' ? connection.context : '',
	);
	const contextNames = useConsoleState(state => state.contextNames);
	const {plan, confirmation, phase} = sheet;
	const lost = useConsoleState(state => lostGround(state, sheet)?.sentence);
	const asksName = confirmation === 'word' && phase.kind === 'open' && lost === undefined;
	const size = frameContentSize(width, height - (asksName ? 1 : 0));
	// Both are in every review: the namespace whole, of the context as much as there is room for.
	const title = useNamedTitle(reviewTitle(plan), plan.name, width);
	const {ellipsis} = theme.glyphs;
	const inNamespace = ` / ${plan.namespace}`;
	const room = width - widthOf(title) - widthOf(inNamespace) - widthOf(longestScroll) - aroundTexts;
	const shownIn = (most: number) =>
		`${tellApart([context, ...contextNames], most, {ellipsis})[0] ?? context}${inNamespace}`;
	// Where the border has no room for both, a line has.
	const isInBorder = room >= Math.min(widthOf(context), shortestContext);
	const where = isInBorder
		? undefined
		: shownIn(Math.max(shortestContext, size.width - widthOf(inNamespace)));
	const isUncovered = useConsoleState(state => state.isUncovered);
	const target = useConsoleState(({services}) => services.find(({uid}) => uid === uidOf(plan)));
	const marks = useRelease(target)?.marks;
	const misled = useMisled();
	const told = {
		since,
		misled,
		isUncovered,
		where,
		width: size.width,
		height: size.height,
		...(marks && {marks}),
	};
	const wholeLines = reviewLines(sheet, theme, {lost, ...told});
	// What cannot be agreed to any more need not be read before.
	const isRead =
		lost !== undefined || essentialRows(wholeLines, size.width) <= Math.max(sheet.readTo, size.height);
	return {
		title,
		aside: isInBorder ? shownIn(room) : undefined,
		lines: isRead ? wholeLines : reviewLines(sheet, theme, {isRead, ...told}),
		isRead,
		page: size.height,
		asksName,
		lost,
	};
}

/** What its keys do now, as the footer says it; undefined where a key does nothing. */
export function reviewLabels(
	sheet: ReviewSheet,
	text: Pick<ReviewText, 'isRead' | 'lost'>,
): {confirm: string | undefined; back: string | undefined} {
	const {kind} = sheet.phase;
	const isOpen = kind === 'open' || kind === 'armed';
	return {
		confirm: isOpen && text.lost === undefined ? enterLabel(sheet, text) : undefined,
		back: kind === 'sending' ? undefined : isOpen ? 'cancel' : 'back',
	};
}

function enterLabel(
	{phase, dryRun, isDisarmed, confirmation, typed, word}: ReviewSheet,
	{isRead}: Pick<ReviewText, 'isRead'>,
): string | undefined {
	if (!isRead && phase.kind === 'open') return 'read on';
	if (dryRun.kind === 'refused') return undefined;
	if (isDisarmed) return 'ask again';
	if (confirmation === 'word' && typed !== word) return undefined;
	return confirmation === 'twice' && phase.kind === 'open' ? 'ask once more' : 'apply';
}

/** Of the service that is changed. */
export const uidOf = ({write}: Plan): string | undefined => (write.kind === 'patch' ? write.uid : undefined);
