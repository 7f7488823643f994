/** What is kept of each scene: its text at six sizes, and pictures. */
import {stripVTControlCharacters} from 'node:util';
import type {ThemeOptions} from '../../source/terminal/output/theme.js';
import {drawScene, type Look} from './draw.js';
import type {Scene} from './scenes.js';

/** Columns and rows, from the smallest that shows all panes. */
export const sizes = [
	[60, 20],
	[80, 24],
	[100, 30],
	[120, 40],
	[160, 50],
	[200, 60],
] as const;

/** The themes in which pictures are drawn, and on what ground. Texts differ between two of them alone: with ASCII or without. */
export const themes: readonly {name: string; options: ThemeOptions; isLight: boolean}[] = [
	{name: 'dark', options: {background: 'dark'}, isLight: false},
	{name: 'light', options: {background: 'light'}, isLight: true},
	{name: 'no-colour', options: {palette: 'none'}, isLight: false},
	{name: 'no-colour-light', options: {palette: 'none', background: 'light'}, isLight: true},
	{name: 'ascii', options: {isAscii: true}, isLight: false},
	{name: 'ascii-light', options: {isAscii: true, background: 'light'}, isLight: true},
];

async function plain(scene: Scene, look: Look): Promise<string> {
	const rows = stripVTControlCharacters(await drawScene(scene, look)).split('\n');
	return rows
		.map(row => row.trimEnd())
		.join('\n')
		.trimEnd();
}

/** All sizes one below the other, then the ASCII one of the usual terminal. */
export async function textOf(scene: Scene): Promise<string> {
	const parts = [`${scene.name}: ${scene.title}`];
	for (const [columns, rows] of sizes) {
		parts.push(`${columns}x${rows}`, await plain(scene, {columns, rows}));
	}
	parts.push('80x24, ASCII', await plain(scene, {columns: 80, rows: 24, theme: {isAscii: true}}));
	return `${parts.join('\n\n')}\n`;
}

/** Of a sheet, or of a pane by itself: the narrowest window that has all panes, and the usual one. */
export async function sheetTextOf(scene: Scene): Promise<string> {
	const parts = [`${scene.name}: ${scene.title}`];
	for (const [columns, rows] of [
		[80, 24],
		[120, 40],
	] as const) {
		parts.push(`${columns}x${rows}`, await plain(scene, {columns, rows}));
	}
	return `${parts.join('\n\n')}\n`;
}
