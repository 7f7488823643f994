import {useState} from 'react';
import {expect, it} from 'vitest';
import {EnvRow} from '../../../../source/screen/widgets/form/env-row.js';
import {openPart} from '../../parts/keyboard.js';

function List({begin, row, told}: {begin: readonly string[]; row: number; told: string[][]}) {
	const [lines, setLines] = useState(begin);
	return (
		<EnvRow
			lines={lines}
			row={row}
			isFocused
			width={40}
			onChange={next => {
				told.push([...next]);
				setLines(next);
			}}
		/>
	);
}

it('what is typed in the empty row is a new variable', async () => {
	const told: string[][] = [];
	using part = await openPart(<List begin={['A=1']} row={1} told={told} />);
	expect(part.screen()).toContain('+ ');
	part.press('B');
	await part.until(/B/);
	expect(told.at(-1)).toEqual(['A=1', 'B']);
});

it('what is typed in the row of a variable changes that one alone', async () => {
	const told: string[][] = [];
	using part = await openPart(<List begin={['A=1', 'B=2']} row={0} told={told} />);
	part.press('end', '0');
	await part.until(/A=10/);
	expect(told.at(-1)).toEqual(['A=10', 'B=2']);
});

it('lines that are pasted are variables of their own, before the one they are pasted on', async () => {
	const told: string[][] = [];
	using part = await openPart(<List begin={['A=1']} row={0} told={told} />);
	part.paste('X=1\nY=2\n');
	await part.until(/X=1/);
	expect(told.at(-1)).toEqual(['X=1', 'Y=2', 'A=1']);
});

it('another name that is typed over a variable is another one: what was there is kept', async () => {
	const told: string[][] = [];
	using part = await openPart(<List begin={['TARGET=secret', 'B=2']} row={0} told={told} />);
	part.press(...'TO=1'.split(''));
	await part.until(/TO=1/);
	expect(told.at(-1)).toEqual(['TO=1', 'TARGET=secret', 'B=2']);
});

it('the same name that is typed over a variable changes it', async () => {
	const told: string[][] = [];
	using part = await openPart(<List begin={['TARGET=secret']} row={0} told={told} />);
	part.press(...'TARGET=1'.split(''));
	await part.until(/TARGET=1/);
	expect(told.at(-1)).toEqual(['TARGET=1']);
});

it('a variable whose name was typed anew is renamed by what is typed next', async () => {
	const told: string[][] = [];
	using part = await openPart(<List begin={['TARGET=secret', 'B=2']} row={0} told={told} />);
	part.press(...'TARGET=1'.split(''));
	await part.until(/TARGET=1/);
	part.press('home', 'X');
	await part.until(/X.?TARGET=1/);
	expect(told.at(-1)).toEqual(['XTARGET=1', 'B=2']);
});

it('the name of a variable can be edited, and an erased one is removed', async () => {
	const told: string[][] = [];
	using renamed = await openPart(<List begin={['A=1']} row={0} told={told} />);
	renamed.press('home', 'B');
	await renamed.until(/B.A=1/);
	expect(told.at(-1)).toEqual(['BA=1']);
	using erased = await openPart(<List begin={['A=1']} row={0} told={told} />);
	erased.press('backspace', 'C');
	await erased.until(/C/);
	expect(told.at(-1)).toEqual(['C']);
});
