/** Tells the terminal of red verdicts, by what the operator has chosen: `--alert`. */
import type {ConsoleStore} from '../console/state/state.js';
import {
	alertSequence,
	keepTitle,
	restoreTitle,
	titleSequence,
	type AlertKind,
} from '../terminal/output/attention.js';
import {alarmOf, gatewayDownOf} from './frame/header-line.js';

/** What is wrong now, as the header says it; undefined while nothing is. */
function alarmWords(state: ReturnType<ConsoleStore['getState']>): string | undefined {
	if (gatewayDownOf(state)) return 'gateway down';
	const alarm = alarmOf(state);
	return alarm && `${alarm.service} ${alarm.word.toUpperCase()}`;
}

/**
 * Each alarm is told once, when it begins; the title says it as long as it lasts.
 * @param write Brings bytes to the terminal between two frames.
 * @returns Gives the title back.
 */
export function followAlarms(
	store: ConsoleStore,
	kinds: ReadonlySet<AlertKind>,
	write: (bytes: string) => void,
): () => void {
	if (kinds.size === 0) return () => {};
	const hasTitle = kinds.has('title');
	let told: string | undefined;
	if (hasTitle) write(keepTitle + titleSequence('kn-canary'));
	const unsubscribe = store.subscribe(state => {
		const words = alarmWords(state);
		if (words === told) return;
		told = words;
		const title = hasTitle ? titleSequence(words === undefined ? 'kn-canary' : `${words} - kn-canary`) : '';
		write(title + (words === undefined ? '' : alertSequence(`kn-canary: ${words}`, kinds)));
	});
	let isOver = false;
	return () => {
		if (isOver) return;
		isOver = true;
		unsubscribe();
		if (hasTitle) write(restoreTitle);
	};
}
