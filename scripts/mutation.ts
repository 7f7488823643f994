/**
 * Changes source files one small thing at a time and says which changes no test notices: `npm run test:mutation --
 * source/stats/binomial.ts`. The tests are those of the folder. docs/mutation.md keeps the score of each file and its
 * survivors; a reason written behind a survivor there stays when the file is tried again.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Stryker} from '@stryker-mutator/core';
import {format, resolveConfig} from 'prettier';

const report = 'docs/mutation.md';

const introduction = `# Mutation tests

\`npm run test:mutation -- source/stats/binomial.ts\` changes a file one small thing at a time (Stryker) and runs the tests of its
folder on each change; it takes about a second a change, and writes its part of this page. A change that no test notices is
listed, with the reason where it makes no difference or none that matters. Write the reason behind it: it stays.
`;

type Survivor = {line: number; before: string; after: string};
type Outcome = {killed: number; survivors: readonly Survivor[]};

/** Folders whose files are held by the tests of another one as well. */
const heldBy: Readonly<Record<string, readonly string[]>> = {
	'source/release': ['test/release', 'test/knative/release'],
	'source/knative/release': ['test/knative/release', 'test/release'],
	'source/knative/forms': ['test/knative/forms', 'test/knative/forms.test.ts'],
	'source/knative/autoscaling': ['test/knative/forms', 'test/knative/forms.test.ts'],
};

/** The nearest folder of the tests that mirrors one of a file. */
function testsOf(file: string): readonly string[] {
	for (let folder = path.posix.dirname(file); folder.includes('/'); folder = path.posix.dirname(folder)) {
		const known = heldBy[folder];
		if (known) return known;
		const mirrored = folder.replace(/^source/, 'test');
		if (existsSync(mirrored)) return [mirrored];
	}
	throw new Error(`${file} has no folder of tests.`);
}

const patternOf = (tests: string) => (tests.endsWith('.ts') ? tests : `${tests}/**/*.test.ts`);

/** Code on one line, as Markdown shows it. */
function codeOf(text: string): string {
	const line = text.replaceAll(/\s+/g, ' ').trim();
	const fence = line.includes('`') ? '``' : '`';
	return line === ''
		? '(nothing)'
		: `${fence}${fence === '``' ? ' ' : ''}${line}${fence === '``' ? ' ' : ''}${fence}`;
}

const prefixOf = ({before, after}: Survivor) => `- ${codeOf(before)} → ${codeOf(after)}`;

async function mutate(file: string): Promise<Outcome> {
	process.env['MUTATION_TESTS'] = testsOf(file).map(patternOf).join(',');
	const results = await new Stryker({
		mutate: [file],
		testRunner: 'vitest',
		vitest: {configFile: 'vitest.mutation.config.ts', related: false},
		coverageAnalysis: 'perTest',
		concurrency: 1,
		// TypeScript 7 has no API that could read it, and nothing here needs it.
		tsconfigFile: 'none.json',
		tempDirName: '.stryker',
		ignorePatterns: ['dist', 'docs', 'test/e2e', 'test/real', 'test/sandbox'],
		reporters: ['progress-append-only'],
		allowEmpty: true,
	}).runMutationTest();
	const text = readFileSync(file, 'utf8').split('\n');
	const at = ({line, column}: {line: number; column: number}) =>
		text.slice(0, line - 1).reduce((sum, {length}) => sum + length + 1, column - 1);
	const whole = text.join('\n');
	const counted = results.filter(({status}) =>
		['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status),
	);
	const survivors = counted
		.filter(({status}) => status === 'Survived' || status === 'NoCoverage')
		.map(({location: {start, end}, replacement}) => ({
			line: start.line,
			before: whole.slice(at(start), at(end)),
			after: replacement,
		}))
		.toSorted((one, other) => one.line - other.line);
	return {killed: counted.length - survivors.length, survivors};
}

/** The part of a file: its survivors, each with the reason that was written behind it before. */
function partOf(file: string, {killed, survivors}: Outcome, before: string): string {
	const known = before.split('\n');
	const lines = survivors.map(survivor => {
		const prefix = prefixOf(survivor);
		return known.find(line => line.startsWith(`${prefix}: `)) ?? prefix;
	});
	const explained = lines.filter((line, index) => line !== prefixOf(survivors[index]!)).length;
	const total = killed + survivors.length;
	const percent = total === 0 ? 100 : Math.floor((killed / total) * 100);
	const score = `${percent} %: ${killed} of ${total} killed, ${explained} of ${survivors.length} survivors explained.`;
	return [`## ${file}`, '', score, '', ...lines, ''].join('\n');
}

const files = process.argv.slice(2);
if (files.length === 0) {
	process.stderr.write('Name the files: npm run test:mutation -- source/stats/binomial.ts\n');
	process.exit(2);
}
const options = (await resolveConfig(report)) ?? {};
for (const file of files) {
	const outcome = await mutate(file);
	const parts = new Map(
		(existsSync(report) ? readFileSync(report, 'utf8') : '')
			.split(/^(?=## )/m)
			.slice(1)
			.map(part => [/^## (.*)$/m.exec(part)?.[1] ?? '', part]),
	);
	const part = partOf(file, outcome, parts.get(file) ?? '');
	parts.set(file, part);
	const sorted = [...parts].toSorted(([one], [other]) => one.localeCompare(other));
	const page = [introduction, ...sorted.map(([, text]) => text.trimEnd())].join('\n\n');
	writeFileSync(report, await format(`${page}\n`, {...options, filepath: report}));
	process.stdout.write(part);
}
