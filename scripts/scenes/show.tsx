/**
 * Shows the scenes in this terminal, one after another, with ctrl-n and back with ctrl-u; the keys of the console work in them, on what the
 * scene knows: nothing is asked of a cluster. Built and started by `index.ts`.
 */
import {mock} from 'node:test';
import process from 'node:process';
import {render, useApp, useInput} from 'ink';
import {useState} from 'react';
import {createConsole, type Console} from '../../source/console/console.js';
import {App} from '../../source/screen/app.js';
import {ConsoleContext} from '../../source/screen/use-console.js';
import {ThemeContext} from '../../source/screen/widgets/theme-context.js';
import {createTheme} from '../../source/terminal/output/theme.js';
import {present} from './objects.js';
import {scenes as releaseScenes, type Scene} from './scenes.js';
import {sheetScenes} from './sheet-scenes.js';

const scenes: readonly Scene[] = [...releaseScenes, ...sheetScenes];

const nothing = () => {};

type Shown = {scene: Scene; console: Console};

async function shown(scene: Scene): Promise<Shown> {
	const console = createConsole({to: 'shop-eu', namespace: 'default'});
	const state = await scene.state();
	console.store.setState(state);
	// A console that selects a service shows its own loop, of which there is none: what the scene knows of it comes after that.
	await new Promise(resolve => setImmediate(resolve));
	console.store.setState(state);
	return {scene, console};
}

function Scenes({all}: {all: readonly Shown[]}) {
	const [at, setAt] = useState(0);
	const {exit} = useApp();
	useInput((input, key) => {
		const step = key.ctrl ? {n: 1, u: -1}[input] : undefined;
		if (step !== undefined) setAt(before => (before + step + all.length) % all.length);
	});
	const current = all[at];
	if (!current) return null;
	return (
		<ConsoleContext key={current.scene.name} value={current.console}>
			<App copy={nothing} quit={() => exit()} redraw={nothing} suspend={nothing} />
		</ConsoleContext>
	);
}

const [wanted] = process.argv.slice(2);
const chosen = scenes.filter(({name}) => wanted === undefined || name === wanted);
if (chosen.length === 0) {
	console.error(`There is no scene ${wanted}: ${scenes.map(({name}) => name).join(', ')}`);
	process.exit(2);
}
if (!process.stdin.isTTY || !process.stdout.isTTY) {
	console.error(`They are shown in a terminal: ${scenes.map(({name}) => name).join(', ')}`);
	process.exit(2);
}
const all = [];
for (const scene of chosen) all.push(await shown(scene));
// Ages depend on it.
mock.timers.enable({apis: ['Date'], now: present});
const instance = render(
	<ThemeContext value={createTheme({env: process.env})}>
		<Scenes all={all} />
	</ThemeContext>,
	{alternateScreen: true},
);
await instance.waitUntilExit();
process.exit(0);
