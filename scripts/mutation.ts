/**
 * Tries whether tests notice: changes a source file one small thing at a time and runs the tests of its folder on each
 * change. `npm run test:mutation -- source/stats/binomial.ts`. docs/mutation.md keeps the score of each file and its
 * survivors; a reason that is written behind a survivor there stays when the file is tried again. Nothing of the file on
 * disk is changed: vitest is handed the changed text.
 */
import {existsSync, globSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {format, resolveConfig} from 'prettier';
import {createVitest, type Vitest} from 'vitest/node';
import {mutantsOf, mutated, type Mutant} from './mutation/mutants.ts';

const report = 'docs/mutation.md';

const introduction = `# Do the tests notice?

\`npm run test:mutation -- source/stats/binomial.ts\` changes a file one small thing at a time (\`scripts/mutation/mutants.ts\`), runs
the tests of its folder on each change, and writes its part of this page. A change that no test notices survives, and is listed. Where
it makes no difference, or none that matters, the reason is written behind it by hand, and stays.
`;

/** Folders whose files are held by the tests of another one as well. */
const heldBy: Readonly<Record<string, readonly string[]>> = {
	'source/release': ['test/release', 'test/knative/release'],
	'source/knative/release': ['test/knative/release', 'test/release'],
	'source/knative/forms': ['test/knative/forms', 'test/knative/forms.test.ts'],
	'source/knative/autoscaling': ['test/knative/forms', 'test/knative/forms.test.ts'],
};

/** The tests of a file: those of the nearest folder that mirrors its own, the file's own tests first. */
function testsOf(file: string): string[] {
	const folders = (folder: string): readonly string[] => {
		const mirrored = folder.replace(/^source/, 'test');
		if (heldBy[folder]) return heldBy[folder];
		if (existsSync(mirrored)) return [mirrored];
		if (!folder.includes('/')) throw new Error(`${file} has no folder of tests.`);
		return folders(path.posix.dirname(folder));
	};
	const own = path.basename(file).replace(/\.tsx?$/, '.test.ts');
	const found = folders(path.posix.dirname(file)).flatMap(at =>
		at.endsWith('.ts') ? [at] : globSync(`${at}/**/*.test.{ts,tsx}`),
	);
	return found.toSorted((one, other) => Number(other.endsWith(`/${own}`)) - Number(one.endsWith(`/${own}`)));
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
			reporters: [{}],
			bail: 1,
			maxWorkers: 1,
			// A change that has a test wait for what never comes is noticed, too, and soon.
			testTimeout: 15_000,
			hookTimeout: 15_000,
			globalSetup: [],
			// It would keep the text of the first run.
			fsModuleCache: false,
			passWithNoTests: false,
		},
		{plugins: [{name: 'mutant', enforce: 'pre', load: id => (id.split('?')[0] === at ? text : undefined)}]},
	);
	const all = await vitest.globTestSpecifications();
	return {
		async notices(next) {
			text = next;
			vitest.invalidateFile(at);
			vitest.state.clearErrors();
			const {testModules, unhandledErrors} = await vitest.runTestSpecifications(all);
			return unhandledErrors.length > 0 || !testModules.every(module => module.ok());
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

async function tryFile(file: string): Promise<{killed: number; survivors: Mutant[]}> {
	const text = readFileSync(file, 'utf8');
	const trial = await openTrial(file);
	try {
		if (await trial.notices(text)) throw new Error(`The tests of ${file} fail as it is.`);
		const mutants = mutantsOf(file, text);
		const survivors: Mutant[] = [];
		for (const [index, mutant] of mutants.entries()) {
			const isNoticed = await trial.notices(mutated(text, mutant));
			if (!isNoticed) survivors.push(mutant);
			const words = isNoticed ? 'noticed' : 'SURVIVED';
			process.stdout.write(
				`${index + 1}/${mutants.length} ${words} ${file}:${mutant.line} ${codeOf(mutant.before)} → ${codeOf(mutant.after)}\n`,
			);
		}
		return {killed: mutants.length - survivors.length, survivors};
	} finally {
		await trial.close();
	}
}

/** The part of a file: its score and its survivors, each with the reason that was written behind it before. */
function partOf(file: string, outcome: Awaited<ReturnType<typeof tryFile>>, before: string): string {
	const {killed, survivors} = outcome;
	const known = before.split('\n');
	const explanations = survivors.map(survivor =>
		known.find(line => line.startsWith(`${prefixOf(survivor)}: `)),
	);
	const total = killed + survivors.length;
	const percent = total === 0 ? 100 : Math.floor((killed / total) * 100);
	const explained = explanations.filter(line => line !== undefined).length;
	return [
		`## ${file}`,
		'',
		`${percent} %: ${killed} of ${total} noticed, ${explained} of ${survivors.length} survivors explained.`,
		'',
		...survivors.map((survivor, index) => explanations[index] ?? prefixOf(survivor)),
		'',
	].join('\n');
}

const files = process.argv.slice(2);
if (files.length === 0) {
	process.stderr.write('Name the files: npm run test:mutation -- source/stats/binomial.ts\n');
	process.exit(2);
}
const style = (await resolveConfig(report)) ?? {};
for (const file of files) {
	const outcome = await tryFile(file);
	const parts = new Map(
		(existsSync(report) ? readFileSync(report, 'utf8') : '')
			.split(/^(?=## )/m)
			.slice(1)
			.map(part => [/^## (.*)$/m.exec(part)?.[1] ?? '', part.trim()]),
	);
	const part = partOf(file, outcome, parts.get(file) ?? '');
	parts.set(file, part.trim());
	const sorted = [...parts].toSorted(([one], [other]) => one.localeCompare(other)).map(([, text]) => text);
	const page = `${[introduction.trim(), ...sorted].join('\n\n')}\n`;
	writeFileSync(report, await format(page, {...style, filepath: report}));
	process.stdout.write(`${part}\n`);
}
// Failed tests are what was looked for.
process.exitCode = 0;
