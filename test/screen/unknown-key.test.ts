/** A key that means nothing says so, and what to press instead. */
import {expect, it} from 'vitest';
import {createConsole} from '../../source/console/console.js';
import type {KeyContext} from '../../source/screen/keys/key-lookup.js';
import {saidUnknown} from '../../source/screen/unknown-key.js';

const said = (context: KeyContext, stroke: string | undefined) => {
	const {store} = createConsole({to: 'test', namespace: 'default'});
	saidUnknown(store, context, stroke, {isAscii: false});
	return store.getState().notice?.text;
};

it.each<[KeyContext, string, RegExp]>([
	['services', 'W', /^W does nothing here · \? lists the keys$/],
	['traffic', '7', /^7 does nothing here · 1 to 4 go to panes, % types an exact share$/],
	['live', '7', /^7 does nothing here · 1 to 4 go to panes$/],
	['menu', 't', /^t does nothing here · Enter chooses the selected row, esc back$/],
	['menu', '2', /^2 does nothing here/],
	['leaving', 'W', /^W does nothing here/],
])('in %s: %s', (context, stroke, sentence) => {
	expect(said(context, stroke)).toMatch(sentence);
});

it.each<[KeyContext, string | undefined]>([
	['form', 'x'],
	['palette', 'x'],
	['sheet', 'x'],
	['menu', 'j'],
	['services', undefined],
])('nothing in %s, where letters are text or have a meaning: %s', (context, stroke) => {
	expect(said(context, stroke)).toBeUndefined();
});
