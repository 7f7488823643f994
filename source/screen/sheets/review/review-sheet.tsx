/** The review of a write: before → after, what the server says of it, the same as a command; Enter applies it. */
import {Box, usePaste} from 'ink';
import {useState} from 'react';
import {conflictOfReview, lostGround} from '../../../console/sheets/lost-ground.js';
import {oldSince} from '../../../console/state/read.js';
import {notify, toggleUncovered} from '../../../console/state/select.js';
import {disarmReview, typeName} from '../../../console/sheets/review.js';
import type {Conflict as ConflictState, ReviewSheet} from '../../../console/sheets/sheets.js';
import type {Plan} from '../../../release/plan.js';
import {copiedLines} from '../../../knative/commands/commands.js';
import {wakeTargets} from '../../../console/live/wake.js';
import type {Size} from '../../layout.js';
import {useNamedTitle} from '../../named-title.js';
import {PromptLine} from '../../widgets/form/prompt-line.js';
import {widthOf} from '../../widgets/table/fit-text.js';
import {useRelease} from '../../panes/use-release.js';
import {tellApart} from '../../widgets/table/tell-apart.js';
import {useTheme} from '../../widgets/theme-context.js';
import {typedAhead, useActions, useConsole, useConsoleState, useSeeing} from '../../use-console.js';
import {Conflict} from './conflict-sheet.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {aroundTexts, Document, essentialRows} from '../inspect/document.js';
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

/** What the border says beside that of a text that is scrolled. */
const longestScroll = ' · ↑↓ 100 of 100';

/** Columns that the name of a context needs to say anything. */
const shortestContext = 12;

type ReviewSheetProps = Size & {sheet: ReviewSheet; isActive: boolean; copy: (text: string) => void};

export function Review(props: ReviewSheetProps) {
	const {sheet, width, height, isActive} = props;
	const conflict = useConsoleState(state => conflictOfReview(state, sheet), sameConflict);
	if (conflict) {
		return (
			<Conflict
				width={width}
				height={height}
				title={titles[sheet.plan.action]}
				plan={sheet.plan}
				conflict={conflict}
				shownAs={`conflict of ${sheet.id}`}
				isActive={isActive}
			/>
		);
	}
	return <OpenReview {...props} />;
}

function OpenReview({sheet, isActive, copy, width, height}: ReviewSheetProps) {
	const theme = useTheme();
	const console = useConsole();
	const {store} = console;
	const {couldSee} = useSeeing();
	const since = useConsoleState(({feeds}) => oldSince(feeds.services));
	const context = useConsoleState(({connection}) =>
		connection.kind === 'connected' ? connection.context : '',
	);
	const contextNames = useConsoleState(state => state.contextNames);
	const {plan, confirmation, phase} = sheet;
	const lost = useConsoleState(state => lostGround(state, sheet)?.sentence);
	const asksName = confirmation === 'word' && phase.kind === 'open' && lost === undefined;
	const documentHeight = height - (asksName ? 1 : 0);
	const size = frameContentSize(width, documentHeight);
	const [top, setTop] = useState(0);
	const [readTo, setReadTo] = useState(0);
	const scrollTo = (row: number) => {
		setTop(row);
		setReadTo(Math.max(readTo, row + size.height));
	};
	// Both are in every review: the namespace whole, of the context as much as there is room for.
	const title = useNamedTitle(titles[plan.action], plan.name, width);
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
	const told = {since, isUncovered, where, width: size.width, ...(marks && {marks})};
	const wholeLines = reviewLines(sheet, theme, {lost, ...told});
	// What cannot be agreed to any more need not be read before.
	const isRead = lost !== undefined || essentialRows(wholeLines, size.width) <= Math.max(readTo, size.height);
	// Whatever changes what an Enter would mean is another thing to have seen.
	const shownAs = [
		'review',
		sheet.id,
		phase.kind,
		sheet.timesAsked,
		lost === undefined ? 'open' : 'lost',
		isRead ? 'read' : `to ${top}`,
		sheet.dryRun.kind === 'altered' ? 'altered' : '',
	].join(' ');
	const isSeen = () => {
		if (couldSee(shownAs)) return true;
		notify(store, {tone: 'info', text: typedAhead});
		return false;
	};
	useActions(
		'sheet',
		{
			confirm() {
				if (!isSeen()) return;
				// In a small window nobody has seen yet what would change.
				if (!isRead && phase.kind === 'open') return scrollTo(top + Math.max(1, size.height - 1));
				void console.confirm();
			},
			copyCommand: () => copy(copiedLines(plan.commands)),
			uncover: () => toggleUncovered(store),
			wake: () => void wakeTargets(store),
			wayBack: () => console.dropOrKeepPrevious(),
		},
		{isActive, onOther: asksName ? undefined : () => disarmReview(store)},
	);
	usePaste(() => disarmReview(store), {isActive: isActive && !asksName});
	return (
		<Box flexDirection="column" width={width} height={height}>
			<Document
				width={width}
				height={documentHeight}
				title={title}
				aside={isInBorder ? shownIn(room) : undefined}
				lines={isRead ? wholeLines : reviewLines(sheet, theme, {isRead, ...told})}
				context="sheet"
				isActive={isActive}
				scroll={{top, setTop: scrollTo}}
				shownAs={shownAs}
			/>
			{asksName && (
				<Box width={width} height={1} paddingLeft={1} overflow="hidden">
					<PromptLine
						prefix={`Type ${sheet.word}: `}
						value={sheet.typed}
						onChange={typed => {
							if (isSeen()) typeName(store, typed);
						}}
						isFocused={isActive}
					/>
				</Box>
			)}
		</Box>
	);
}

const uidOf = ({write}: Plan): string | undefined => (write.kind === 'patch' ? write.uid : undefined);

const sameConflict = (one: ConflictState | undefined, other: ConflictState | undefined): boolean =>
	one === other || JSON.stringify(one) === JSON.stringify(other);
