// Bundles the program into dist/: Ink and React in production mode, and what a start does not need in files of its own.
import {createHash} from 'node:crypto';
import {execFileSync} from 'node:child_process';
import {chmod, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {build, transform} from 'esbuild';
import {bundledPackages, licencesText} from './licences.js';
import {wrapped} from '../source/bootstrap/wrapper.ts';
import {exportedValues} from './exported-values.ts';
import {builtinBanner, builtinsOnDemand, filesApart, leanStart} from './lean-start.js';

/** All that went into `dist/`, as paths from here. */
const inputs = new Set();

/** What is only looked at, and left out, is not in it. */
function addInputs({outputs}) {
	for (const {inputs: parts} of Object.values(outputs)) {
		for (const [file, {bytesInOutput}] of Object.entries(parts)) if (bytesInOutput > 0) inputs.add(file);
	}
}

const {version} = JSON.parse(await readFile('package.json', 'utf8'));

const git = (...words) => execFileSync('git', words, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});

/** Of the sources, where they are a clone; a change that is not committed is said. Empty outside of one. */
function commitOf() {
	try {
		const commit = git('rev-parse', '--short=12', 'HEAD').trim();
		return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}-dirty`;
	} catch {
		return '';
	}
}

/**
 * Built each by itself, together with all that it imports. One build of everything would cut what several of them use into
 * dozens of small files, because each may be loaded without the others, and a start loads them one after the other, a
 * millisecond each. Nothing is shared at run time between the groups but the functions these modules export.
 */
const groups = [
	{program: 'source/cli/program.ts'},
	{yaml: 'source/knative/text/yaml.ts'},
	Object.fromEntries(
		['run-release', 'run-write', 'run-evidence', 'run-read', 'run-about', 'run-sandbox'].map(name => [
			name,
			`source/cli/run/${name}.ts`,
		]),
	),
	// Few gateways need it; all that it shares with the console is small.
	{
		'port-forward': 'source/kube/port-forward/port-forward.ts',
		'pod-connection': 'source/kube/port-forward/pod-connection.ts',
	},
	{sandbox: 'source/sandbox/index.ts'},
];

/**
 * What a console loads at one go lies in one file: each file costs a third of a millisecond to open, to check and to compile, and
 * whatever is loaded on demand anywhere cuts one more off what it shares with the start. By what is loaded first. Such a file
 * exports a function for each file of esbuild's that it holds, which `source/bootstrap/load.ts` knows as `./file.js#part.js`.
 */
const stages = {
	start: 'source/cli/program.ts',
	services: 'source/cli/stages/console-core.ts',
	rows: 'source/cli/stages/console-rows.ts',
	console: 'source/cli/stages/console-rest.ts',
};

/** By the name of a file of esbuild's, the stage that it is loaded in; not there when that is none of them. */
function stagesOf({outputs}) {
	const found = new Map();
	const add = (output, stage) => {
		const name = path.basename(output);
		if (outputs[output] === undefined || found.has(name)) return;
		found.set(name, stage);
		for (const {path: other, kind} of outputs[output].imports) {
			if (kind === 'import-statement') add(other, stage);
		}
	};
	for (const [stage, entry] of Object.entries(stages)) {
		const [output] = Object.entries(outputs).find(([, {entryPoint}]) => entryPoint === entry) ?? [];
		if (output !== undefined) add(output, stage);
	}
	return found;
}

/** One file of several, with a source map in sections. */
function together(file, parts) {
	let line = 0;
	const lines = [];
	const sections = [];
	for (const {name, code, map} of parts) {
		// In parentheses V8 compiles it at once instead of twice.
		lines.push(
			`exports[${JSON.stringify(name)}] = (function (exports, require, module, __filename, __dirname) {\n`,
		);
		sections.push({offset: {line: line + 1, column: 0}, map: JSON.parse(map)});
		lines.push(code.replace(/^\/\/# sourceMappingURL=.*\n/m, ''), '});\n');
		line = lines.join('').split('\n').length - 1;
	}
	const map = JSON.stringify({version: 3, file, sections});
	return {code: `${lines.join('')}//# sourceMappingURL=${file}.map\n`, map};
}

/** Imports of what is built in another group. */
function otherGroups(group) {
	const others = new Map(
		groups
			.filter(other => other !== group)
			.flatMap(other => Object.entries(other))
			.map(([name, file]) => [path.resolve(file), name]),
	);
	return {
		name: 'other-groups',
		setup({onResolve}) {
			onResolve({filter: /^\..*\.js$/}, ({path: target, kind, resolveDir}) => {
				const name =
					kind === 'dynamic-import'
						? others.get(path.resolve(resolveDir, target.replace(/\.js$/, '.ts')))
						: undefined;
				return name === undefined ? undefined : {path: `./${name}.js`, external: true};
			});
		},
	};
}

/** What the bundle and the way into it have in common. */
const common = {
	outdir: 'dist',
	write: false,
	bundle: true,
	metafile: true,
	platform: 'node',
	target: 'node24',
	// Names and lines stay as they are: a trace of the stack can be read, and the code cache makes the size cost nothing.
	minifySyntax: true,
	legalComments: 'linked',
	logLevel: 'warning',
};

/** Left to itself esbuild makes a new pattern at each use: it does not take Node 24 to know all properties of Unicode. */
const patterns = {'regexp-unicode-property-escapes': true, 'regexp-set-notation': true};

/** Made by `source/bootstrap/load.ts` into modules; code splitting gives ES modules only, so it is done before. */
async function commonJs(file, text) {
	const {code, map} = await transform(text, {
		format: 'cjs',
		platform: 'node',
		target: common.target,
		supported: {...patterns, 'dynamic-import': false},
		sourcemap: 'external',
		sourcefile: path.basename(file),
		// commander looks for subcommands that are programs of their own beside its file; there are none.
		logOverride: {'empty-import-meta': 'silent'},
	});
	const exported = exportedValues(code, path.basename(file));
	// What esbuild leaves of other characters is in comments and patterns. load.ts reads it as Latin-1, which V8 can use as it is.
	const ascii = exported.replace(
		/[^\0-\x7F]/g,
		character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
	return {code: `${ascii}//# sourceMappingURL=${path.basename(file)}.map\n`, map};
}

const commit = commitOf();
await rm('dist', {recursive: true, force: true});
await mkdir('dist', {recursive: true});
// Of all that is loaded: V8 takes the code of one source for that of another of the same length.
const hash = createHash('sha256');
async function keep(name, {code, map}) {
	hash.update(`${name}\0${code}\0`);
	await writeFile(path.join('dist', name), wrapped(code));
	await writeFile(path.join('dist', `${name}.map`), map);
}

for (const group of groups) {
	const {outputFiles, metafile} = await build({
		...common,
		entryPoints: group,
		format: 'esm',
		supported: patterns,
		splitting: true,
		sourcemap: 'inline',
		chunkNames: '[name]-[hash]',
		define: {
			'process.env.NODE_ENV': '"production"',
			'process.env.KN_CANARY_VERSION': JSON.stringify(version),
			'process.env.KN_CANARY_COMMIT': JSON.stringify(commit),
		},
		plugins: [otherGroups(group), ...leanStart],
		banner: {js: builtinBanner},
	});
	addInputs(metafile);
	const stageOf = stagesOf(metafile);
	const parts = Object.fromEntries(Object.keys(stages).map(stage => [stage, []]));
	for (const {path: file, text} of outputFiles) {
		if (!file.endsWith('.js')) {
			await writeFile(file, text);
			continue;
		}
		const name = path.basename(file);
		const made = await commonJs(file, builtinsOnDemand(text));
		const code = made.code.replaceAll(/\brequire\("\.\/([\w.-]+)"\)/g, (whole, other) =>
			stageOf.has(other) ? `require("./${stageOf.get(other)}.js#${other}")` : whole,
		);
		if (stageOf.has(name)) parts[stageOf.get(name)].push({name, code, map: made.map});
		else await keep(name, {code, map: made.map});
	}
	for (const [stage, files] of Object.entries(parts)) {
		if (files.length > 0) await keep(`${stage}.js`, together(`${stage}.js`, files));
	}
}

const {outputFiles: apart, metafile: ofApart} = await build({
	...common,
	entryPoints: filesApart,
	format: 'cjs',
	sourcemap: 'linked',
	plugins: leanStart,
});
addInputs(ofApart);
for (const {path: file, text} of apart) {
	if (!file.endsWith('.js')) continue;
	const {text: map} = apart.find(({path: other}) => other === `${file}.map`);
	await keep(path.basename(file), {code: text, map});
}

// The files are CommonJS, and so Node must take the first of them.
await writeFile('dist/package.json', '{"type": "commonjs"}\n');
const {metafile: ofWayIn} = await build({
	...common,
	write: true,
	entryPoints: {cli: 'cli.tsx'},
	format: 'cjs',
	sourcemap: 'linked',
	define: {'process.env.KN_CANARY_BUILD': JSON.stringify(hash.digest('hex').slice(0, 16))},
});
addInputs(ofWayIn);
const bundled = await bundledPackages(inputs);
await writeFile('dist/licences.txt', licencesText(bundled));
await writeFile(
	'dist/bundled.json',
	`${JSON.stringify(
		bundled.map(({texts: _texts, ...one}) => one),
		undefined,
		'\t',
	)}\n`,
);
await chmod('dist/cli.js', 0o755);
