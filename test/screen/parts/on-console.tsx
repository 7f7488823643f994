/** Draws a part of the screen with a console behind it, and presses keys on it. */
import type {ReactElement} from 'react';
import {onTestFinished} from 'vitest';
import {createConsole, type Console} from '../../../source/console/console.js';
import {createConsoleStore, type ConsoleState} from '../../../source/console/state/state.js';
import {ConsoleContext, SeeingContext} from '../../../source/screen/use-console.js';
import {ThemeContext} from '../../../source/screen/widgets/theme-context.js';
import {createTheme} from '../../../source/terminal/output/theme.js';
import {openPart} from './keyboard.js';

export type OpenOnConsole = Awaited<ReturnType<typeof openOnConsole>>;

/**
 * @param part What is drawn; it is given the console, which is not connected to anything.
 * @param state What the console knows beside what it begins with.
 * @param isStill Nothing but the test changes the state: what loops and pods would say is kept as it is given.
 * @param couldSee Whether what has this name was on the screen when a key was pressed; always when not given.
 * @param isHeeded Whether it was while nothing was typed; always when not given.
 */
export async function openOnConsole(
	part: (console: Console) => ReactElement,
	{
		state = {},
		columns = 80,
		rows = 24,
		couldSee = () => true,
		isHeeded = () => true,
		isStill = false,
	}: {
		state?: Partial<ConsoleState>;
		columns?: number;
		rows?: number;
		couldSee?: (shown: string) => boolean;
		isHeeded?: (shown: string) => boolean;
		isStill?: boolean;
	} = {},
) {
	const working = createConsole({to: 'test', namespace: 'default'});
	onTestFinished(async () => working.stop());
	const console: Console = isStill
		? {...working, store: createConsoleStore({to: 'test', namespace: 'default'})}
		: working;
	console.store.setState(state);
	const drawn = await openPart(
		<ThemeContext value={createTheme({env: {}})}>
			<ConsoleContext value={console}>
				<SeeingContext value={{drawing() {}, couldSee, isHeeded}}>{part(console)}</SeeingContext>
			</ConsoleContext>
		</ThemeContext>,
		{columns, rows},
	);
	onTestFinished(() => drawn[Symbol.dispose]());
	return {
		...drawn,
		console,
		store: console.store,
		/** Presses a key for each character. */
		type: (text: string) => drawn.press(...Array.from(text)),
		/** The text of the screen without frames, and wherever its lines are broken. */
		text: () => drawn.screen().replaceAll(/[│╭╮╰╯─\s]+/g, ' '),
	};
}
