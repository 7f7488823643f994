import type {Key} from 'ink';
import {describe, expect, test} from 'vitest';
import {panes} from '../../../source/console/state/panes.js';
import {bindings} from '../../../source/screen/keys/key-table.js';
import {
	actionFor,
	contexts,
	footerFor,
	helpElsewhere,
	helpFor,
	isTextContext,
	keysOf,
	labelOf,
	leadsToWrite,
	paletteCommands,
	parsePaletteLine,
	type Action,
	type KeyContext,
} from '../../../source/screen/keys/key-lookup.js';
import {showStroke, strokeOf} from '../../../source/terminal/input/strokes.js';

const noKey: Key = {
	upArrow: false,
	downArrow: false,
	leftArrow: false,
	rightArrow: false,
	pageDown: false,
	pageUp: false,
	home: false,
	end: false,
	return: false,
	escape: false,
	ctrl: false,
	shift: false,
	tab: false,
	backspace: false,
	delete: false,
	meta: false,
	super: false,
	hyper: false,
	capsLock: false,
	numLock: false,
};

/** What Ink's `useInput` reports for a stroke. */
const reported = (stroke: string): readonly [string, Key] => {
	const fields: Readonly<Record<string, keyof Key>> = {
		up: 'upArrow',
		down: 'downArrow',
		left: 'leftArrow',
		right: 'rightArrow',
		pageup: 'pageUp',
		pagedown: 'pageDown',
		home: 'home',
		end: 'end',
		enter: 'return',
		esc: 'escape',
		tab: 'tab',
		backspace: 'backspace',
		delete: 'delete',
	};
	const [, modifier, base = stroke] = /^(ctrl|shift)-(.+)$/.exec(stroke) ?? [];
	const field = fields[base];
	const key = {...noKey, ctrl: modifier === 'ctrl', shift: modifier === 'shift' || /^[A-Z]$/.test(base)};
	return field === undefined ? [base === 'space' ? ' ' : base, key] : ['', {...key, [field]: true}];
};

const press = (context: KeyContext, stroke: string): Action | undefined =>
	actionFor(context, ...reported(stroke));

const applies = (where: (typeof bindings)[number]['in'], context: KeyContext) =>
	where === 'everywhere' ||
	(where === 'panes' ? panes.some(pane => pane === context) : where.includes(context));

describe.each(contexts)('in %s', context => {
	const here = bindings.filter(binding => applies(binding.in, context));

	test('no key means two things', () => {
		const strokes = here.flatMap(({keys}) => keys);
		expect(strokes.filter((stroke, index) => strokes.indexOf(stroke) !== index)).toEqual([]);
	});

	test('every key of the table does what the table says', () => {
		for (const {action, keys} of here) {
			for (const stroke of keys) {
				expect([stroke, press(context, stroke)]).toEqual([stroke, action]);
			}
		}
	});

	test('Ctrl-C leaves the program and Esc does not', () => {
		expect(press(context, 'ctrl-c')).toBe('quit');
		expect(press(context, 'esc')).not.toBe('quit');
		expect(press(context, 'esc')).toBeDefined();
	});

	test('the help names every key once, and the footer only keys that the help names', () => {
		const shown = helpFor(context).flatMap(({entries}) => entries);
		expect(shown.flatMap(({keys}) => keys.split(' ')).toSorted()).toEqual(
			here.flatMap(({keys}) => keys.map(stroke => showStroke(stroke))).toSorted(),
		);
		const actions = new Set(shown.map(({action}) => action));
		for (const hint of footerFor(context, 1000)) {
			expect(actions).toContain(hint.action);
		}
	});

	test('a letter is no command where letters are text', () => {
		const isText = isTextContext(context);
		const commands = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /:?=+-[]'
			.split('')
			.filter(character => press(context, character === ' ' ? 'space' : character) !== undefined);
		expect(commands.length > 0).toBe(!isText);
	});

	test.each([0, 5, 20, 40, 80, 200])('the footer keeps within %i columns, also with brackets', width => {
		const line = footerFor(context, width)
			.map(({keys, label}) => `${keys} ${label}`)
			.join('  ');
		expect(line.length).toBeLessThanOrEqual(width);
		const closed = footerFor(context, width, {isUnavailable: leadsToWrite})
			.map(({action, keys, label}) => (leadsToWrite(action) ? `(${keys} ${label})` : `${keys} ${label}`))
			.join('  ');
		expect(closed.length).toBeLessThanOrEqual(width);
		expect(closed.includes('? help')).toBe(line.includes('? help'));
	});
});

/** The keys that k9s and lazygit have taught, and what each must do in every pane unless another is said. */
const promised: readonly (readonly [string, Action, (readonly KeyContext[])?])[] = [
	['tab', 'nextPane'],
	['shift-tab', 'previousPane'],
	['1', 'go to services'],
	['2', 'go to revisions'],
	['3', 'go to traffic'],
	['4', 'go to live'],
	['up', 'up'],
	['k', 'up'],
	['down', 'down'],
	['j', 'down'],
	['left', 'less', ['traffic']],
	['h', 'less', ['traffic']],
	['right', 'more', ['traffic']],
	['l', 'more', ['traffic']],
	['shift-left', 'less10', ['traffic']],
	['[', 'less10', ['traffic']],
	['shift-right', 'more10', ['traffic']],
	[']', 'more10', ['traffic']],
	['%', 'exactShare', ['traffic']],
	['5', 'digit', ['value']],
	['z', 'enlarge'],
	['m', 'messages'],
	['=', 'even', ['traffic']],
	['x', 'takeOut', ['traffic']],
	['a', 'addRevision', ['traffic']],
	['o', 'lock', ['traffic']],
	['f', 'followLatest', ['traffic']],
	['enter', 'review', ['traffic']],
	['g', 'top'],
	['G', 'bottom'],
	['pageup', 'pageUp'],
	['pagedown', 'pageDown'],
	['/', 'filter'],
	[':', 'palette'],
	['?', 'help'],
	['esc', 'back', ['services', 'revisions', 'live', 'sheet', 'form', 'viewer', 'filter', 'palette', 'value']],
	['esc', 'discardDraft', ['traffic']],
	['q', 'leave'],
	['ctrl-c', 'quit', contexts],
	['n', 'newService'],
	['r', 'newRevision'],
	['t', 'tag'],
	['s', 'autoscaling'],
	['space', 'pauseResume'],
	['v', 'verifyOnce'],
	['V', 'verifyTag'],
	['b', 'burst'],
	['+', 'faster'],
	['-', 'slower'],
	['y', 'yaml'],
	['e', 'events'],
	['L', 'logs'],
	['c', 'complete'],
	['C', 'copyCurl'],
	['R', 'rollBack'],
	['u', 'undo'],
	['w', 'writesLog'],
	['enter', 'confirm', ['sheet']],
];

test.each(promised.map(([stroke, action, where = panes]) => ({stroke, action, where})))(
	'$stroke is $action',
	({stroke, action, where}) => {
		for (const context of where) {
			expect([context, press(context, stroke)]).toEqual([context, action]);
		}
	},
);

test('what changes the cluster is known as such, and what only looks is not', () => {
	const writing = [...new Set(bindings.map(({action}) => action))].filter(action => leadsToWrite(action));
	expect(writing.toSorted()).toEqual(
		[
			'abandon',
			'autoscaling',
			'complete',
			'deleteRevision',
			'deleteService',
			'newRevision',
			'newService',
			'review',
			'rollBack',
			'sendAgain',
			'split',
			'tag',
			'undo',
		].toSorted(),
	);
});

test('nothing that is no single key press is an action', () => {
	expect(strokeOf('jj', noKey)).toBeUndefined();
	expect(strokeOf('', noKey)).toBeUndefined();
	expect(strokeOf('\n', noKey)).toBeUndefined();
	expect(strokeOf('c', {...noKey, super: true})).toBeUndefined();
	expect(strokeOf('c', {...noKey, eventType: 'release'})).toBeUndefined();
	expect(actionFor('traffic', 'R\r', noKey)).toBeUndefined();
	expect(actionFor('traffic', 'c', {...noKey, meta: true})).toBeUndefined();
	expect(actionFor('form', '', {...noKey, return: true, meta: true})).toBeUndefined();
});

const moving = (isAscii: boolean) =>
	footerFor('traffic', 1000, {isAscii}).flatMap(({keys, label}) => (label === 'move' ? [keys] : []));

test('keys are shown as people know them, in ASCII where that is needed', () => {
	expect(keysOf('down', {context: 'services'})).toBe('↓ j');
	expect(keysOf('less10')).toBe('shift-← [');
	expect(keysOf('review', {isAscii: true})).toBe('enter');
	expect(keysOf('pageUp', {context: 'services'})).toBe('PgUp ctrl-b');
	expect([moving(false), moving(true)]).toEqual([['←→'], ['left/right']]);
	expect(labelOf('rollBack')).toBe('roll back');
});

/** The keys of an action as the footer has them. */
const shown = (context: KeyContext, action: Action, isAscii = false) =>
	footerFor(context, 1000, {isAscii}).find(hint => hint.action === action)?.keys;

test('the footer shows the first key of an action, and keys of which one has a name apart from each other', () => {
	expect(keysOf('nextPane', {context: 'services'})).toBe('tab → l');
	expect(shown('services', 'nextPane')).toBe('tab');
	expect(shown('leaving', 'confirm')).toBe('⏎q');
	expect(shown('leaving', 'confirm', true)).toBe('enter/q');
});

test('the help has no section without a key', () => {
	for (const context of contexts) {
		for (const {entries} of helpFor(context)) expect(entries).not.toEqual([]);
	}
	expect(helpFor('leaving').map(({title}) => title)).toEqual(['Here', 'Everywhere']);
});

test('the help of a pane goes on with the keys of each other pane, the help of a sheet does not', () => {
	const titles = helpElsewhere('traffic').map(({title}) => title);
	expect(titles).toContain('In the services pane');
	expect(titles).not.toContain('In the traffic pane');
	expect(helpElsewhere('leaving')).toEqual([]);
});

test('the footer of the traffic pane at 80 columns has what a release needs', () => {
	const line = footerFor('traffic', 80)
		.map(({keys, label}) => `${keys} ${label}`)
		.join('  ');
	expect(line).toBe('tab pane  ←→ move  = even  ⏎ review  r revision  c promote  R roll back  ? help');
});

test('the footer leaves out what cannot be done', () => {
	const hints = footerFor('services', 200, {isEnabled: action => !leadsToWrite(action)});
	expect(hints.map(({action}) => action)).not.toContain('complete');
	expect(hints.map(({action}) => action)).toContain('verifyOnce');
});

describe('the palette', () => {
	test('is in the order of the names', () => {
		const first = paletteCommands().map(({names: [name = '']}) => name);
		expect(first).toEqual(first.toSorted());
	});

	test('has no name twice', () => {
		const names = paletteCommands().flatMap(command => command.names);
		expect(new Set(names).size).toBe(names.length);
	});

	test.each([
		['rollback', {kind: 'command', action: 'rollBack', argument: ''}],
		[':ns shop', {kind: 'command', action: 'namespace', argument: 'shop'}],
		['  ctx  prod eu ', {kind: 'command', action: 'context', argument: 'prod eu'}],
		['rol', {kind: 'command', action: 'rollBack', argument: ''}],
		['q', {kind: 'command', action: 'leave', argument: ''}],
		['', {kind: 'problem', message: 'Type a command.'}],
		['frobnicate', {kind: 'problem', message: 'There is no command “frobnicate”; ? lists them.'}],
		['undo now', {kind: 'problem', message: ':undo takes no argument; “now” was given.'}],
	])('understands %j', (line, expected) => {
		expect(parsePaletteLine(line)).toEqual(expected);
	});

	test('takes a whole name for that command, though others begin so', () => {
		for (const {action, names} of paletteCommands()) {
			for (const name of names) expect(parsePaletteLine(name)).toMatchObject({kind: 'command', action});
		}
	});

	test('asks when a beginning may be several commands', () => {
		expect(parsePaletteLine('ver')).toEqual({
			kind: 'problem',
			message: '“ver” may be verify, verify-tag; type more of it.',
		});
	});
});

test('what has to be done now stands first in the footer, in any width that it fits', () => {
	for (const width of [30, 80, 200]) {
		expect(footerFor('services', width, {urgent: 'rollBack'})[0]?.action).toBe('rollBack');
	}
});
