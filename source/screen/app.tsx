/** The frame: header, panes or the sheet on top of them, notice, keys. It has the keyboard when no sheet has. */
import {Box, Text, useInput, useWindowSize} from 'ink';
import {memo, useMemo} from 'react';
import {canConfirm, conflictOfReview} from '../console/sheets/review/lost-ground.js';
import {oldSince, topSheet} from '../console/state/read.js';
import {isAcross} from '../console/state/scope.js';
import {
	closeFilter,
	moveSelection,
	notify,
	notifyOnSheet,
	sheetName,
	stepBack,
} from '../console/state/select.js';
import type {Sheet} from '../console/state/state.js';
import {panes, type Pane} from '../console/state/panes.js';
import {strokeOf} from '../terminal/input/strokes.js';
import {greyed, type Theme} from '../terminal/output/theme.js';
import {overlayContexts} from './keys/binding.js';
import {actionFor, labelOf, type Action, type KeyContext} from './keys/key-lookup.js';
import {Footer, Notice, useNoticeRows} from './frame/footer.js';
import {Header} from './frame/header.js';
import {layoutOf, noticeRows, rowsAbove, shortened, type Layout, type Size} from './layout.js';
import {ServiceStrip} from './frame/service-strip.js';
import {LoginBanner, loginRows} from './frame/login-banner.js';
import {paneComponents} from './panes/pane-components.js';
import {digitOf, paneRows, paneTable} from './panes/pane-table.js';
import {ThemeContext, useTheme} from './widgets/theme-context.js';
import {canPerform, perform, type ActionDependencies} from './perform.js';
import {Details} from './sheets/inspect/details-sheet.js';
import {Answers} from './sheets/inspect/answers-sheet.js';
import {Events} from './sheets/inspect/events-sheet.js';
import {Contexts, LeaveContext} from './sheets/choose/contexts-sheet.js';
import {FormSheet} from './sheets/choose/form-sheet.js';
import {Quit} from './sheets/choose/quit-sheet.js';
import {Help} from './sheets/choose/help-sheet.js';
import {canSteer, Logs} from './sheets/inspect/logs-sheet.js';
import {Choice} from './sheets/choose/choice-sheet.js';
import {Images} from './sheets/choose/images-sheet.js';
import {Namespaces} from './sheets/choose/namespaces-sheet.js';
import {Palette} from './sheets/choose/palette-sheet.js';
import {Requests} from './sheets/choose/requests-sheet.js';
import {Review} from './sheets/review/review-sheet.js';
import {Messages} from './sheets/inspect/messages-sheet.js';
import {Verify} from './sheets/inspect/verify-sheet.js';
import {Writes} from './sheets/review/writes-sheet.js';
import {Yaml} from './sheets/inspect/yaml-sheet.js';
import {reviewFromSheet} from './review-from-sheet.js';
import {saidUnknown} from './unknown-key.js';
import {contextOf, sameParts, useConsole, useConsoleState} from './use-console.js';

const noReview = {canApply: true, isSettled: false};

export type AppProps = Omit<ActionDependencies, 'page'>;

/** What lies over the panes; its actions are its own and not in the table of the panes. */
const overlays: ReadonlySet<KeyContext> = new Set(overlayContexts);
/** What asks something about what the panes show: as much of them as there is room for stays above it. */
const dialogs: ReadonlySet<Sheet['kind']> = new Set(['review', 'choice', 'quit', 'leave context']);
/** Sheets with something worth copying. */
const copied: ReadonlySet<Sheet['kind']> = new Set(['review', 'verify', 'writes', 'yaml', 'logs']);

function isEnabled(
	action: Action,
	context: KeyContext,
	sheet: Sheet | undefined,
	{canApply, isSettled}: {canApply: boolean; isSettled: boolean},
): boolean {
	if (action === 'redraw') return sheet?.kind === 'help';
	if (action === 'wake') return sheet?.kind === 'review' && sheet.wake?.kind === 'offered';
	if (action === 'wayBack') return sheet?.kind === 'review' && sheet.plan.promotion !== undefined && canApply;
	if (action === 'putMineOnTop' || action === 'keepEditing') {
		return sheet?.kind === 'review' && !isSettled;
	}
	if (action === 'managedFields' || action === 'refresh') return sheet?.kind === 'yaml';
	if (action === 'images') return sheet?.kind === 'create service' || sheet?.kind === 'create revision';
	if (action === 'unfold') return sheet?.kind === 'writes';
	if (action === 'askAgain') return sheet?.kind === 'verify';
	if (sheet?.kind === 'logs') return canSteer(sheet, action);
	if (action === 'copyCommand') return sheet !== undefined && copied.has(sheet.kind);
	return overlays.has(context) || canPerform(action);
}

/**
 * What leaves the sentence of the last action where it is: what takes it away by itself, and Enter, which may have been typed for
 * a review that did not open, by who has not read yet why.
 */
const leavingNotice: ReadonlySet<Action> = new Set(['back', 'discardDraft', 'open']);

/** What a key may do in a window that is too small to show anything: leave it. */
const actsUnseen: ReadonlySet<Action> = new Set(['quit', 'leave', 'suspend', 'redraw']);

/** Decides how many rows banner and notice take from the panes, and whether panes, a sheet or both are drawn. */
export function App(means: AppProps) {
	const console = useConsole();
	const {store} = console;
	const {columns, rows} = useWindowSize();
	const {isAscii} = useTheme();
	const context = useConsoleState(contextOf);
	const sheets = useConsoleState(state => state.sheets);
	const focus = useConsoleState(state => state.focus);
	const login = useConsoleState(state => loginRows(state.standing, {columns, rows}), sameParts);
	const review = useConsoleState(state => {
		const sheet = topSheet(state);
		return sheet?.kind === 'review'
			? {canApply: canConfirm(state, sheet), isSettled: conflictOfReview(state, sheet)?.already === true}
			: noReview;
	}, sameParts);
	const isEnlarged = useConsoleState(state => state.isEnlarged);
	const height = rows - login.length;
	const isSeveral = useConsoleState(isAcross);
	const whole = useMemo(
		() => layoutOf(columns, height, {isEnlarged, isAcross: isSeveral}),
		[columns, height, isEnlarged, isSeveral],
	);
	const notice = useNoticeRows({
		columns,
		rows: noticeRows(height),
		revisions: whole.kind === 'all' && sheets.length === 0 ? whole.sizes.revisions : undefined,
	});
	const taken = notice.height - noticeRows(height);
	const layout = useMemo(() => shortened(whole, taken), [whole, taken]);
	const page = layout.kind === 'all' ? layout.sizes.services.height - 3 : layout.body.height - 3;

	const run = (action: Action, argument = '') => perform(console, action, {...means, page}, argument);

	useInput((input, key) => {
		const action = actionFor(context, input, key);
		// Nobody sees where they are, or what a key would do.
		if (layout.kind === 'none') {
			if (action !== undefined && actsUnseen.has(action)) run(action);
			return;
		}
		const said = store.getState().notice;
		if (said?.isPassing) notify(store, undefined);
		if (action === undefined) return saidUnknown(store, context, strokeOf(input, key), {isAscii});
		if (action === 'quit' || action === 'suspend' || action === 'redraw') return run(action);
		if (context === 'filter') {
			if (action === 'back') closeFilter(store, {keep: false});
			else if (action === 'up' || action === 'down') moveSelection(store, {by: action === 'up' ? -1 : 1});
			else run(action);
			return;
		}
		if (context === 'value' && action === 'back') return store.setState({typed: undefined});
		const sheet = topSheet(store.getState());
		if (!sheet) {
			// What was said about the last action is about the last action.
			if (store.getState().notice && !leavingNotice.has(action)) notify(store, undefined);
			// A letter is the key, and no word of the operator's.
			return run(action, action === 'digit' ? input : '');
		}
		if (action === 'uncover' && ['viewer', 'form', 'requestForm'].includes(context)) return run(action);
		if (action === 'images') return run(action);
		if (action === 'complete' || action === 'rollBack') {
			return reviewFromSheet(store, labelOf(action), () => run(action));
		}
		if (action !== 'back' || ['form', 'requestForm', 'search'].includes(context)) return;
		if (isSending(sheet)) {
			const text = 'Under way; what became of it is shown here in a moment.';
			return notifyOnSheet(store, {tone: 'info', text}, state => isSending(topSheet(state)));
		}
		stepBack(store);
	});

	if (layout.kind === 'none') return <TooSmall columns={columns} rows={rows} />;
	const top = sheets.at(-1);
	const above = top && dialogs.has(top.kind) ? rowsAbove(layout) : {panes: 0, strip: 0};
	const sheetHeight = layout.body.height - above.panes - above.strip;
	return (
		<Box flexDirection="column" width={columns} height={rows} overflow="hidden">
			<Header width={columns} />
			<Box width={columns} height={layout.body.height} overflow="hidden" flexDirection="column">
				<Box
					display={top === undefined || above.panes > 0 ? 'flex' : 'none'}
					{...(top !== undefined && {height: above.panes})}
					flexDirection="column"
					flexShrink={0}
					overflow="hidden"
				>
					<Panes layout={layout} focus={focus} />
				</Box>
				{above.strip > 0 && <ServiceStrip width={columns} />}
				{sheets.map((sheet, index) => (
					<Box key={`${index} ${sheetName(sheet)}`} display={index === sheets.length - 1 ? 'flex' : 'none'}>
						<SheetView
							sheet={sheet}
							isActive={index === sheets.length - 1}
							pane={focus}
							run={run}
							copy={means.copy}
							width={columns}
							height={sheetHeight}
						/>
					</Box>
				))}
			</Box>
			<LoginBanner rows={login} width={columns} />
			<Notice width={columns} {...notice} />
			<Footer
				width={columns}
				sheet={{width: columns, height: sheetHeight}}
				isEnabled={action => isEnabled(action, context, sheets.at(-1), review)}
			/>
		</Box>
	);
}

const isSending = (sheet: Sheet | undefined) => sheet?.kind === 'review' && sheet.phase.kind === 'sending';

/** Not drawn again for what is said beneath them. */
const Panes = memo(({layout, focus}: {layout: Exclude<Layout, {kind: 'none'}>; focus: Pane}) => {
	const theme = useTheme();
	// Old data are better than none, as long as nobody takes them for new ones.
	const isOld = useConsoleState(
		({feeds}) => oldSince(feeds.services) !== undefined || oldSince(feeds.revisions) !== undefined,
	);
	const ofCluster = useMemo(() => (isOld ? greyed(theme) : theme), [isOld, theme]);
	const themeOf = (pane: Pane) => (paneTable[pane].isOfCluster ? ofCluster : theme);
	if (layout.kind === 'all') {
		return paneRows.map(row => (
			<Box key={row.join(' ')} flexShrink={0}>
				{row.map(pane => (
					<PaneView key={pane} pane={pane} theme={themeOf(pane)} {...layout.sizes[pane]} />
				))}
			</Box>
		));
	}
	const {width, height} = layout.body;
	return (
		<>
			<Tabs focus={focus} width={width} />
			<PaneView pane={focus} theme={themeOf(focus)} width={width} height={height - 1} />
		</>
	);
});

function PaneView({pane, theme, width, height}: Size & {pane: Pane; theme: Theme}) {
	const Component = paneComponents[pane];
	return (
		<ThemeContext value={theme}>
			<Component width={width} height={height} />
		</ThemeContext>
	);
}

/** Which panes there are, when only one fits; its own title says which one that is. */
function Tabs({focus, width}: {focus: Pane; width: number}) {
	const {styles} = useTheme();
	const isShort = width < 48;
	return (
		<Box width={width} height={1} overflow="hidden">
			<Text wrap="truncate">
				{panes.map(pane => (
					<Text key={pane} {...(pane === focus ? styles.focused : styles.muted)}>
						{` ${digitOf(pane)}${isShort && pane !== focus ? '' : ` ${paneTable[pane].title}`} `}
					</Text>
				))}
			</Text>
		</Box>
	);
}

function SheetView({
	sheet,
	pane,
	run,
	...props
}: Size & {
	sheet: Sheet;
	isActive: boolean;
	pane: Pane;
	run: (action: Action, argument: string) => void;
	copy: (text: string) => void;
}) {
	switch (sheet.kind) {
		case 'help':
			return <Help pane={pane} {...props} />;
		case 'details':
			return <Details {...props} />;
		case 'palette':
			return <Palette perform={run} {...props} />;
		case 'namespaces':
			return <Namespaces names={sheet.names} sentence={sheet.sentence} {...props} />;
		case 'images':
			return <Images images={sheet.images} {...props} />;
		case 'choice':
			return <Choice sheet={sheet} {...props} />;
		case 'contexts':
			return <Contexts sheet={sheet} {...props} />;
		case 'leave context':
			return <LeaveContext sheet={sheet} {...props} />;
		case 'writes':
			return <Writes {...props} />;
		case 'messages':
			return <Messages {...props} />;
		case 'quit':
			return <Quit sheet={sheet} quit={() => run('quit', '')} {...props} />;
		case 'answers':
			return <Answers {...props} />;
		case 'create service':
		case 'create revision':
		case 'autoscaling':
		case 'tag':
			return <FormSheet sheet={sheet} {...props} />;
		case 'requests':
			return <Requests sheet={sheet} {...props} />;
		case 'review':
			return <Review sheet={sheet} {...props} />;
		case 'verify':
			return <Verify sheet={sheet} {...props} />;
		case 'yaml':
			return <Yaml sheet={sheet} {...props} />;
		case 'logs':
			return <Logs sheet={sheet} {...props} />;
		case 'events':
			return <Events sheet={sheet} {...props} />;
	}
}

/** Says at least which service has which split: that is what one looks for on a window of any size. */
function TooSmall({columns, rows}: {columns: number; rows: number}) {
	const words = useConsoleState(
		({services}) =>
			services
				.slice(0, Math.max(0, rows - 1))
				.map(({name, statusTraffic}) => `${statusTraffic.map(({percent}) => percent).join('│')} ${name}`),
		sameParts,
	);
	return (
		<Box flexDirection="column" width={columns} height={rows} overflow="hidden">
			<Text wrap="truncate">too small: 20x6</Text>
			{words.map((word, index) => (
				<Text key={index} wrap="truncate">
					{word}
				</Text>
			))}
		</Box>
	);
}
