/**
 * Loads the files of the bundle with the code that V8 made of them at an earlier start.
 *
 * Most of a start is V8 reading functions before they run for the first time. Node's own compile cache
 * (`module.enableCompileCache`) stores a module right after it was compiled, when none of its functions has been
 * (src/compile_cache.cc, MaybeSave); what a script has become after it ran holds them. That takes a third off the way to
 * the services and half off what Ink takes after them.
 */
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {Script} from 'node:vm';
import {stages, type CodeCache, type Stage} from './code-cache.js';
import {wrapperLength} from './wrapper.js';

type Loaded = {exports: unknown};
type Wrapper = (
	exports: unknown,
	require: (id: string) => unknown,
	module: Loaded,
	filename: string,
	directory: string,
) => void;

export type Loader = {
	/**
	 * What a file of the bundle exports (`./yaml.js`), or a part of one (`./start.js#program.js`: a function that the file exports by
	 * that name), or a module of Node. Throws what it throws.
	 */
	load(id: string): unknown;
	/**
	 * Keeps the code of all that is loaded by now, but for what is kept of that stage or a later one. To be called while no flags of
	 * V8 are set that were not at the start: it would take the code for that of another V8.
	 */
	keep(stage: Exclude<Stage, 'command'>): void;
	/** For the end of a program that has kept nothing, and so set no flags either: keeps the code of all that was loaded. */
	keepRest(): void;
};

/**
 * @param directory Of the bundle: CommonJS files that consist of ASCII, `wrapped`.
 * @param read The text of one of them, by its name; of an executable that has them inside, not from the disk.
 */
export function createLoader(
	directory: string,
	cache?: CodeCache,
	read: (name: string) => string = name => readFileSync(path.join(directory, name), 'latin1'),
): Loader {
	const modules = new Map<string, Loaded>();
	const scripts = new Map<string, {script: Script; kept: Stage | undefined}>();
	let hasKept = false;
	const requireOfNode = createRequire(path.join(directory, 'cli.js'));

	function load(id: string): unknown {
		if (!id.startsWith('./')) return requireOfNode(id);
		const name = id.slice(2);
		const known = modules.get(name);
		if (known) return known.exports;
		const [file = '', part] = name.split('#');
		return part === undefined ? run(name, file, compiled(file)) : run(name, part, partOf(file, part));
	}

	function run(name: string, file: string, wrapper: Wrapper): unknown {
		const module: Loaded = {exports: {}};
		modules.set(name, module);
		wrapper(module.exports, load, module, path.join(directory, file), directory);
		return module.exports;
	}

	function partOf(file: string, part: string): Wrapper {
		const parts = load(`./${file}`);
		if (!isRecord(parts) || !isWrapper(parts[part])) throw new TypeError(`${file} has no ${part}`);
		return parts[part];
	}

	function compiled(name: string): Wrapper {
		const filename = path.join(directory, name);
		const kept = cache?.read(name);
		const script = new Script(read(name), {
			filename,
			columnOffset: -wrapperLength,
			...(kept && {cachedData: kept.data}),
		});
		const isTaken = kept !== undefined && script.cachedDataRejected === false;
		scripts.set(name, {script, kept: isTaken ? kept.stage : undefined});
		return script.runInThisContext();
	}

	function write(stage: Stage): void {
		hasKept = true;
		if (cache === undefined) return;
		for (const [name, entry] of scripts) {
			if (entry.kept !== undefined && stages.indexOf(entry.kept) >= stages.indexOf(stage)) continue;
			cache.write(name, {data: entry.script.createCachedData(), stage});
			entry.kept = stage;
		}
	}

	return {
		load,
		keep: write,
		keepRest() {
			if (!hasKept) write('command');
		},
	};
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null;
const isWrapper = (value: unknown): value is Wrapper => typeof value === 'function';
