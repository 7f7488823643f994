/** Leaving the program: what that would end or lose, and what was done in the session. */
import {printable} from '../../knative/text/printable.js';
import {changeWords} from './change-words.js';
import {nextId} from './inspect.js';
import {lossesOf} from './contexts-sheet.js';
import {openSheet} from '../state/select.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

/** Asks first where something is not sent, or under way. True when there is nothing to ask. */
export function mayQuit(store: ConsoleStore): boolean {
	const ends = endsOf(store.getState());
	if (ends.length === 0) return true;
	openSheet(store, {kind: 'quit', id: nextId(), ends});
	return false;
}

/** What leaving would end or lose, a sentence without its end each. */
export function endsOf(state: ConsoleState): string[] {
	const {services, verdicts, writes} = state;
	const loops = [...verdicts.values()].filter(({isRunning}) => isRunning);
	return [
		...writes.filter(({outcome}) => outcome === '').map(({title}) => `being sent: ${title}`),
		...lossesOf(state).map(loss => `not sent: ${loss}`),
		...loops.map(({uid, answered}) => {
			const name = services.find(service => service.uid === uid)?.name ?? 'a service elsewhere';
			return `running: requests to ${name}, ${answered} answered so far`;
		}),
	];
}

/**
 * What was written in the session, oldest first; a line each: `03:12:46  roll back cart (cart-00001 90 -> 100 %): done`.
 *
 * @param arrow What stands between before and after, for a terminal that may have no other than ASCII.
 */
export function sessionLines(
	{writes}: Pick<ConsoleState, 'writes'>,
	clock: (at: number) => string,
	arrow = '->',
): string[] {
	return writes.map(({at, title, outcome, splits}) => {
		const change = splits ? changeWords(splits, arrow) : '';
		const what = change === '' ? title : `${title} (${change})`;
		return printable(`${clock(at)}  ${what}: ${outcome === '' ? 'sent, outcome not known' : outcome}`);
	});
}
