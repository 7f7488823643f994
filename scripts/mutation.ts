/**
 * Tries whether tests notice: changes a source file one small thing at a time and runs the tests of its folder on each
 * change. `npm run test:mutation -- source/stats/binomial.ts`. docs/mutation.md keeps the score of each file and its
 * survivors; a reason that is written behind a survivor there stays when the file is tried again. Of a folder a sample is
 * tried, 40 changes unless `--sample` gives another number: `npm run test:mutation -- --sample 60 source/stats`. Nothing of
 * a file on disk is changed: vitest is handed the changed text.
 */
import {createHash} from 'node:crypto';
import {existsSync, globSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {format, resolveConfig} from 'prettier';
import {createVitest, type Vitest} from 'vitest/node';
import {mutantsOf, mutated, type Mutant} from './mutation/mutants.ts';

const report = 'docs/mutation.md';

const introduction = `# Do the tests notice?

\`npm run test:mutation -- source/stats/binomial.ts\` changes a file one small thing at a time (\`scripts/mutation/mutants.ts\`), runs
the tests of its folder on each change, and writes its part of this page. A change that no test notices survives, and is listed. Where
it makes no difference, or none that matters, the reason is written behind it by hand, and stays. Of a folder a sample is tried: its
score stands for the folder, give or take what a sample of that size may be off (95 %, Wilson).
`;

/** Folders whose files, and those of the folders in them, are held by the tests of another one as well: folders, files or patterns. */
const heldBy: Readonly<Record<string, readonly string[]>> = {
	'source/console/session': ['test/console/session', 'test/console/*.test.ts'],
	'source/probe/attribution': ['test/probe/attribution', 'test/probe/loop'],
	'source/release': ['test/release', 'test/knative/release'],
	'source/knative/release': ['test/knative/release', 'test/release'],
	'source/knative/autoscaling': ['test/knative/autoscaling', 'test/knative/forms'],
};

/** Whether these tests are named after the file. */
function isOwnTest(test: string, file: string): boolean {
	return path.basename(test) === path.basename(file).replace(/\.tsx?$/, '.test.ts');
}

/** The tests of a file: those of the nearest folder that mirrors its own. */
function testsOf(file: string): string[] {
	const folders = (folder: string): readonly string[] => {
		const mirrored = folder.replace(/^source/, 'test');
		const held = Object.keys(heldBy).find(name => folder === name || folder.startsWith(`${name}/`));
		if (held !== undefined) return heldBy[held] ?? [];
		if (existsSync(mirrored)) return [mirrored];
		if (!folder.includes('/')) throw new Error(`${file} has no folder of tests.`);
		return folders(path.posix.dirname(folder));
	};
	return folders(path.posix.dirname(file)).flatMap(at =>
		at.endsWith('.ts') ? globSync(at) : globSync(`${at}/**/*.test.{ts,tsx}`),
	);
}

/** Runs tests on a text that is not the one on disk. */
type Trial = {notices: (text: string) => Promise<boolean>; close: () => Promise<void>};

async function openTrial(file: string): Promise<Trial> {
	const at = path.resolve(file);
	let text: string | undefined;
	const vitest: Vitest = await createVitest(
		{
			watch: false,
			include: testsOf(file),
			related: [at],
			reporters: [{}],
			bail: 1,
			maxWorkers: 1,
			// A change that has a test wait for what never comes is noticed, too; a slow machine is not to be taken for one.
			globalSetup: [],
			// It would keep the text of the first run.
			fsModuleCache: false,
			passWithNoTests: false,
		},
		{plugins: [{name: 'mutant', enforce: 'pre', load: id => (id.split('?')[0] === at ? text : undefined)}]},
	);
	// Only tests that reach the file can notice; those named after it are run first, since most changes end there.
	const related = await vitest.getRelevantTestSpecifications();
	const [own, others] = [true, false].map(isOwn =>
		related.filter(({moduleId}) => isOwnTest(moduleId, file) === isOwn),
	);
	return {
		async notices(next) {
			text = next;
			for (const part of [own, others]) {
				if (part === undefined || part.length === 0) continue;
				vitest.invalidateFile(at);
				vitest.state.clearErrors();
				const {testModules, unhandledErrors} = await vitest.runTestSpecifications(part);
				if (unhandledErrors.length > 0 || !testModules.every(module => module.ok())) return true;
			}
			return false;
		},
		close: async () => vitest.close(),
	};
}

/** Code on one line, as Markdown shows it. */
function codeOf(text: string): string {
	const whole = text.replaceAll(/\s+/g, ' ').trim();
	const line = whole.length > 120 ? `${whole.slice(0, 120)}…` : whole;
	return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** By what a survivor is told from others, in the list and to keep its reason. */
const prefixOf = ({before, after, context}: Mutant) =>
	`- ${codeOf(before)} → ${codeOf(after)} in ${codeOf(context)}`;

/** A mutant, and the file it is of. */
type Placed = Mutant & {readonly file: string};

type Outcome = {readonly tried: number; readonly survivors: readonly Placed[]};

async function tryFile(file: string, mutants: readonly Mutant[]): Promise<Outcome> {
	const text = readFileSync(file, 'utf8');
	const trial = await openTrial(file);
	try {
		if (await trial.notices(text)) throw new Error(`The tests of ${file} fail as it is.`);
		const survivors: Placed[] = [];
		for (const [index, mutant] of mutants.entries()) {
			const isNoticed = await trial.notices(mutated(text, mutant));
			if (!isNoticed) survivors.push({...mutant, file});
			const words = isNoticed ? 'noticed' : 'SURVIVED';
			process.stdout.write(
				`${index + 1}/${mutants.length} ${words} ${file}:${mutant.line} ${codeOf(mutant.before)} → ${codeOf(mutant.after)}\n`,
			);
		}
		return {tried: mutants.length, survivors};
	} finally {
		await trial.close();
	}
}

/** Where a mutant comes in the order from which samples are taken. */
const order = ({file, context, before, after}: Placed) =>
	createHash('sha256').update(`${file}\0${context}\0${before}\0${after}`).digest('hex');

/** The same sample every time, as long as the code is the same: by a hash of each change. */
async function tryFolder(folder: string, size: number): Promise<Outcome> {
	const all = globSync(`${folder}/**/*.ts`).flatMap(file =>
		mutantsOf(file, readFileSync(file, 'utf8')).map((mutant): Placed => ({...mutant, file})),
	);
	const sample = all
		.map(mutant => ({mutant, at: order(mutant)}))
		.toSorted((one, other) => one.at.localeCompare(other.at))
		.slice(0, size)
		.map(({mutant}) => mutant);
	const outcomes: Outcome[] = [];
	for (const [file, mutants] of Map.groupBy(sample, mutant => mutant.file)) {
		outcomes.push(await tryFile(file, mutants));
	}
	return {
		tried: outcomes.reduce((sum, {tried}) => sum + tried, 0),
		survivors: outcomes.flatMap(({survivors}) => survivors),
	};
}

/** Half the width of Wilson's interval at 95 %, in points of a hundred. */
function margin(noticed: number, tried: number): number {
	const z = 1.96;
	const share = noticed / tried;
	const half =
		(z / (1 + z ** 2 / tried)) * Math.sqrt((share * (1 - share)) / tried + z ** 2 / (4 * tried ** 2));
	return Math.ceil(half * 100);
}

/** The part of a file or folder: its score and its survivors, each with the reason that was written behind it before. */
function partOf(place: string, {tried, survivors}: Outcome, before: string): string {
	const known = before.split('\n');
	const isFolder = !place.endsWith('.ts');
	const nameOf = (survivor: Placed) =>
		isFolder ? `${prefixOf(survivor)} of ${survivor.file.slice(place.length + 1)}` : prefixOf(survivor);
	const explanations = survivors.map(survivor =>
		known.find(line => line.startsWith(`${nameOf(survivor)}: `)),
	);
	const noticed = tried - survivors.length;
	const percent = tried === 0 ? 100 : Math.floor((noticed / tried) * 100);
	const explained = explanations.filter(line => line !== undefined).length;
	return [
		`## ${place}`,
		'',
		`${percent} %${isFolder ? ` (±${margin(noticed, tried)})` : ''}: ${noticed} of ${tried} noticed, ${explained} of ${survivors.length} survivors explained.`,
		'',
		...survivors.map((survivor, index) => explanations[index] ?? nameOf(survivor)),
		'',
	].join('\n');
}

const {positionals: places, values} = parseArgs({
	allowPositionals: true,
	options: {sample: {type: 'string', default: '40'}},
});
if (places.length === 0) {
	process.stderr.write(
		'Name files or folders: npm run test:mutation -- source/stats/binomial.ts source/knative/split\n',
	);
	process.exit(2);
}
const style = (await resolveConfig(report)) ?? {};
for (const given of places) {
	const place = given.replace(/\/$/, '');
	if (!existsSync(place)) {
		process.stderr.write(`${place} does not exist: give a path from here, as source/stats.\n`);
		process.exit(2);
	}
	const outcome = place.endsWith('.ts')
		? await tryFile(place, mutantsOf(place, readFileSync(place, 'utf8')))
		: await tryFolder(place, Number(values.sample));
	const parts = new Map(
		(existsSync(report) ? readFileSync(report, 'utf8') : '')
			.split(/^(?=## )/m)
			.slice(1)
			.map(part => [/^## (.*)$/m.exec(part)?.[1] ?? '', part.trim()]),
	);
	const part = partOf(place, outcome, parts.get(place) ?? '');
	parts.set(place, part.trim());
	const sorted = [...parts].toSorted(([one], [other]) => one.localeCompare(other)).map(([, text]) => text);
	const page = `${[introduction.trim(), ...sorted].join('\n\n')}\n`;
	writeFileSync(report, await format(page, {...style, filepath: report}));
	process.stdout.write(`${part}\n`);
}
// Failed tests are what was looked for.
process.exitCode = 0;
