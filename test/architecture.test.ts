/** The imports run in one direction. The table is the house rule; everything not allowed in it is refused. */
import {existsSync, globSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {parseSync} from 'oxc-parser';
import {describe, expect, it} from 'vitest';
import {housePicture} from '../scripts/house.ts';
import {importedFile, importsOf as targetsOf, type FileImport} from '../scripts/imports.ts';

type Import = FileImport & {file: string; from: string};

/** Folder of `source/` → the folders it may import from, besides itself. */
const mayImport: Record<string, readonly string[]> = {
	knative: [],
	stats: [],
	terminal: [],
	bootstrap: [],
	files: [],
	kube: ['files', 'knative'],
	probe: ['files', 'knative', 'stats'],
	users: ['knative', 'kube', 'stats'],
	journal: ['bootstrap', 'knative'],
	release: ['journal', 'knative', 'kube', 'probe', 'stats', 'users'],
	console: ['journal', 'knative', 'kube', 'probe', 'release', 'stats', 'users'],
	screen: ['console', 'knative', 'release', 'stats', 'terminal'],
	headless: ['console', 'journal', 'knative', 'kube', 'probe', 'release', 'stats', 'users'],
	demo: ['console', 'knative', 'kube', 'probe', 'release', 'stats'],
	sandbox: [],
	// The way in: it puts everything together, and only cli.tsx imports it.
	cli: [
		'bootstrap',
		'console',
		'demo',
		'files',
		'headless',
		'journal',
		'knative',
		'kube',
		'probe',
		'release',
		'sandbox',
		'screen',
		'terminal',
		'users',
	],
};

/** Packages that only some folders may name, because everything else must not know them. */
const packageHomes: Record<string, readonly string[]> = {
	'@kubernetes/client-node': ['kube'],
	ink: ['screen', 'terminal'],
	react: ['screen'],
	'ink-select-input': ['screen'],
	'ink-text-input': ['screen'],
	'@grpc/grpc-js': ['probe', 'sandbox'],
	rfc6902: ['knative', 'sandbox'],
};

function folderOf(file: string): string {
	const [top, second] = file.split('/');
	return top === 'source' && second !== undefined ? second : '.';
}

const importsOf = (file: string): Import[] =>
	targetsOf(file).map(found => ({...found, file, from: folderOf(file)}));

/** The source file that a relative import means. */
const sourceFile = (importer: string, target: string): string =>
	importedFile(importer, target) ?? path.posix.join(path.posix.dirname(importer), target);

const filesOf = (pattern: string) => globSync(pattern).map(file => file.split(path.sep).join('/'));
const files = filesOf('source/**/*.{ts,tsx}');
const testFiles = filesOf('test/**/*.{ts,tsx}');
const imports = files.flatMap(file => importsOf(file));
const inside = imports
	.filter(({target}) => target.startsWith('.'))
	.map(found => ({...found, to: sourceFile(found.file, found.target)}));

/** `source/screen/panes` of a file that lies in it, however deep. */
const roomOf = (file: string) => file.split('/').slice(0, 3).join('/');

/** A table in Markdown without the blanks and rules with which the formatter aligns it. */
const unaligned = (text: string) => text.replaceAll(/[-\s]+/g, ' ');

/** Files and packages that are loaded with these, not on demand. */
function loadedWith(...first: readonly string[]): {loaded: Set<string>; packages: Set<string>} {
	const seen = new Set<string>();
	const packages = new Set<string>();
	const queue = [...first];
	for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
		if (seen.has(file)) continue;
		seen.add(file);
		for (const {target, typeOnly, dynamic} of importsOf(file)) {
			if (typeOnly || dynamic) continue;
			if (target.startsWith('.')) queue.push(sourceFile(file, target));
			else packages.add(target);
		}
	}
	return {loaded: seen, packages};
}

/** The name of each type and class at the top of a file → the files that have one of it. */
function typeHomes(among: readonly string[]): Map<string, string[]> {
	const homes = new Map<string, string[]>();
	for (const file of among) {
		const {program} = parseSync(file, readFileSync(file, 'utf8'));
		for (const statement of program.body) {
			const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
			if (
				declared?.type === 'TSTypeAliasDeclaration' ||
				declared?.type === 'TSInterfaceDeclaration' ||
				declared?.type === 'ClassDeclaration'
			) {
				const name = declared.id?.name ?? '';
				homes.set(name, [...(homes.get(name) ?? []), file]);
			}
		}
	}
	return homes;
}

describe('the house', () => {
	it('has only the folders that the rules know', () => {
		expect(new Set(files.map(file => folderOf(file)))).toEqual(new Set(Object.keys(mayImport)));
	});

	it('imports in one direction: screen | headless → console → release → kube | probe → knative | stats', () => {
		const wrong = inside.filter(({from, to, typeOnly}) => {
			const target = folderOf(to);
			if (target === from) return false;
			if (from === 'sandbox' && typeOnly && to === 'source/knative/objects/wire.ts') return false;
			return !(mayImport[from] ?? []).includes(target);
		});
		expect(wrong.map(({file, target}) => `${file} imports ${target}`)).toEqual([]);
	});

	it('lets nothing but the way in reach the sandbox, so that no client knows what it talks to', () => {
		const wrong = inside.filter(
			({from, to}) => folderOf(to) === 'sandbox' && from !== 'sandbox' && from !== 'cli',
		);
		expect(wrong.map(({file, target}) => `${file} imports ${target}`)).toEqual([]);
	});

	it('enters the sandbox by its front door alone', () => {
		const entered = inside.filter(({from, to}) => folderOf(to) === 'sandbox' && from !== 'sandbox');
		expect(new Set(entered.map(({to}) => to))).toEqual(new Set(['source/sandbox/index.ts']));
	});

	it('keeps each package in the folders whose matter it is', () => {
		const wrong = imports.filter(({from, target}) => {
			const name = Object.keys(packageHomes).find(home => target === home || target.startsWith(`${home}/`));
			return name !== undefined && !packageHomes[name]!.includes(from);
		});
		expect(wrong.map(({file, target}) => `${file} imports ${target}`)).toEqual([]);
	});

	it('has no file that imports itself by way of others, not even types', () => {
		const graph = new Map<string, string[]>();
		for (const {file, target} of imports) {
			if (target.startsWith('.')) graph.set(file, [...(graph.get(file) ?? []), sourceFile(file, target)]);
		}
		const circles: string[] = [];
		const done = new Set<string>();
		const visit = (file: string, way: readonly string[]) => {
			const at = way.indexOf(file);
			if (at !== -1) circles.push([...way.slice(at), file].join(' → '));
			if (at !== -1 || done.has(file)) return;
			for (const next of graph.get(file) ?? []) visit(next, [...way, file]);
			done.add(file);
		};
		for (const file of graph.keys()) visit(file, []);
		expect(circles).toEqual([]);
	});

	it('lets no pane import a sheet, and no sheet a pane', () => {
		const panes = new Set(['source/screen/panes', 'source/screen/live']);
		expect(files.map(file => roomOf(file))).toContain('source/screen/sheets');
		const wrong = inside.filter(
			({file, to}) =>
				(panes.has(roomOf(file)) && roomOf(to) === 'source/screen/sheets') ||
				(roomOf(file) === 'source/screen/sheets' && roomOf(to) === 'source/screen/panes'),
		);
		expect(wrong.map(({file, target}) => `${file} imports ${target}`)).toEqual([]);
	});

	it('has no room of more than 15 files, tests or not', () => {
		const rooms = Map.groupBy([...files, ...testFiles], file => path.posix.dirname(file));
		expect([...rooms].filter(([, held]) => held.length > 15).map(([room]) => room)).toEqual([]);
	});

	it('tests each pane, sheet and part of the frame by itself', () => {
		const drawn = filesOf('source/screen/{frame,live,panes,sheets}/**/*.tsx');
		expect(drawn.length).toBeGreaterThan(30);
		const untested = drawn.filter(file => {
			const mirrored = file.replace(/^source/, 'test').replace(/\.tsx$/, '.test');
			return !existsSync(`${mirrored}.tsx`) && !existsSync(`${mirrored}.ts`);
		});
		expect(untested).toEqual([]);
	});

	it('is drawn in docs/house.md as its imports have it: npm run house draws it again', () => {
		expect(unaligned(readFileSync('docs/house.md', 'utf8'))).toBe(unaligned(housePicture()));
	});

	it('says above each function and class that others may import what it gives, or in the header of its file', () => {
		const unsaid = files.flatMap(file => {
			const text = readFileSync(file, 'utf8');
			const {program, comments} = parseSync(file, text);
			const blocks = comments.filter(({type, value}) => type === 'Block' && value.startsWith('*'));
			const exported = program.body.flatMap(statement =>
				statement.type === 'ExportNamedDeclaration' &&
				statement.declaration &&
				!statement.declaration.type.startsWith('TS')
					? [{start: statement.start, declared: statement.declaration}]
					: [],
			);
			// What is all that a file has to give is what its header is about.
			if (exported.length === 1 && blocks.some(({start}) => start === 0)) return [];
			return exported.flatMap(({start, declared}) => {
				const isCalled =
					declared.type !== 'VariableDeclaration' ||
					declared.declarations.some(({init}) => init?.type === 'ArrowFunctionExpression');
				const isSaid = blocks.some(({end}) => end <= start && text.slice(end, start).trim() === '');
				const line = text.slice(0, start).split('\n').length;
				return isCalled && !isSaid ? [`${file}:${line}`] : [];
			});
		});
		expect(unsaid).toEqual([]);
	});

	it('gives each type a name of its own, whether others may import it or not', () => {
		const homes = typeHomes(files);
		expect(homes.size).toBeGreaterThan(700);
		expect([...homes].filter(([, where]) => where.length > 1)).toEqual([]);
	});

	it('gives each type of the tests a name of its own among them', () => {
		const homes = typeHomes(testFiles);
		expect(homes.size).toBeGreaterThan(150);
		expect([...homes].filter(([, where]) => where.length > 1)).toEqual([]);
	});

	it('keeps what keys are for out of what is loaded before the first rows', () => {
		const {loaded, packages} = loadedWith('source/cli/stages/console-core.ts');
		expect(loaded).toContain('source/kube/watch/reflector.ts');
		for (const later of [
			'verbs.ts',
			'sheets/review/review.ts',
			'forms/forms.ts',
			'live/live.ts',
			'logs/logs.ts',
		]) {
			expect(files).toContain(`source/console/${later}`);
			expect(loaded).not.toContain(`source/console/${later}`);
		}
		expect(packages).not.toContain('ink');
	});

	it('keeps everything heavy out of what is loaded before the first frame', () => {
		// What is imported before the first frame of the console.
		const {packages} = loadedWith(
			'cli.tsx',
			'source/cli/program.ts',
			'source/cli/open-console.ts',
			'source/console/console.ts',
			'source/screen/open.tsx',
		);
		expect(packages).toContain('ink');
		for (const heavy of ['@kubernetes/client-node', '@grpc/grpc-js', 'js-yaml', 'find-my-way', 'undici']) {
			expect(packages).not.toContain(heavy);
		}
	});
});

/** Run by plain Node, which strips the types of a file and looks for no other than the one that is named. */
const scripts = [...filesOf('scripts/**/*.{ts,js}'), 'test/real/run.ts', 'test/real/start.ts']
	// Bundled before they are run; of the scenes all but what bundles them.
	.filter(file => file !== 'scripts/bench/gateway-server.ts' && !/^scripts\/scenes\/(?!index\.)/.test(file));

describe('the scripts', () => {
	it('import, all the way down, files that are there by the name that they give', () => {
		const seen = new Set<string>();
		const missing: string[] = [];
		const queue = [...scripts];
		for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
			if (seen.has(file)) continue;
			seen.add(file);
			for (const {target, typeOnly} of importsOf(file)) {
				if (typeOnly || !target.startsWith('.')) continue;
				const named = path.posix.join(path.posix.dirname(file), target);
				if (existsSync(named)) queue.push(named);
				else missing.push(`${file} imports ${target}`);
			}
		}
		expect(seen).toContain('test/support/terminal/terminal.ts');
		expect(missing).toEqual([]);
	});
});
