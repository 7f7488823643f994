/** What is said of each pane wherever panes are spoken of, and in which row of the screen it stands. */
import {panes, type Pane} from '../../console/state/panes.js';

export type PaneEntry = {
	/** In its frame and among the tabs, after its digit. */
	readonly title: string;
	/** For the footer: where the key of its digit leads. */
	readonly label: string;
	/** One sentence, for the help. */
	readonly help: string;
	/** Rows from the top, counted from 0, where all panes are shown; within one they stand in the order of their digits. */
	readonly row: number;
	/** What it shows comes from the API server, and is grey while that says nothing new. */
	readonly isOfCluster: boolean;
};

export const paneTable: Readonly<Record<Pane, PaneEntry>> = {
	services: {
		title: 'Services',
		label: 'services',
		help: 'Go to the services.',
		row: 0,
		isOfCluster: true,
	},
	revisions: {
		title: 'Revisions',
		label: 'revisions',
		help: 'Go to the revisions.',
		row: 0,
		isOfCluster: true,
	},
	traffic: {title: 'Traffic', label: 'traffic', help: 'Go to the traffic.', row: 1, isOfCluster: true},
	live: {title: 'Live', label: 'live', help: 'Go to the live answers.', row: 2, isOfCluster: false},
};

/** The digit that leads to it, from 1. */
export const digitOf = (pane: Pane): number => panes.indexOf(pane) + 1;

/** As it stands in its frame: `2 Revisions`. */
export const titleOf = (pane: Pane): string => `${digitOf(pane)} ${paneTable[pane].title}`;

/** The panes as they stand on the screen, from left to right, row by row. */
export const paneRows: readonly (readonly Pane[])[] = [
	...Map.groupBy(panes, pane => paneTable[pane].row).entries(),
]
	.toSorted(([one], [other]) => one - other)
	.map(([, row]) => row);
