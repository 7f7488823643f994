/** With esbuild, as the build has it, and run by Node. */
import {runInNewContext} from 'node:vm';
import {transform} from 'esbuild';
import {beforeEach, describe, expect, it} from 'vitest';
import {exportedValues} from '../../scripts/exported-values.ts';

const made = async (source: string) => {
	const {code} = await transform(source, {format: 'cjs', supported: {'dynamic-import': false}});
	return {code, values: exportedValues(code, 'file.js')};
};

type Exports = Record<string, unknown>;

/** What it exports in the end, and of the names given while the file that it imports first is run. */
function run(code: string, names: readonly string[] = []): {exports: Exports; early: Exports} {
	const module: {exports: Exports} = {exports: {}};
	let early: Exports = {};
	const require = () => {
		early = Object.fromEntries(names.map(name => [name, module.exports[name]]));
		return {other: 'of another file'};
	};
	runInNewContext(code, {module, require, exports: module.exports});
	return {exports: module.exports, early};
}

const lineOf = (text: string): number =>
	text.split('\n').findIndex(line => line.startsWith('function declared'));

const kindOf = (exports: Exports, name: string): string =>
	'value' in (Object.getOwnPropertyDescriptor(exports, name) ?? {}) ? 'value' : 'getter';

let source: string;
beforeEach(() => {
	source = [
		"import {other} from './other.js';",
		'export function declared() { return other + limit; }',
		'export async function* later() {}',
		'export const limit = 5;',
		'export class Made {}',
		'export const arrow = () => limit;',
		'export let count = 0;',
		'export function add() { count++; }',
		'export let taken = 1;',
		'export function take(from) { [taken] = from; }',
		'export let unset;',
		'export {other};',
		'const local = 1; export {local as renamed};',
	].join('\n');
});

describe('what a file of the bundle exports', () => {
	it('is the same as with a getter for each', async () => {
		const {code, values} = await made(source);
		const names = Object.keys(run(code).exports).toSorted();
		const {exports} = run(values);
		expect(Object.keys(exports).toSorted()).toEqual(names);
		expect(exports).toMatchObject({
			limit: 5,
			count: 0,
			taken: 1,
			other: 'of another file',
			renamed: 1,
			__esModule: true,
		});
		expect(Object.getOwnPropertyDescriptor(exports, '__esModule')?.enumerable).toBe(false);
	});

	it('is values, but for what may be another one later', async () => {
		const {exports} = run((await made(source)).values);
		for (const name of ['declared', 'later', 'limit', 'Made', 'arrow', 'add', 'take', 'renamed']) {
			expect([name, kindOf(exports, name)]).toEqual([name, 'value']);
		}
		for (const name of ['count', 'taken', 'unset', 'other']) {
			expect([name, kindOf(exports, name)]).toEqual([name, 'getter']);
		}
		const {add, take} = exports;
		if (typeof add === 'function') add();
		if (typeof take === 'function') take([7]);
		expect(exports).toMatchObject({count: 1, taken: 7});
	});

	it('has the declared functions for a file that it imports, and is imported by', async () => {
		const {early} = run((await made(source)).values, ['declared', 'Made']);
		expect(early['declared']).toBeTypeOf('function');
		expect(early['Made']).toBeUndefined();
	});

	it('leaves each line where it was, for the source map, and no helper that nobody uses', async () => {
		const {code, values} = await made(source);
		expect(lineOf(values)).toBe(lineOf(code));
		expect(values).not.toContain('__toCommonJS');
		expect(values).not.toContain('__copyProps');
	});

	it('is left alone where there is nothing to export, and refused where it is not understood', async () => {
		const {code, values} = await made('globalThis.x = 1;');
		expect(values).toBe(code);
		expect(() => exportedValues('module.exports = __toCommonJS(other);\n', 'file.js')).toThrow(
			'file.js: what it exports',
		);
	});
});
