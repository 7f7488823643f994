/** Puts the console on the terminal: Ink on the alternate screen, keys one at a time, the way out restored. */
import {render, useApp, useInput} from 'ink';
import {useEffect, useRef, type ReactNode} from 'react';
import type {Console} from '../console/console.js';
import {notify} from '../console/state/select.js';
import {copy as copyToTerminal, type CopyResult} from '../terminal/output/clipboard.js';
import {KeyedStdin} from '../terminal/input/keyed-stdin.js';
import type {TerminalReport} from '../terminal/input/reports.js';
import type {Lifecycle} from '../terminal/lifecycle/lifecycle.js';
import {installSuspender, type Suspender, type SuspendTerminal} from '../terminal/lifecycle/suspend.js';
import type {ConsoleLoan} from '../terminal/lifecycle/terminal-loan.js';
import {inAscii} from '../terminal/output/ascii.js';
import {backgroundOf} from '../terminal/output/palette.js';
import {createTheme, type Theme, type ThemeOptions} from '../terminal/output/theme.js';
import type {AlertKind} from '../terminal/output/attention.js';
import {followAlarms} from './alerts.js';
import {App} from './app.js';
import {ThemeContext} from './widgets/theme-context.js';
import type {FirstFrame} from './frame/first-frame.js';
import {useIgnoredPaste} from './widgets/form/use-ignored-paste.js';
import {ConsoleContext, SeeingContext} from './use-console.js';

/** As after SIGHUP: 128 + 1. */
const hangUp = 129;

const copied: Record<CopyResult, string> = {
	sent: 'Copied, where the terminal allows it (OSC 52).',
	'too-long': 'Too long to copy through the terminal; it is all on the screen.',
	'no-terminal': 'There is no terminal to copy to.',
};

/** Draws over the `first` frame. Resolves when the operator has quit; rejects with what a component threw. */
export async function openScreen(
	console: Console,
	{
		lifecycle,
		first,
		loan,
		onKey = () => {},
		theme = {},
		themeOf,
		alert = new Set(),
	}: {
		lifecycle: Lifecycle;
		first: FirstFrame;
		loan: ConsoleLoan;
		/** Called for each key. */
		onKey?: () => void;
		theme?: ThemeOptions;
		/** What is laid down for a context to which the console goes; undefined where nothing is. */
		themeOf?: (context: string) => Promise<ThemeOptions | undefined>;
		alert?: ReadonlySet<AlertKind>;
	},
): Promise<void> {
	const {store} = console;
	const {writer, sight} = first;
	const stdin = new KeyedStdin(process.stdin, {write: bytes => process.stdout.write(bytes)});
	sight.onRequest(isBehindFrame => stdin.asked('cursor', isBehindFrame));
	// Nobody is there to press a key any more, and nobody would see what is drawn: as when the terminal is closed.
	stdin.once('end', () => void lifecycle.leave(hangUp));
	const owed = () => {
		writer.stopWatching();
		stdin.forgetKeys();
		return answersOwed(stdin);
	};
	/** Does it when no answer can come any more that would be read by somebody else. */
	const settled = (act: () => void) => void (owed() ?? Promise.resolve()).then(act);
	const content = (drawn: Theme) => (
		<ThemeContext value={drawn}>
			<ConsoleContext value={console}>
				<SeeingContext
					value={{
						drawing: sight.drawing,
						couldSee: shown => sight.couldSee(shown, stdin.lastKey),
						isHeeded: shown => sight.isHeeded(shown, stdin.lastKey),
					}}
				>
					<Screen
						copy={text => notify(store, {tone: 'info', text: copied[copyToTerminal(text)]})}
						quit={() => settled(() => instance.unmount())}
						settled={settled}
						redraw={() => writer.redraw()}
						onKey={() => {
							writer.keyPressed();
							onKey();
						}}
						onLendable={lend =>
							loan.provide(async use => {
								// Whoever is lent it must not get as keys what the terminal answers us.
								await answersOwed(stdin, longestWait.lending);
								await lend(async () => {
									stdin.lend();
									await use();
								});
							})
						}
					/>
				</SeeingContext>
			</ConsoleContext>
		</ThemeContext>
	);
	let drawn = createTheme(theme);
	const instance = render(content(drawn), {
		stdin,
		stdout: writer.stdout,
		alternateScreen: true,
		// Whole frames: the writer finds what is new in them, cell by cell.
		incrementalRendering: false,
		onRender: () => writer.rendered(),
		// A key soon after a frame waits for the next, or for two (es-toolkit's throttle re-arms with each call): keys one
		// upon the other took 26 ms at 60, 16 at 120. To make the frame of a key takes as long as this, so that one behind the frame
		// of an event does not wait at all. Data are throttled where they are published, far below.
		maxFps: 250,
		exitOnCtrlC: false,
		interactive: true,
	});
	lifecycle.onOwed(owed);
	const forget = followAlarms(store, alert, bytes => process.stdout.write(bytes));
	lifecycle.onRestore(() => {
		forget();
		unfollow();
		instance.unmount();
	});
	let wanted = theme;
	/** What the terminal has told of itself: the operator's word on the background comes before it. */
	let found: ThemeOptions = {};
	const draw = () => {
		const {isAscii} = drawn;
		drawn = createTheme({...found, ...wanted});
		if (drawn.isAscii !== isAscii) writer.respell(drawn.isAscii ? inAscii : frame => frame);
		instance.rerender(content(drawn));
	};
	const unfollow = followContext(store, async context => {
		const own = await themeOf?.(context).catch(() => undefined);
		if (!own || contextOf(store) !== context) return;
		wanted = own;
		draw();
	});
	stdin.on('report', (report: TerminalReport) => {
		if (report.kind === 'cursor') sight.answered(report);
		else if (report.kind === 'identity') sight.identified(report.attributes);
		else if (report.kind === 'background') {
			found = {...found, background: backgroundOf(report)};
			draw();
		}
	});
	writer.onNarrow(isNarrow => {
		// Where not, it takes our glyphs for wider than they are drawn, or each of their bytes for a character.
		found = {...found, isNarrow};
		if (createTheme({...found, ...wanted}).isAscii !== drawn.isAscii) draw();
	});
	writer.watch(() => stdin.isAnswering);
	// Another context may leave it to the terminal.
	if (theme.background === undefined || themeOf) stdin.ask('background');
	// Before there is anything to agree to: an answer may be one that is given for another terminal.
	stdin.ask('identity');
	// Whether it answers at all: then it can be asked what a lone ESC is.
	stdin.ask('device attributes');
	await instance.waitUntilExit();
	forget();
	unfollow();
}

const contextOf = ({getState}: Console['store']): string | undefined => {
	const {connection} = getState();
	return connection.kind === 'connected' ? connection.context : undefined;
};

/** Tells of each context to which the console goes from the one it has opened on, and of that one when it comes back. */
function followContext(store: Console['store'], tell: (context: string) => unknown): () => void {
	let before = contextOf(store);
	return store.subscribe(() => {
		const context = contextOf(store);
		if (context === undefined || context === before) return;
		const isFirst = before === undefined;
		before = context;
		if (!isFirst) void tell(context);
	});
}

/**
 * Milliseconds that an answer is waited for on the way out: of a terminal that gives them, and of one that has not so far; and
 * before a plugin gets the terminal, which may be at the end of a bad line.
 */
const longestWait = {answering: 700, silent: 150, lending: 2000};

/** What the terminal still has to answer, so that nobody else reads it; undefined when that is nothing. */
function answersOwed(stdin: KeyedStdin, most?: number): Promise<void> | undefined {
	if (!stdin.isOwed) return undefined;
	return new Promise(resolve => {
		const end = () => {
			clearTimeout(timer);
			stdin.off('answered', look);
			resolve();
		};
		const look = () => {
			if (!stdin.isOwed) end();
		};
		const timer = setTimeout(end, most ?? (stdin.isAnswering ? longestWait.answering : longestWait.silent));
		stdin.on('answered', look);
	});
}

function Screen({
	copy,
	quit,
	redraw,
	onKey,
	settled,
	onLendable,
}: {
	copy: (text: string) => void;
	quit: () => void;
	redraw: () => void;
	onKey: () => void;
	settled: (act: () => void) => void;
	onLendable: (lend: SuspendTerminal) => void;
}): ReactNode {
	const {suspendTerminal} = useApp();
	useInput(onKey);
	// Outside of a field a paste is no text, and its characters must not be taken for keys.
	useIgnoredPaste();
	const suspender = useRef<Suspender>(undefined);
	useEffect(() => {
		suspender.current = installSuspender(suspendTerminal, settled);
		onLendable(suspender.current.lend);
		return () => suspender.current?.uninstall();
	}, [suspendTerminal, settled, onLendable]);
	return <App copy={copy} quit={quit} redraw={redraw} suspend={() => suspender.current?.suspend()} />;
}
