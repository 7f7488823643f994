// Draws docs/console.svg: starts the built program on its sandbox in a real pseudo-terminal, presses the keys below, and
// turns the screen into a picture. Run with `npm run picture`. Any other program is drawn as it comes:
// `node scripts/picture.js out.svg ls --color=always`.
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {openTerminal} from '../test/support/terminal/terminal.ts';
import {svgOf} from './svg.ts';

const [output = 'docs/console.svg', ...command] = process.argv.slice(2);
const isConsole = command.length === 0;
const [program, ...args] = isConsole
	? [process.execPath, 'dist/cli.js', '--sandbox', '--pace', '10']
	: command;

/**
 * The release that is drawn: keys, and what must be on the screen after them. A change of the console's keys or words is
 * followed here, and nowhere else.
 */
const steps = [
	{until: /cart/},
	// A service of one's own.
	{press: ['n'], until: /New service/},
	{
		press: ['helloworld-go', 'tab', 'registry.example.com/samples/helloworld-go:73fbdd56'],
		until: /73fbdd56/,
	},
	{press: ['ctrl-s'], until: /Dry run: the server would accept it/},
	{press: ['enter'], until: /hello\S+\s+100\s+Ready/},
	// Its second revision, which gets nothing at first.
	{press: ['r'], until: /New revision of helloworld-go/},
	{press: ['tab', 'TARGET=Knative'], until: /TARGET=Knative/},
	{press: ['ctrl-s'], until: /Dry run: the server would accept it/},
	{press: ['enter'], until: /…00002\s+0 %\s+(?:\d+ %\s+)?canary\s+● Ready/},
	// Half of the traffic, and many requests, until the verdict is sure.
	{press: ['3', '%', '5', '0'], until: /50▏ %/},
	{press: ['enter'], until: /Dry run: the server would accept it/},
	{press: ['enter'], until: /50│50\s+Ready/},
	{press: ['space', '+', '+', '+', '+'], until: /No contradiction with the split so far/},
	{until: /[1-9]\d\d answers/},
	// The next step as a draft.
	{press: ['shift-left'], until: /50 → 40 %/},
];

const terminal = openTerminal({command: program, args, cols: 120, rows: 34});
try {
	if (isConsole) {
		for (const {press = [], until} of steps) {
			terminal.press(...press);
			await terminal.until(until, {within: 60_000});
		}
	}

	if (!isConsole) {
		await terminal.settle();
	}

	await mkdir(path.dirname(output), {recursive: true});
	await writeFile(output, svgOf(terminal.emulator, 'kn-canary releasing a revision of helloworld-go'));
} finally {
	await terminal[Symbol.asyncDispose]();
}

console.log(`${output}: ${terminal.emulator.cols} × ${terminal.emulator.rows}`);
