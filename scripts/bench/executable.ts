/**
 * Whether the executable starts no slower than `node dist/cli.js`: makes it for this platform, and starts both in turn on the same
 * sandbox, so that a busy moment of the machine meets both. `--runs 15` for more of it. Linux only.
 */
import {mkdtempDisposableSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {startSandboxProcess} from '../../test/support/program/sandbox-process.ts';
import {makeBlob, makeExecutable, targets} from '../package/executable.ts';
import {openCommand, program} from './parts/open.ts';
import {processTime} from './parts/process.ts';
import {startUp, type Start} from './parts/start-up.ts';
import {median} from './parts/statistics.ts';

const {values: flags} = parseArgs({options: {runs: {type: 'string', default: '9'}}});
// What is set for Node on this machine is not the program's.
for (const name of Object.keys(process.env)) {
	if (name.startsWith('NODE_')) delete process.env[name];
}

const row = (...cells: readonly string[]) => console.log(cells.map(cell => cell.padStart(18)).join(''));

const target = targets.find(one => one === `${process.platform}-${process.arch}`);
if (target === undefined) {
	console.log('There is no executable for this platform.');
} else {
	using folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-bench-'));
	const executable = makeExecutable(target, makeBlob(folder.path), folder.path);
	const sandbox = await startSandboxProcess(program);
	try {
		const ways = [
			{name: `node ${program}`, words: [process.execPath, program]},
			{name: 'executable', words: [executable]},
		].map(way => ({...way, starts: [] as Start[], versions: [] as number[]}));
		// The first start unpacks, and fills the code cache; measured is what every later one has.
		for (let run = -1; run < Number(flags.runs); run++) {
			for (const {words, starts, versions} of run % 2 === 0 ? ways : ways.toReversed()) {
				const start = await startUp(sandbox.kubeconfig, kubeconfig => openCommand(words, kubeconfig));
				const [command = '', ...args] = words;
				const version = processTime(command, [...args, 'version'], process.env);
				if (run < 0) continue;
				starts.push(start);
				versions.push(version);
			}
		}
		console.log(`\nmedians of ${flags.runs} starts, ms`);
		row('', ...ways.map(({name}) => name), 'difference');
		const measured = [
			['title and panes', ({starts}) => median(starts.map(({panes}) => panes))],
			['services', ({starts}) => median(starts.map(({services}) => services))],
			['keys answered', ({starts}) => median(starts.map(({whole}) => whole))],
			['version', ({versions}) => median(versions)],
		] as const satisfies readonly (readonly [string, (way: (typeof ways)[number]) => number])[];
		for (const [what, of] of measured) {
			const [node = 0, alone = 0] = ways.map(of);
			row(what, node.toFixed(1), alone.toFixed(1), `${((alone / node - 1) * 100).toFixed(0)} %`);
		}
	} finally {
		await sandbox.stop();
	}
}
