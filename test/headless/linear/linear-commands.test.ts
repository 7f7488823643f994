/** Commands of the linear mode, by number, word, beginning and key. */
import {expect, test} from 'vitest';
import {linearCommands, menuLines, parseLine} from '../../../source/headless/linear/linear-commands.js';

test.each([
	['services', {kind: 'command', name: 'services', argument: ''}],
	['1', {kind: 'command', name: 'services', argument: ''}],
	['  use  cart ', {kind: 'command', name: 'use', argument: 'cart'}],
	['split a=50 b=50', {kind: 'command', name: 'split', argument: 'a=50 b=50'}],
	['roll', {kind: 'command', name: 'rollback', argument: ''}],
	['R', {kind: 'command', name: 'rollback', argument: ''}],
	['r', {kind: 'command', name: 'revision', argument: ''}],
	['PROMOTE', {kind: 'command', name: 'promote', argument: ''}],
	['', {kind: 'nothing'}],
	['99', {kind: 'problem', sentence: 'There is no command 99; help lists them.'}],
	[
		'rolback',
		{kind: 'problem', sentence: 'There is no command rolback; help lists them. Did you mean rollback?'},
	],
	['Satus', {kind: 'problem', sentence: 'There is no command Satus; help lists them. Did you mean status?'}],
	// It would be about the chosen service, whatever stands there.
	['undo cart', {kind: 'problem', sentence: 'undo takes nothing after it; “cart” was given.'}],
	['st', {kind: 'problem', sentence: 'st may be status, start, stop; type more of it.'}],
])('%j is %j', (line, meant) => {
	expect(parseLine(line)).toEqual(meant);
});

test('the menu has each command once, with the number that means it', () => {
	const lines = menuLines();
	expect(lines).toHaveLength(linearCommands.length);
	linearCommands.forEach(({name}, index) => {
		expect(lines[index]).toMatch(new RegExp(`^${index + 1} ${name}\\b`));
		expect(parseLine(String(index + 1))).toMatchObject({name});
	});
});

test('keys that messages speak of mean the same here', () => {
	// `V tests it at its tag`, `e events · L log · r new revision`, `S sends the split again`, `X gives the release up`.
	const meant = {V: 'tagged', v: 'verify', e: 'events', L: 'log', r: 'revision', S: 'again', X: 'abandon'};
	for (const [key, name] of Object.entries(meant)) expect(parseLine(key)).toMatchObject({name});
	// `Press space to send requests first.`
	expect(parseLine('space')).toMatchObject({name: 'start'});
	// `:ns lists those there are.`
	expect(parseLine(':ns')).toMatchObject({name: 'namespace'});
});
