/** Command lines for kubectl and kn on sheets: kept back while their context leads to another cluster than the one that is shown. */
import {notifyOnSheet} from '../console/state/select.js';
import type {ConsoleState} from '../console/state/state.js';
import {useConsole, useConsoleState} from './use-console.js';

/** Why no line is shown or copied, as a sentence; undefined while they lead where they should. */
const misledOf = ({standing: {movedTo}}: ConsoleState): string | undefined =>
	movedTo === undefined ? undefined : `No command here: ${movedTo}.`;

/** With `copy` to copy a line, or to say why there is none. */
export function useClusterLines(copy: (text: string) => void): {
	misled: string | undefined;
	copyLine: (line: string) => void;
} {
	const {store} = useConsole();
	return {
		misled: useConsoleState(misledOf),
		copyLine(line) {
			const text = misledOf(store.getState());
			if (text === undefined) return copy(line);
			notifyOnSheet(store, {tone: 'bad', text}, state => misledOf(state) === text);
		},
	};
}

/** The same of a sheet that only shows lines. */
export const useMisled = (): string | undefined => useConsoleState(misledOf);
