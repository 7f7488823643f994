/**
 * `npm run test:quick`, for each save: the tests of what was changed since the branch left origin, as far as they end in time, and
 * all that start nothing. Within 30 s on two cores that have nothing else to do, whatever was changed; the tests of changes that are
 * left out are named, and `npm test` runs them.
 */
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {createVitest, type TestSpecification, type Vitest} from 'vitest/node';
import {allTests, quickTests, testsOfChanges} from './quick-tests.ts';

/**
 * Milliseconds from the start after which no test of a change is begun that starts something; the others take some 12 s then. On two
 * idle cores: a busy machine has more, so that the same tests run there, for the same time of the processor.
 */
const idleLimit = 12_000;

/** Times that a busy machine may take longer. */
const mostStretch = 5;

/** Milliseconds that a file is expected to take that was never run here. */
const unknownDuration = 6000;

const workers = 2;

const lines = (text: string) => text.split('\n').filter(line => line !== '');

const git = (...args: readonly string[]) =>
	execFileSync('git', args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});

/** Files that differ from where this branch left origin, and new ones. */
function changedFiles(): string[] {
	let base: string;
	try {
		base = git('merge-base', 'HEAD', 'origin/HEAD').trim();
	} catch {
		// A clone that knows of no other: what is not committed.
		base = 'HEAD';
	}
	return [
		...lines(git('diff', '--name-only', '--diff-filter=d', base)),
		...lines(git('ls-files', '--others', '--exclude-standard')),
	];
}

/** How much longer than by itself this process took so far, which has only computed: 1 and more. */
function stretch(): number {
	const {user, system} = process.cpuUsage();
	return Math.min(mostStretch, Math.max(1, (performance.now() * 1000) / (user + system)));
}

/** Which of them end within so many milliseconds, by what they took last, in their order. */
function thatFit(vitest: Vitest, files: readonly TestSpecification[], time: number): TestSpecification[] {
	let left = time * workers;
	return files.filter(file => {
		const duration = vitest.cache.getTestSpecificationResult(file)?.duration ?? unknownDuration;
		if (duration > time || duration > left) return false;
		left -= duration;
		return true;
	});
}

const nameOf = ({moduleId}: TestSpecification) =>
	path.relative(process.cwd(), moduleId).split(path.sep).join('/');

/** Vitest for these files. */
async function openVitest(include: readonly string[], options: {isolate: boolean}): Promise<Vitest> {
	const vitest = await createVitest({
		...options,
		watch: false,
		reporters: ['minimal'],
		include: [...include],
		maxWorkers: workers,
		passWithNoTests: true,
	});
	await vitest.standalone();
	return vitest;
}

/** In one process for all of them: what starts nothing leaves nothing behind, and to load everything anew takes half of the time. */
async function runQuick(files: readonly string[]): Promise<void> {
	const vitest = await openVitest(files, {isolate: false});
	try {
		await vitest.runTestSpecifications(await vitest.globTestSpecifications());
	} finally {
		await vitest.close();
	}
}

/** Returns those that did not run, or not to their end. */
async function runInTime(files: readonly string[], limit: number): Promise<string[]> {
	if (files.length === 0) return [];
	const vitest = await openVitest(files, {isolate: true});
	try {
		const all = await vitest.globTestSpecifications();
		const wanted = files.flatMap(name => all.filter(specification => nameOf(specification) === name));
		const fitting = thatFit(vitest, wanted, limit - performance.now());
		if (fitting.length === 0) return wanted.map(nameOf);
		let isOver = false;
		const timer = setTimeout(
			() => {
				isOver = true;
				void vitest.cancelCurrentRun('keyboard-input');
			},
			Math.max(0, limit - performance.now()),
		);
		const {testModules} = await vitest.runTestSpecifications(fitting);
		clearTimeout(timer);
		const ended = new Set(
			testModules
				.filter(({children}) => !isOver || children.allTests('skipped').next().done === true)
				.map(({moduleId}) => moduleId),
		);
		return wanted.filter(({moduleId}) => !ended.has(moduleId)).map(nameOf);
	} finally {
		await vitest.close();
	}
}

const always = quickTests();
const limit = idleLimit * stretch();
const ofChanges = testsOfChanges(changedFiles(), allTests()).filter(test => !always.includes(test));
// Some run the built program.
if (ofChanges.length > 0) execFileSync(process.execPath, ['scripts/build.js'], {stdio: 'inherit'});
const left = await runInTime(ofChanges, limit);
await runQuick(always);
if (left.length > 0) {
	process.stdout.write(`Not run, for want of time:\n${left.map(name => `  ${name}\n`).join('')}`);
}
