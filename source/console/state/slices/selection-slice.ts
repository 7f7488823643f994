/** What the operator looks at: the focused pane, what is selected in each, filter and order. */
import type {ServiceView} from '../../../knative/service/service.js';
import type {Pane} from '../panes.js';
import type {RevisionChoice, Selected} from '../selection.js';
import type {FirstRow} from '../../../knative/split/slider-row.js';
import type {ServiceSort} from '../sorted.js';

export type SelectionSlice = {
	focus: Pane;
	/** The focused pane has the whole window. */
	isEnlarged: boolean;
	/** The selected service; it may not be there yet, or not any more. Undefined as long as there was none to select. */
	selected: Selected | undefined;
	/** By uid of the service: its selected revision, and the selected row of its slider (a Split key). */
	revision: ReadonlyMap<string, RevisionChoice>;
	row: ReadonlyMap<string, string>;
	/** The row of the slider of the selected service, as long as none was chosen there. */
	firstRow: FirstRow | undefined;
	/** The selected service as it was last told of: where it stood in the list. */
	lastTold: ServiceView | undefined;
	filter: string;
	/** The filter as it was when it got the keys, until the first of them: what is typed replaces it. */
	filterKept: string;
	/** In which order the services are listed. */
	sort: ServiceSort;
	/** The filter has the keys. */
	filtering: boolean;
	/** What was selected before the filter had them: what matches half a word is not what is looked for. */
	selectedBefore: Selected | undefined;
};

export function initialSelection(): SelectionSlice {
	return {
		focus: 'services',
		isEnlarged: false,
		selected: undefined,
		revision: new Map(),
		row: new Map(),
		firstRow: undefined,
		lastTold: undefined,
		filter: '',
		filterKept: '',
		sort: 'name',
		filtering: false,
		selectedBefore: undefined,
	};
}
