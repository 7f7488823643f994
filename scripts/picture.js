// Draws docs/console.svg: starts the built program on its sandbox in a real pseudo-terminal, presses the keys below, and
// turns the screen into a picture. Run with `npm run picture`. Any other program is drawn as it comes:
// `node scripts/picture.js out.svg ls --color=always`.
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {openTerminal} from '../test/support/terminal.ts';
import {svgOf} from './svg.js';

const [output = 'docs/console.svg', ...command] = process.argv.slice(2);
const [program = process.execPath, ...args] =
	command.length > 0 ? command : [process.execPath, 'dist/cli.js', '--sandbox'];

/**
 * What is done, and what must be on the screen before the next step. A change of the console's keys or words is
 * followed here, and nowhere else.
 */
const steps = [
	{until: /helloworld-go/},
	// A split half and half, reviewed and applied.
	{press: ['3', '='], until: /draft/},
	{press: ['enter'], until: /before/i},
	{press: ['enter'], until: /50 %/},
	// Until the observed ratio says something, then a draft on top of it.
	{press: ['b'], until: /agrees/},
	{press: ['3', 'right', 'right'], until: /52 %/},
];

const terminal = openTerminal({command: program, args, cols: 100, rows: 30});
try {
	if (command.length === 0) {
		for (const {press = [], until} of steps) {
			terminal.press(...press);
			await terminal.until(until, {within: 60_000});
		}
	}

	await terminal.settle();
	await mkdir(path.dirname(output), {recursive: true});
	await writeFile(output, svgOf(terminal.emulator, 'kn-canary releasing a revision of helloworld-go'));
} finally {
	await terminal[Symbol.asyncDispose]();
}

console.log(`${output}: ${terminal.emulator.cols} × ${terminal.emulator.rows}`);
