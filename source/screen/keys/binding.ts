import {panes, type Pane} from '../../console/state/panes.js';
import type {Stroke} from '../../terminal/input/strokes.js';

/**
Where keys are read: one of the panes, or one of the things that lie over them. Exactly one context holds at a time.
- `value`: a percentage is being typed in the traffic pane
- `sheet`: a review (before → after) that waits for Enter or for a typed name
- `conflict`: theirs, mine and base side by side, after somebody else's write came first
- `form`: fields being filled in; `filter`, `palette`: the line at the bottom
- `menu`: answers to pick one of: a context, a namespace, an image, which revision is meant
- `leaving`: whether to leave the program
- `viewer`: text to read (YAML, events, what was sent, help)
- `logs`: text that goes on; `search`: what its lines are to have in them is being typed
*/
export const overlayContexts = [
	'value',
	'sheet',
	'conflict',
	'leaving',
	'form',
	'requestForm',
	'filter',
	'palette',
	'menu',
	'viewer',
	'logs',
	'search',
] as const;

export const contexts = [...panes, ...overlayContexts] as const;

export type KeyContext = (typeof contexts)[number];

/** Going to a pane by its digit. */
export type PaneAction = `go to ${Pane}`;

/** What is done in the panes, and from the palette: `perform.ts` says how. */
export type ConsoleAction =
	| 'quit'
	| 'leave'
	| 'suspend'
	| 'redraw'
	| 'askAnew'
	| 'nextPane'
	| 'previousPane'
	| 'up'
	| 'down'
	| 'top'
	| 'bottom'
	| 'pageUp'
	| 'pageDown'
	| 'open'
	| 'back'
	| 'filter'
	| 'sort'
	| 'images'
	| 'palette'
	| 'help'
	| 'enlarge'
	| 'messages'
	| 'namespace'
	| 'allNamespaces'
	| 'context'
	| 'newService'
	| 'newRevision'
	| 'tag'
	| 'autoscaling'
	| 'verifyOnce'
	| 'verifyTag'
	| 'pauseResume'
	| 'burst'
	| 'faster'
	| 'slower'
	| 'comparePairs'
	| 'countAnew'
	| 'requests'
	| 'earlierSplit'
	| 'laterSplit'
	| 'answers'
	| 'uncover'
	| 'yaml'
	| 'events'
	| 'logs'
	| 'writesLog'
	| 'copyCurl'
	| 'complete'
	| 'rollBack'
	| 'abandon'
	| 'undo'
	| 'sendAgain'
	| 'less'
	| 'more'
	| 'less10'
	| 'more10'
	| 'exactShare'
	| 'digit'
	| 'even'
	| 'lock'
	| 'followLatest'
	| 'addRevision'
	| 'takeOut'
	| 'review'
	| 'split'
	| 'discardDraft'
	| 'setValue'
	| 'eraseDigit'
	| 'deleteService'
	| 'deleteRevision'
	| 'accept';

/** What is done only in what lies over the panes: each sheet, form and line has a handler of its own for it. */
export type OverlayAction =
	| 'left'
	| 'right'
	| 'managedFields'
	| 'unfold'
	| 'refresh'
	| 'askAgain'
	| 'nextPod'
	| 'previousPod'
	| 'container'
	| 'previousRun'
	| 'confirm'
	| 'wake'
	| 'wayBack'
	| 'takeTheirs'
	| 'putMineOnTop'
	| 'keepEditing'
	| 'copyCommand'
	| 'nextField'
	| 'previousField'
	| 'advance'
	| 'submit'
	| 'removeRow'
	| 'completeWord';

export type Action = ConsoleAction | PaneAction | OverlayAction;

export type Binding = {
	readonly action: Action;
	/** Strokes as `strokeOf` names them. Without keys an action is reached through the palette only. */
	readonly keys: readonly Stroke[];
	readonly in: readonly KeyContext[] | 'panes' | 'everywhere';
	/** Two or three words, for the footer. */
	readonly label: string;
	/** One sentence, for the help. */
	readonly help: string;
	readonly palette?: {readonly names: readonly string[]; readonly argument?: string};
	/**
	 * In the footer; a low rank stays when the window is narrow, `rankIn` is that of some places. `keys`, `label` stand for a pair
	 * (`←→ move`).
	 */
	readonly footer?: {
		readonly rank: number;
		readonly rankIn?: Partial<Readonly<Record<KeyContext, number>>>;
		readonly keys?: readonly Stroke[];
		readonly label?: string;
	};
	/** It leads to a sheet that writes to the cluster. No key writes by itself. */
	readonly writes?: true;
};

/** The panes in which ←→ go to another pane. */
export const panesWithoutSplit: readonly KeyContext[] = panes.filter(pane => pane !== 'traffic');
