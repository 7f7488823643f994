import {render} from 'ink-testing-library';
import {useState} from 'react';
import {describe, expect, test, vi} from 'vitest';
import {ChoiceField} from '../../../../source/screen/widgets/form/choice-field.js';
import {checkEnvLines, envLines, envOf} from '../../../../source/screen/widgets/form/env-lines.js';
import {FormView} from '../../../../source/screen/widgets/form/form-view.js';
import {
	checkForm,
	focusStops,
	reduceForm,
	startForm,
	type FormField,
	type Values,
} from '../../../../source/screen/widgets/form/form-state.js';
import {widthOf} from '../../../../source/screen/widgets/table/fit-text.js';
import {openPart} from '../../parts/keyboard.js';
import {eventually} from '../../../support/eventually.js';

const fields: readonly FormField[] = [
	{
		kind: 'text',
		name: 'name',
		label: 'Name',
		help: 'Lower-case letters, digits and “-”.',
		check: value => (/^[a-z][-a-z0-9]*$/.test(value) ? undefined : 'Name: begin with a letter.'),
	},
	{
		kind: 'choice',
		name: 'protocol',
		label: 'Protocol',
		options: [
			{value: 'http1', label: 'HTTP'},
			{value: 'h2c', label: 'gRPC'},
		],
	},
	{kind: 'toggle', name: 'advanced', label: 'Advanced'},
	{kind: 'env', name: 'env', label: 'Environment', isShown: values => values['advanced'] === true},
];

const start = (typed: Values = {}) => startForm(fields, {name: 'hello', ...typed});

describe('a form', () => {
	test('starts with its initial values, or with what was typed before', () => {
		expect(startForm(fields).values).toEqual({name: '', protocol: 'http1', advanced: false, env: []});
		expect(startForm(fields, {name: 'cart', env: ['A=1']}).values).toMatchObject({
			name: 'cart',
			env: ['A=1'],
		});
	});

	test('goes round every field that is shown, and stops at both ends', () => {
		let state = start();
		const seen = [state.focus];
		for (let step = 0; step < 4; step++) {
			state = reduceForm(fields, state, {type: 'next'});
			seen.push(state.focus);
		}

		expect(seen.map(focus => (focus.kind === 'field' ? focus.name : 'submit'))).toEqual([
			'name',
			'protocol',
			'advanced',
			'submit',
			'submit',
		]);
		expect(reduceForm(fields, start(), {type: 'previous'}).focus).toEqual(start().focus);
	});

	test('has a place for each row of a list, and one for a new row', () => {
		expect(focusStops(fields, start({advanced: true, env: ['A=1', 'B=2']}).values).length).toBe(3 + 3 + 1);
	});

	test('blames a field when it is left, not while it is being typed', () => {
		let state = startForm(fields);
		state = reduceForm(fields, state, {type: 'change', name: 'name', value: '9'});
		expect(state.errors).toEqual({});
		state = reduceForm(fields, state, {type: 'next'});
		expect(state.errors).toEqual({name: 'Name: begin with a letter.'});
		state = reduceForm(fields, state, {type: 'change', name: 'name', value: 'n'});
		expect(state.errors).toEqual({});
	});

	test('goes to the first error on submit, and checks nothing that is hidden', () => {
		const wrong = startForm(fields, {name: '', advanced: true, env: ['nonsense']});
		const state = reduceForm(fields, {...wrong, focus: {kind: 'submit'}}, {type: 'submit'});
		expect(state.focus).toEqual({kind: 'field', name: 'name', row: 0});
		expect(Object.keys(state.errors)).toEqual(['name', 'env']);
		expect(checkForm(fields, {...wrong.values, advanced: false})).toEqual({
			name: 'Name: begin with a letter.',
		});
	});

	test('shows what somebody else refused', () => {
		const state = reduceForm(fields, start(), {type: 'reject', errors: {protocol: 'The server says no.'}});
		expect(state).toMatchObject({
			focus: {kind: 'field', name: 'protocol', row: 0},
			errors: {protocol: 'The server says no.'},
		});
	});

	test('drops a row that was emptied when it is left, and goes to the one that took its place', () => {
		const state = {
			...start({advanced: true, env: ['A=1', '', 'C=3']}),
			focus: {kind: 'field', name: 'env', row: 1},
		} as const;
		const next = reduceForm(fields, state, {type: 'next'});
		expect(next.values['env']).toEqual(['A=1', 'C=3']);
		expect(next.focus).toEqual({kind: 'field', name: 'env', row: 1});
		const before = reduceForm(fields, state, {type: 'previous'});
		expect(before.focus).toEqual({kind: 'field', name: 'env', row: 0});
	});

	test('removes a row of a list at a key, and nothing anywhere else', () => {
		const state = {
			...start({advanced: true, env: ['A=1', 'B=2']}),
			focus: {kind: 'field', name: 'env', row: 0},
		} as const;
		expect(reduceForm(fields, state, {type: 'removeRow'}).values['env']).toEqual(['B=2']);
		expect(reduceForm(fields, start(), {type: 'removeRow'})).toEqual(start());
	});
});

describe('environment variables', () => {
	test('are read and written as lines', () => {
		const lines = ['TARGET=Knative', 'EMPTY=', 'WITH=a=b c'];
		expect(envOf(lines)).toEqual([
			{name: 'TARGET', value: 'Knative'},
			{name: 'EMPTY', value: ''},
			{name: 'WITH', value: 'a=b c'},
		]);
		expect(envLines(envOf(lines))).toEqual(lines);
		expect(checkEnvLines([...lines, ' '])).toBeUndefined();
	});

	test.each([
		['TARGET', '“TARGET” has no “=”; write NAME=value.'],
		['9A=1', 'The environment variable 9A may have letters, digits, _, - and ., and not begin with a digit.'],
		['=1', 'An environment variable has no name.'],
	])('%j is refused', (line, message) => {
		expect(checkEnvLines([line])).toBe(message);
		expect(envOf([line])).toEqual([]);
	});

	test('are refused when one is there twice', () => {
		expect(checkEnvLines(['A=1', 'A=2'])).toBe('The environment variable A is defined twice.');
	});
});

describe('a form on the screen', () => {
	const submitted = vi.fn<(values: Values) => void>();
	const left = vi.fn<() => void>();

	function Shown({
		width = 60,
		height = 10,
		typed,
	}: {
		readonly width?: number;
		readonly height?: number;
		readonly typed?: Values | undefined;
	}) {
		const [state, setState] = useState(() => startForm(fields, typed ?? {}));
		return (
			<FormView
				{...{fields, state, width, height}}
				onChange={setState}
				onSubmit={submitted}
				onBack={left}
				submitLabel="Review"
			/>
		);
	}

	test('is filled in without a pause between keys', async () => {
		submitted.mockClear();
		using part = await openPart(<Shown />);
		part.press(...'cart'.split(''), 'tab', 'right', 'down', 'space', 'enter');
		part.press(...'A=1'.split(''), 'enter', ...'B=2'.split(''), 'ctrl-s');
		await eventually(() => expect(submitted).toHaveBeenCalledOnce());
		expect(submitted).toHaveBeenCalledWith({
			name: 'cart',
			protocol: 'h2c',
			advanced: true,
			env: ['A=1', 'B=2'],
		});
	});

	test('goes on with Enter and submits at its end', async () => {
		submitted.mockClear();
		using part = await openPart(<Shown typed={{name: 'cart'}} />);
		part.press('enter', 'enter', 'enter');
		await part.until(/▸ \[ Review \]/);
		expect(submitted).not.toHaveBeenCalled();
		part.press('enter');
		await eventually(() => expect(submitted).toHaveBeenCalledOnce());
	});

	test('says what is wrong and does not submit', async () => {
		submitted.mockClear();
		using part = await openPart(<Shown />);
		part.press('9', 'ctrl-s');
		const screen = await part.until(/✗ Name: begin with a letter\./);
		expect(screen).toMatch(/▸ Name/);
		expect(submitted).not.toHaveBeenCalled();
		part.press('tab');
		await part.until(/✗ Name +9/);
	});

	test('makes rows of a paste of several lines', async () => {
		using part = await openPart(<Shown typed={{name: 'cart', advanced: true}} />);
		part.press('down', 'down', 'down');
		await part.until(/▸ Environment/);
		part.paste('A=1\nB=2\r\n\r\nC=3\n');
		expect(await part.until(/C=3/)).toMatch(/· A=1[^]*· B=2[^]*· C=3[^]*\+ /);
	});

	test('goes back with Esc', async () => {
		left.mockClear();
		using part = await openPart(<Shown />);
		part.press('esc');
		await eventually(() => expect(left).toHaveBeenCalledOnce());
	});

	test('keeps within its cells and scrolls with the keyboard', async () => {
		const env = Array.from({length: 20}, (_, index) => `VARIABLE_${index}=${'long '.repeat(30)}`);
		using part = await openPart(<Shown width={40} height={7} typed={{name: 'cart', advanced: true, env}} />);
		expect(part.screen()).toMatch(/↓ 21 more below/);
		expect(part.screen()).not.toContain('more above');
		for (let step = 0; step < 12; step++) {
			part.press('down');
		}

		const screen = await part.until(/▸.*\n↑ \d+ more above · ↓ \d+ more below/);
		expect(screen.split('\n').length).toBeLessThanOrEqual(7);
		expect(Math.max(...screen.split('\n').map(line => widthOf(line)))).toBeLessThanOrEqual(40);
		expect(await part.until(/VARIABLE_8/)).not.toMatch(/Name/);
	});
});

test('a choice without room shows what is chosen between arrows', async () => {
	const onChange = vi.fn<(value: string) => void>();
	const options = ['concurrency', 'requests per second', 'cpu', 'memory'].map(label => ({
		value: label,
		label,
	}));
	const {lastFrame, stdin, unmount} = render(
		<ChoiceField {...{options, onChange}} value="cpu" isFocused width={24} />,
	);
	expect(lastFrame()).toBe('‹ cpu ›');
	await eventually(() => {
		stdin.write('\u001B[D');
		expect(onChange).toHaveBeenCalledWith('requests per second');
	});
	unmount();
});
