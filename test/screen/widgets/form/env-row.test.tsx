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
