/** What is said of a key that means nothing where it was pressed. */
import {panes} from '../console/state/panes.js';
import {notify} from '../console/state/select.js';
import type {ConsoleStore} from '../console/state/state.js';
import {showStroke} from '../terminal/input/strokes.js';
import {isTextContext, keysOf, type KeyContext} from './keys/key-lookup.js';

const isPane = (context: KeyContext): boolean => panes.some(pane => pane === context);

/** What a list to pick from understands by itself. */
const ofMenu = /^[jk]$/;

/** That a key does nothing here, where keys are commands or choose; what is bad news stays. */
export function saidUnknown(
	store: ConsoleStore,
	context: KeyContext,
	stroke: string | undefined,
	style: {isAscii: boolean},
): void {
	if (stroke === undefined || store.getState().notice?.tone === 'bad') return;
	const isMenu = context === 'menu';
	if (isMenu ? ofMenu.test(stroke) : isTextContext(context)) return;
	const text = `${showStroke(stroke, style)} does nothing here · ${instead(context, stroke)}`;
	notify(store, {tone: 'info', isPassing: true, text});
}

function instead(context: KeyContext, stroke: string): string {
	if (context === 'menu') return 'Enter chooses the selected row, esc back';
	if (/^\d$/.test(stroke) && isPane(context)) {
		const share = context === 'traffic' ? ', % types an exact share' : '';
		return `1 to ${panes.length} go to panes${share}`;
	}
	return keysOf('help', {context}) === '' ? 'esc back' : '? lists the keys';
}
