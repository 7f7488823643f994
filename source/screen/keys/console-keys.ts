import {panesWithoutSplit, type Binding} from './binding.js';

/** The console itself. */
export const consoleKeys: readonly Binding[] = [
	{
		action: 'filter',
		keys: ['/'],
		in: 'panes',
		label: 'filter',
		help: 'Filter the list of the focused pane.',
		palette: {names: ['filter']},
		footer: {rank: 10},
	},
	{
		action: 'palette',
		keys: [':'],
		in: 'panes',
		label: 'command',
		help: 'Open the command palette.',
		footer: {rank: 11},
	},
	{
		action: 'help',
		keys: ['?'],
		in: 'panes',
		label: 'help',
		help: 'Show the keys of the focused pane.',
		palette: {names: ['help']},
		footer: {rank: 1},
	},
	{
		action: 'back',
		keys: ['esc'],
		in: panesWithoutSplit,
		label: 'back',
		help: 'Go one level back; never leaves the console.',
	},
	{
		action: 'quit',
		keys: ['q'],
		in: 'panes',
		label: 'quit',
		help: 'Leave the console; the split stays as it is.',
		palette: {names: ['quit', 'q']},
		footer: {rank: 23},
	},
	{
		action: 'quit',
		keys: ['ctrl-c'],
		in: 'everywhere',
		label: 'quit',
		help: 'Leave the console; the split stays as it is.',
	},
	{
		action: 'suspend',
		keys: ['ctrl-z'],
		in: 'everywhere',
		label: 'suspend',
		help: 'Stop the console; the command fg of the shell brings it back.',
	},
	{
		action: 'redraw',
		keys: ['ctrl-l'],
		in: 'everywhere',
		label: 'redraw',
		help: 'Redraw: whatever others have written on the screen goes away.',
		// In the help alone (app.tsx): who looks for it looks there.
		footer: {rank: 9},
		palette: {names: ['redraw']},
	},
	{
		action: 'askAnew',
		keys: ['ctrl-r'],
		in: 'panes',
		label: 'ask anew',
		help: 'List everything anew, at once, instead of waiting for the next try or for what the watch tells.',
		palette: {names: ['retry', 'refresh']},
	},
];
