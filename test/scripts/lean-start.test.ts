/** When a module of Node's is loaded that the code of the program imports. */
import crypto from 'node:crypto';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {runInNewContext} from 'node:vm';
import * as v from 'valibot';
import {expect, it} from 'vitest';

const leanStart = v.parse(
	v.object({builtinBanner: v.string(), builtinsOnDemand: v.function()}),
	await import(pathToFileURL(path.resolve('scripts/lean-start.js')).href),
);

/** The code, begun: `asked` is what it has in `ask`; the modules of Node's are in the order in which they were loaded. */
function begun(code: string): {ask: () => unknown; loaded: readonly string[]} {
	const loaded: string[] = [];
	const taken = v.parse(v.string(), leanStart.builtinsOnDemand(code));
	const ask: unknown = runInNewContext(`${leanStart.builtinBanner}\n${taken}\nask`, {
		process: {
			getBuiltinModule(id: string) {
				loaded.push(id);
				return process.getBuiltinModule(id);
			},
		},
	});
	return {ask: () => v.parse(v.function(), ask)(), loaded};
}

it('is when a function of it is first called', () => {
	const {ask, loaded} = begun(
		'import {createHash as hash} from "node:crypto";\nconst ask = () => hash("sha256").update("a").digest("hex");',
	);
	expect(loaded).toEqual([]);
	expect(ask()).toBe(crypto.createHash('sha256').update('a').digest('hex'));
	expect(loaded).toEqual(['node:crypto']);
});

it('is when something of it is first constructed', () => {
	const {ask, loaded} = begun(
		'import {PerformanceObserver} from "node:perf_hooks";\nconst ask = () => new PerformanceObserver(() => {});',
	);
	expect(loaded).toEqual([]);
	expect(ask()).toBeInstanceOf(PerformanceObserver);
	expect(loaded).toEqual(['node:perf_hooks']);
});

it.each([
	['handed to somebody, who may ask what it is', 'generateKeyPair'],
	['no function', 'constants'],
])('is at once where what is imported of it is %s', (_, name) => {
	const {ask, loaded} = begun(`import {${name}} from "node:crypto";\nconst ask = () => ${name};`);
	expect(loaded).toEqual(['node:crypto']);
	expect(ask()).toBe(Reflect.get(crypto, name));
});

it('is at once where something may be asked about that it has constructed', () => {
	const {loaded} = begun(
		'import {Hash} from "node:crypto";\nconst ask = () => new Hash("sha256") instanceof Hash;',
	);
	expect(loaded).toEqual(['node:crypto']);
});

it('is at once where that takes no time', () => {
	const {loaded} = begun('import {basename} from "node:path";\nconst ask = () => basename("/a/b");');
	expect(loaded).toEqual(['node:path']);
});
