/** The review of a write: before → after, what the server says of it, the same as a command; Enter does it. */
import {Box} from 'ink';
import {useState} from 'react';
import {useShallow} from 'zustand/react/shallow';
import {underneath} from '../../../console/sheets/target-status.js';
import {oldSince} from '../../../console/state/read.js';
import {notify} from '../../../console/state/select.js';
import {typeName} from '../../../console/sheets/review.js';
import type {ReviewSheet} from '../../../console/sheets/sheets.js';
import type {Plan} from '../../../release/plan.js';
import {wakeTargets} from '../../../console/live/wake.js';
import type {Size} from '../../layout.js';
import {PromptLine} from '../../widgets/form/prompt-line.js';
import {useTheme} from '../../widgets/theme-context.js';
import {useActions, useConsole, useConsoleState, useKeyRead} from '../../use-console.js';
import {Conflict} from './conflict-sheet.js';
import {frameContentSize} from '../../widgets/frame-lines.js';
import {Document, essentialRows} from '../inspect/document.js';
import {reviewLines} from './review-lines.js';

const titles: Readonly<Record<Plan['action'], string>> = {
	split: 'Split the traffic of',
	promote: 'Promote the canary of',
	'roll back': 'Roll back',
	abandon: 'Abandon the release of',
	undo: 'Undo the last split of',
	tag: 'Tag a revision of',
	'create revision': 'Create a revision of',
	autoscaling: 'Change the autoscaling of',
	'create service': 'Create the service',
	'delete service': 'Delete the service',
	'delete revision': 'Delete a revision of',
};

type ReviewSheetProps = Size & {sheet: ReviewSheet; isActive: boolean; copy: (text: string) => void};

export function Review(props: ReviewSheetProps) {
	const {sheet, width, height, isActive} = props;
	if (sheet.phase.kind === 'conflict') {
		return (
			<Conflict
				width={width}
				height={height}
				title={titles[sheet.plan.action]}
				plan={sheet.plan}
				conflict={sheet.phase}
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
	const keyRead = useKeyRead();
	const since = useConsoleState(({feeds}) => oldSince(feeds.services));
	const [openedBy] = useState(keyRead);
	const {plan, confirmation, phase} = sheet;
	const moved = useConsoleState(useShallow(state => underneath(state, plan)));
	const asksName = confirmation === 'word' && phase.kind === 'open';
	const documentHeight = height - (asksName ? 1 : 0);
	const size = frameContentSize(width, documentHeight);
	const [top, setTop] = useState(0);
	const [readTo, setReadTo] = useState(0);
	const scrollTo = (row: number) => {
		setTop(row);
		setReadTo(Math.max(readTo, row + size.height));
	};
	const wholeLines = reviewLines(sheet, theme, {moved, since});
	// What has moved underneath is refused whatever is pressed: nothing has to be read before.
	const isRead =
		moved !== undefined || essentialRows(wholeLines, size.width) <= Math.max(readTo, size.height);
	useActions(
		'sheet',
		{
			confirm() {
				// `R⏎` in one read were both pressed before the sheet could be seen: the Enter agrees to nothing. Over a slow
				// line keys arrive like that, and no is what it must mean when nobody has looked.
				if (keyRead() === openedBy) {
					return notify(store, {
						tone: 'info',
						text: 'That Enter came together with the key that opened this sheet: read it, then press Enter.',
					});
				}
				// In a small window nobody has seen yet what would change.
				if (!isRead && phase.kind === 'open') return scrollTo(top + Math.max(1, size.height - 1));
				void console.confirm();
			},
			copyCommand: () => copy(plan.commands.join('\n')),
			wake: () => void wakeTargets(store),
		},
		{isActive},
	);
	return (
		<Box flexDirection="column" width={width} height={height}>
			<Document
				width={width}
				height={documentHeight}
				title={`${titles[plan.action]} ${plan.name}`}
				aside={`namespace ${plan.namespace}`}
				lines={isRead ? wholeLines : reviewLines(sheet, theme, {isRead, since})}
				context="sheet"
				isActive={isActive}
				scroll={{top, setTop: scrollTo}}
			/>
			{asksName && (
				<Box width={width} height={1} paddingLeft={1} overflow="hidden">
					<PromptLine
						prefix={`Type ${sheet.word}: `}
						value={sheet.typed}
						onChange={typed => typeName(store, typed)}
						isFocused={isActive}
					/>
				</Box>
			)}
		</Box>
	);
}
