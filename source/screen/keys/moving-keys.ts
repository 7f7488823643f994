import {panes} from '../../console/state/panes.js';
import {digitOf, paneTable} from '../panes/pane-table.js';
import {panesWithoutSplit, type Binding} from './binding.js';

/** Going from pane to pane and from row to row. */
export const movingKeys: readonly Binding[] = [
	{
		action: 'nextPane',
		keys: ['tab'],
		in: ['traffic'],
		label: 'pane',
		help: 'Go to the next pane.',
		footer: {rank: 4},
	},
	{
		action: 'nextPane',
		keys: ['tab', 'right', 'l'],
		in: panesWithoutSplit,
		label: 'pane',
		help: 'Go to the next pane.',
		footer: {rank: 4},
	},
	{
		action: 'previousPane',
		keys: ['shift-tab'],
		in: ['traffic'],
		label: 'pane before',
		help: 'Go to the pane before.',
	},
	{
		action: 'previousPane',
		keys: ['shift-tab', 'left', 'h'],
		in: panesWithoutSplit,
		label: 'pane before',
		help: 'Go to the pane before.',
	},
	...panes.map((pane): Binding => ({
		action: `go to ${pane}`,
		keys: [String(digitOf(pane))],
		in: 'panes',
		label: paneTable[pane].label,
		help: paneTable[pane].help,
	})),
	{action: 'up', keys: ['up', 'k'], in: 'panes', label: 'up', help: 'Select the row above.'},
	{action: 'down', keys: ['down', 'j'], in: 'panes', label: 'down', help: 'Select the row below.'},
	{action: 'top', keys: ['g', 'home'], in: 'panes', label: 'top', help: 'Select the first row.'},
	{action: 'bottom', keys: ['G', 'end'], in: 'panes', label: 'bottom', help: 'Select the last row.'},
	{
		action: 'pageUp',
		keys: ['pageup', 'ctrl-b'],
		in: 'panes',
		label: 'page up',
		help: 'Go a page up.',
	},
	{
		action: 'pageDown',
		keys: ['pagedown', 'ctrl-f'],
		in: 'panes',
		label: 'page down',
		help: 'Go a page down.',
	},
	{
		action: 'sort',
		keys: ['o'],
		in: ['services'],
		label: 'sort',
		help: 'List the services by name, by trouble (the worst first), or by age (the newest first).',
		palette: {names: ['sort']},
		footer: {rank: 13},
	},
	{
		action: 'open',
		keys: ['enter'],
		in: ['services'],
		label: 'revisions',
		help: 'Go to the revisions of the selected service.',
		footer: {rank: 12},
	},
	{
		action: 'open',
		keys: ['enter'],
		in: ['revisions'],
		label: 'details',
		help: 'Show the selected revision: conditions, image, environment.',
		footer: {rank: 12},
	},
];
