/** The review of a write: before → after, what the server says of it, the same as a command; Enter applies it. */
import {Box, usePaste} from 'ink';
import {useState} from 'react';
import {conflictOfReview} from '../../../console/sheets/review/lost-ground.js';
import {notifyOnSheet, toggleUncovered} from '../../../console/state/select.js';
import {disarmReview, readReview, typeName} from '../../../console/sheets/review/review.js';
import type {Conflict as ConflictState, ReviewSheet} from '../../../console/sheets/sheets.js';
import {copiedLines} from '../../../knative/commands/commands.js';
import {wakeTargets} from '../../../console/live/wake.js';
import {useClusterLines} from '../../cluster-lines.js';
import type {Size} from '../../layout.js';
import {PromptLine} from '../../widgets/form/prompt-line.js';
import {typedAhead, useActions, useConsole, useConsoleState, useSeeing} from '../../use-console.js';
import {Conflict} from './conflict-sheet.js';
import {Document} from '../../widgets/document.js';
import {reviewTitle, useReviewText} from './use-review-text.js';

type ReviewSheetProps = Size & {sheet: ReviewSheet; isActive: boolean; copy: (text: string) => void};

/** Decides whether the plan is reviewed, or what somebody else wrote first. */
export function Review(props: ReviewSheetProps) {
	const {sheet, width, height, isActive} = props;
	const conflict = useConsoleState(state => conflictOfReview(state, sheet), sameConflict);
	if (conflict) {
		return (
			<Conflict
				width={width}
				height={height}
				title={reviewTitle(sheet.plan)}
				plan={sheet.plan}
				conflict={conflict}
				shownAs={`conflict of ${sheet.id}`}
				isUnderTyping={sheet.confirmation === 'word'}
				isActive={isActive}
			/>
		);
	}
	return <OpenReview {...props} />;
}

function OpenReview({sheet, isActive, copy, width, height}: ReviewSheetProps) {
	const console = useConsole();
	const {store} = console;
	const {couldSee} = useSeeing();
	const {copyLine} = useClusterLines(copy);
	const {plan, phase} = sheet;
	const {title, aside, lines, isRead, page, asksName, lost} = useReviewText(sheet, {width, height});
	const [top, setTop] = useState(0);
	const scrollTo = (row: number) => {
		setTop(row);
		readReview(store, sheet, row + page);
	};
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
		notifyOnSheet(store, {tone: 'info', text: typedAhead}, state => !conflictOfReview(state, sheet));
		return false;
	};
	useActions(
		'sheet',
		{
			confirm() {
				if (!isSeen()) return;
				// In a small window nobody has seen yet what would change.
				if (!isRead && phase.kind === 'open') return scrollTo(top + Math.max(1, page - 1));
				void console.confirm();
			},
			copyCommand: () => copyLine(copiedLines(plan.commands)),
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
				height={height - (asksName ? 1 : 0)}
				title={title}
				aside={aside}
				lines={lines}
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

const sameConflict = (one: ConflictState | undefined, other: ConflictState | undefined): boolean =>
	one === other || JSON.stringify(one) === JSON.stringify(other);
