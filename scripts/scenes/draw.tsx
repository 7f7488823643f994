/** Draws a scene without a terminal and without a cluster: the frame as the console would bring it on the screen. */
import {mock} from 'node:test';
import {PassThrough} from 'node:stream';
import {render} from 'ink';
import {createConsole} from '../../source/console/console.js';
import {createConsoleStore, type ConsoleState} from '../../source/console/state/state.js';
import {App} from '../../source/screen/app.js';
import {ConsoleContext} from '../../source/screen/use-console.js';
import {ThemeContext} from '../../source/screen/widgets/theme-context.js';
import {inAscii} from '../../source/terminal/output/ascii.js';
import {createTheme, type ThemeOptions} from '../../source/terminal/output/theme.js';
import {present} from './objects.js';
import type {Scene} from './scenes.js';

export type Look = {columns: number; rows: number; theme?: ThemeOptions};

const nothing = () => {};

/** Made once of each: it takes a loop of minutes to play. */
const states = new WeakMap<Scene, Promise<Partial<ConsoleState>>>();

async function stateOf(scene: Scene): Promise<Partial<ConsoleState>> {
	const known = states.get(scene) ?? scene.state();
	states.set(scene, known);
	return known;
}

/** Rows separated by line feeds, with the colours of the theme as far as chalk's level allows. */
export async function drawScene(scene: Scene, {columns, rows, theme: options = {}}: Look): Promise<string> {
	const state = await stateOf(scene);
	// Ages and the announcement of a change depend on it.
	mock.timers.enable({apis: ['Date'], now: present});
	const theme = createTheme({env: {LANG: 'C.UTF-8', TERM: 'xterm-256color'}, ...options});
	const working = createConsole({to: 'shop-eu', namespace: 'default'});
	// Nothing but the scene changes it: what follows the state in a console would find no loop behind it.
	const store = createConsoleStore({to: 'shop-eu', namespace: 'default'});
	store.setState(state);
	let last = '';
	const stdout = Object.assign(new PassThrough(), {isTTY: true, columns, rows});
	stdout.on('data', (frame: Buffer) => {
		const text = String(frame);
		if (text.includes('kn-canary')) last = text;
	});
	const stdin = Object.assign(new PassThrough(), {
		isTTY: true,
		setRawMode: nothing,
		ref: nothing,
		unref: nothing,
	});
	try {
		const instance = render(
			<ThemeContext value={theme}>
				<ConsoleContext value={{...working, store}}>
					<App copy={nothing} quit={nothing} redraw={nothing} suspend={nothing} />
				</ConsoleContext>
			</ThemeContext>,
			{stdin, stdout, debug: true, exitOnCtrlC: false, patchConsole: false},
		);
		await instance.waitUntilRenderFlush();
		instance.unmount();
	} finally {
		mock.timers.reset();
		await working.stop();
	}
	return theme.isAscii ? inAscii(last) : last;
}
