/** Changes: those that are drafted, those on their way to the gateway, and those that were made. */
import type {Attempt} from '../../../journal/attempt.js';
import type {Deed} from '../../../journal/deed.js';
import type {HistoryEntry} from '../../../journal/journal-entry.js';
import type {Split} from '../../../knative/split/split.js';
import type {Guards} from '../../../release/plan.js';
import type {FormSheet, ScalingDefaults} from '../../sheets/sheets.js';

/** One change under way. Times are milliseconds since 1970. */
export type Move = {
	generation: number;
	askedAt: number;
	/** Asked for from here. */
	own: boolean;
	/** When every gateway pod had answered with it. */
	movedAt: number | undefined;
	/** Nobody listened meanwhile: it may have been so for long by then. */
	isLate?: boolean;
	/** The refusal was said once already. */
	refusalTold: boolean;
};

/** The operator's unsent split of one service. Named apart from the server's state and never overwritten by it. */
export type Draft = {
	/** What the server had when the draft was begun, and its generation. */
	base: Split;
	generation: number;
	/** The latest ready revision then. */
	latest?: string | undefined;
	split: Split;
	/** Of a verb that has met a conflict: what had to be meant of it has to be meant of this. */
	guards?: Guards;
};

export type ChangesSlice = {
	/** By uid of the service. */
	drafts: ReadonlyMap<string, Draft>;
	/** An exact share that is being typed for the selected row, as far as it is; undefined while none is. */
	typed: string | undefined;
	/** The key of the row that takes what that one gives up, where the shares do not tell; null where none is to have it. */
	taker: string | null | undefined;
	/** Changes of splits, oldest first; `before` keeps which revision `@latest` meant then. */
	history: readonly HistoryEntry[];
	/** From before this console: what was attempted and changed no split as far as is known, and what was made or deleted. */
	past: readonly (Attempt | Deed)[];
	/** Why the history on disk could not be read; undefined when it could, or there is none. */
	historyUnread: string | undefined;
	/** Why the history is not kept on disk, as a sentence. */
	historyProblem: string | undefined;
	/** The last change of each service under way to the gateway, by uid. */
	moves: ReadonlyMap<string, Move>;
	scalingDefaults: ScalingDefaults;
	/** What the server said of names that tags need, by `namespace/name`. */
	placeholders: ReadonlyMap<string, 'taken' | 'free'>;
	/** Forms that were closed unsent, by `formKey`: what was typed is there again when they are opened again. */
	leftForms: ReadonlyMap<string, FormSheet>;
};

/** Nothing drafted, written or read of the history yet. */
export function initialChanges(): ChangesSlice {
	return {
		drafts: new Map(),
		typed: undefined,
		taker: undefined,
		history: [],
		past: [],
		historyUnread: undefined,
		historyProblem: undefined,
		moves: new Map(),
		scalingDefaults: {kind: 'asking'},
		placeholders: new Map(),
		leftForms: new Map(),
	};
}
