/** How components reach the store and read the keyboard. */
import {useInput} from 'ink';
import {createContext, useContext, useRef, useState, useSyncExternalStore} from 'react';
import {conflictOfReview} from '../console/sheets/review/lost-ground.js';
import {topSheet} from '../console/state/read.js';
import {notifyOnSheet} from '../console/state/select.js';
import type {Console} from '../console/console.js';
import type {ConsoleState} from '../console/state/state.js';
import {actionFor, type Action, type KeyContext} from './keys/key-lookup.js';

/** Provided once, around the whole screen. */
export const ConsoleContext = createContext<Console | undefined>(undefined);

/** What the operator can have seen when the key that is being handled was pressed. */
export type Seeing = {
	/** While a frame is drawn that shows what has this name. */
	readonly drawing: (shown: string) => void;
	readonly couldSee: (shown: string) => boolean;
	/** Whether the key is none of those that were being typed when what has this name came up by itself. */
	readonly isHeeded: (shown: string) => boolean;
};

/** Without a terminal everything counts as seen. */
export const SeeingContext = createContext<Seeing>({
	drawing: () => {},
	couldSee: () => true,
	isHeeded: () => true,
});

/** What the key that is being handled may count for: see `terminal/sight.ts`. */
export function useSeeing(): Seeing {
	return useContext(SeeingContext);
}

/** Does it when what has that name was on the screen as the key was pressed; else says that the key was dropped. */
export function useOnlySeen(shownAs: string): (act: () => void) => void {
	const {store} = useConsole();
	const {couldSee} = useSeeing();
	return act => {
		if (couldSee(shownAs)) act();
		else notifyOnSheet(store, {tone: 'info', text: typedAhead});
	};
}

let opened = 0;

/** A name for what a sheet shows, which no other one has that was open before: what was seen of that one was not this. */
export function useShownAs(shown: string): string {
	const [id] = useState(() => {
		opened += 1;
		return opened;
	});
	return `${shown} ${id}`;
}

/** The console around a component; throws where there is none. */
export function useConsole(): Console {
	const console = useContext(ConsoleContext);
	if (!console) throw new Error('A component of the console was rendered without one.');
	return console;
}

/**
 * A part of the state; the component is drawn again only when it is another one (Object.is, unless told otherwise). React asks for
 * it several times for each state: the selector is called once.
 */
export function useConsoleState<Part>(
	selector: (state: ConsoleState) => Part,
	isSame: (one: Part, other: Part) => boolean = Object.is,
): Part {
	const {store} = useConsole();
	const last = useRef<{state: ConsoleState; selector: (state: ConsoleState) => Part; part: Part}>(undefined);
	return useSyncExternalStore(store.subscribe, () => {
		const state = store.getState();
		const known = last.current;
		if (known?.state === state && known.selector === selector) return known.part;
		const selected = selector(state);
		const part = known && isSame(known.part, selected) ? known.part : selected;
		last.current = {state, selector, part};
		return part;
	});
}

/**
 * For `useConsoleState` with a selector that makes an object or an array of several parts: whether each of them is the same. All
 * selectors are asked for every change of the store, so this makes nothing.
 */
export function sameParts<Parts extends object>(one: Parts | undefined, other: Parts | undefined): boolean {
	if (!one || !other || one === other) return one === other;
	// Of arrays, which most of them are: their indexes would be made names.
	if (Array.isArray(one) && Array.isArray(other)) {
		return one.length === other.length && one.every((part, index) => Object.is(part, other[index]));
	}
	for (const key in one) if (!Object.is(one[key], other[key])) return false;
	for (const key in other) if (!(key in one)) return false;
	return true;
}

/** What is said to a key that was pressed before its sheet could be seen. */
export const typedAhead = 'Typed before this sheet was on the screen: dropped. Read it, then press.';

/** What is said to a letter of a word that was being typed when another sheet came up under it. */
export const typedForAnother = 'Typed for what was here before: dropped. Read this sheet, then press.';

/** Where keys are read now: exactly one context holds at a time. */
export function contextOf(state: ConsoleState): KeyContext {
	const sheet = topSheet(state);
	switch (sheet?.kind) {
		case 'review':
			return conflictOfReview(state, sheet) ? 'conflict' : 'sheet';
		case 'create service':
		case 'create revision':
		case 'autoscaling':
		case 'tag':
			return 'form';
		case 'requests':
			return 'requestForm';
		case 'quit':
			return 'leaving';
		case 'leave context':
			return 'sheet';
		case 'palette':
			return 'palette';
		case 'contexts':
		case 'namespaces':
		case 'images':
		case 'choice':
			return 'menu';
		case 'help':
		case 'details':
		case 'writes':
		case 'messages':
		case 'answers':
		case 'verify':
		case 'yaml':
		case 'events':
			return state.find?.isTyping ? 'search' : 'viewer';
		case 'logs':
			return sheet.isTyping ? 'search' : 'logs';
		case undefined:
			break;
	}
	if (state.filtering) return 'filter';
	if (state.focus === 'traffic' && state.typed !== undefined) return 'value';
	return state.focus;
}

export type Handlers = Partial<Record<Action, (input: string) => void>>;

/**
 * Calls the handler of the action that a key means in this context, by the one key table; `onOther` where it means none
 * that anybody has a handler for.
 */
export function useActions(
	context: KeyContext,
	handlers: Handlers,
	{isActive = true, onOther}: {isActive?: boolean; onOther?: (() => void) | undefined} = {},
): void {
	useInput(
		(input, key) => {
			const action = actionFor(context, input, key);
			if (action === undefined) onOther?.();
			else handlers[action]?.(input);
		},
		{isActive},
	);
}
