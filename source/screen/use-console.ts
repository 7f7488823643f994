/** How components reach the store and read the keyboard. */
import {useInput} from 'ink';
import {createContext, useContext} from 'react';
import {useStore} from 'zustand';
import {topSheet} from '../console/state/read.js';
import type {Console} from '../console/console.js';
import type {ConsoleState} from '../console/state/state.js';
import {actionFor, type Action, type KeyContext} from './keys/key-lookup.js';

export const ConsoleContext = createContext<Console | undefined>(undefined);

/**
 * Tells keys that arrived in one read: the number of the read of the key that is being handled. Without a keyed input
 * each key counts as one that came alone.
 */
export const KeyReadContext = createContext<() => number>(() => Number.NaN);

export function useKeyRead(): () => number {
	return useContext(KeyReadContext);
}

export function useConsole(): Console {
	const console = useContext(ConsoleContext);
	if (!console) throw new Error('A component of the console was rendered without one.');
	return console;
}

/** A part of the state; the component is drawn again only when it is another one (Object.is). */
export function useConsoleState<Part>(selector: (state: ConsoleState) => Part): Part {
	return useStore(useConsole().store, selector);
}

/** Where keys are read now: exactly one context holds at a time. */
export function contextOf(state: ConsoleState): KeyContext {
	const sheet = topSheet(state);
	switch (sheet?.kind) {
		case 'review':
			return sheet.phase.kind === 'conflict' ? 'conflict' : 'sheet';
		case 'create service':
		case 'create revision':
		case 'autoscaling':
		case 'tag':
		case 'requests':
			return 'form';
		case 'leave context':
			return 'sheet';
		case 'palette':
		case 'contexts':
		case 'namespaces':
			return 'palette';
		case 'help':
		case 'details':
		case 'writes':
		case 'answers':
		case 'verify':
		case 'yaml':
		case 'events':
			return 'viewer';
		case 'logs':
			return sheet.isTyping ? 'search' : 'logs';
		case undefined:
			break;
	}
	if (state.filtering) return 'filter';
	if (state.focus === 'traffic' && state.typed !== '') return 'value';
	return state.focus;
}

export type Handlers = Partial<Record<Action, (input: string) => void>>;

/** Calls the handler of the action that a key means in this context, by the one key table. */
export function useActions(context: KeyContext, handlers: Handlers, {isActive = true} = {}): void {
	useInput(
		(input, key) => {
			const action = actionFor(context, input, key);
			if (action !== undefined) handlers[action]?.(input);
		},
		{isActive},
	);
}
