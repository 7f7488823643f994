/** With a small bundle on the disk and V8 itself; only where the code is kept is a map. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {CodeCache, KeptCode} from '../../source/bootstrap/code-cache.js';
import {createLoader} from '../../source/bootstrap/load.js';
import {wrapped} from '../../source/bootstrap/wrapper.js';

let directory: string;
let kept: Map<string, KeptCode>;
let written: string[];
let cache: CodeCache;
beforeEach(() => {
	directory = mkdtempSync(path.join(tmpdir(), 'kn-canary-bundle-'));
	kept = new Map();
	written = [];
	cache = {
		read: name => kept.get(name),
		write(name, code) {
			kept.set(name, code);
			written.push(name);
		},
	};
});
afterEach(() => {
	rmSync(directory, {recursive: true, force: true});
});

const bundle = (files: Record<string, string>) => {
	for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), wrapped(text));
};
/** A function long enough that its code is seen in the size of what is kept. */
const work = (name: string) => `exports.${name} = n => { ${'n = n * 3 + 1; '.repeat(200)} return n; };\n`;

/** Loads it and runs some of the functions that `work` has made. */
const run = (names: readonly string[], end: 'console' | 'used' | 'keepRest') => {
	const loader = createLoader(directory, cache);
	const exported = new Map(Object.entries(loader.load('./a.js') ?? {}));
	for (const name of names) exported.get(name)(1);
	if (end === 'keepRest') loader.keepRest();
	else loader.keep(end);
};

describe('loading the bundle', () => {
	it('gives what a file exports, runs it once, and lets files need each other and Node', () => {
		bundle({
			'a.js':
				"const b = require('./b.js'); exports.name = require('node:path').basename(b.file); exports.b = b;",
			'b.js': "exports.file = __filename; exports.a = require('./a.js');",
		});
		const loader = createLoader(directory, cache);
		const a = loader.load('./a.js');
		expect(a).toMatchObject({name: 'b.js'});
		expect(loader.load('./b.js')).toMatchObject({a});
		expect(loader.load('./a.js')).toBe(a);
	});

	it('loads the parts of a file one by one, each once, with the names that they have', () => {
		bundle({
			'all.js':
				"exports['a.js'] = (function (exports, require, module, file) { exports.name = require('node:path').basename(file); exports.b = require('./all.js#b.js'); });\n" +
				"exports['b.js'] = (function (exports, require) { exports.a = require('./all.js#a.js'); exports.c = require('./c.js'); });\n",
			'c.js': "exports.b = require('./all.js#b.js');",
		});
		const loader = createLoader(directory, cache);
		const a = loader.load('./all.js#a.js');
		expect(a).toMatchObject({name: 'a.js', b: {a}});
		expect(loader.load('./c.js')).toMatchObject({b: {a}});
		expect(() => loader.load('./all.js#d.js')).toThrow('all.js has no d.js');
	});

	it('throws what a file throws, with the line and the column where it did', () => {
		bundle({
			'first.js': "throw new Error('in the first line');",
			'third.js': "\n\n  throw new Error('in the third line');",
		});
		const stackOf = (id: string): string => {
			try {
				createLoader(directory).load(id);
			} catch (error) {
				return error instanceof Error ? String(error.stack) : '';
			}
			return '';
		};
		expect(stackOf('./first.js')).toContain(`${path.join(directory, 'first.js')}:1:7`);
		expect(stackOf('./third.js')).toContain(`${path.join(directory, 'third.js')}:3:9`);
	});

	it('reads characters as the build writes them, as escapes', () => {
		bundle({
			'a.js': String.raw`exports.text = '\u00b5\u{1f600}'; exports.is = /^\u00b5/.test(exports.text);`,
		});
		expect(createLoader(directory).load('./a.js')).toEqual({text: 'µ😀', is: true});
	});
});

describe('the code of the bundle', () => {
	it('is kept with the functions that have run, which is what a start takes', () => {
		bundle({'a.js': work('first') + work('second')});
		run([], 'keepRest');
		const none = kept.get('a.js')!.data.length;
		kept.clear();
		run(['first'], 'keepRest');
		const one = kept.get('a.js')!.data.length;
		kept.clear();
		run(['first', 'second'], 'keepRest');
		const both = kept.get('a.js')!.data.length;
		expect(one).toBeGreaterThan(none + 500);
		expect(both).toBeGreaterThan(one + 500);
	});

	it('is taken at the next start, and not written again', () => {
		bundle({'a.js': work('first')});
		run(['first'], 'keepRest');
		run(['first'], 'keepRest');
		expect(written).toEqual(['a.js']);
	});

	it('of a command gives way to that of a console, and this to that of one that was used, which stays', () => {
		bundle({'a.js': work('first')});
		run([], 'keepRest');
		run(['first'], 'console');
		run(['first'], 'console');
		run([], 'keepRest');
		expect(written).toEqual(['a.js', 'a.js']);
		expect(kept.get('a.js')!.stage).toBe('console');
		run(['first'], 'used');
		run(['first'], 'used');
		run(['first'], 'console');
		run([], 'keepRest');
		expect(written).toEqual(['a.js', 'a.js', 'a.js']);
		expect(kept.get('a.js')!.stage).toBe('used');
	});

	it('is not kept at the end of a console, which has set flags of V8 by then', () => {
		bundle({'a.js': "exports.later = () => require('./b.js');", 'b.js': work('first')});
		const loader = createLoader(directory, cache);
		const later: unknown = Reflect.get(Object(loader.load('./a.js')), 'later');
		loader.keep('console');
		if (typeof later === 'function') later();
		loader.keepRest();
		expect(written).toEqual(['a.js']);
	});

	it('is made again where V8 does not take it', () => {
		bundle({'a.js': work('first')});
		run(['first'], 'console');
		bundle({'a.js': work('another')});
		run(['another'], 'console');
		run(['another'], 'console');
		expect(written).toEqual(['a.js', 'a.js']);
	});

	it('is not kept where there is no cache', () => {
		bundle({'a.js': work('first')});
		const loader = createLoader(directory);
		loader.load('./a.js');
		loader.keep('used');
		loader.keepRest();
		expect(written).toEqual([]);
	});
});
