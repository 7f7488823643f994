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
		help: 'Draw the screen anew.',
		palette: {names: ['redraw']},
	},
];
