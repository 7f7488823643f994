/**
 * Which tests `npm run test:quick` runs: those that can start no server and no process, because nothing that they import can, and
 * those of what was changed.
 */
import {globSync} from 'node:fs';
import path from 'node:path';
import {importedFile, importsOf} from '../imports.ts';

/** What a server, a connection or a process is made with. */
const starters: ReadonlySet<string> = new Set([
	'node:child_process',
	'node:cluster',
	'node:dgram',
	'node:http',
	'node:http2',
	'node:https',
	'node:net',
	'node:tls',
	'node:worker_threads',
	'@grpc/grpc-js',
	'@kubernetes/client-node',
	'node-pty',
	'socks',
	'undici',
	'ws',
]);

/** Of `node:net` these only look at text. */
const textOnly: ReadonlySet<string> = new Set(['isIP', 'isIPv4', 'isIPv6', 'BlockList']);

/** Pure, but they draw lots by the million: some 3 s of the processor each at least, more than all others together. */
export const simulations: readonly string[] = [
	'test/stats/change-point.test.ts',
	'test/stats/share-interval.test.ts',
	'test/stats/simulated/split-streams.test.ts',
	'test/stats/users-verdict.test.ts',
];

/** The built program, and what a real cluster is held to: never run for a change. */
const apart = ['test/e2e/', 'test/semantics/', 'test/real/'];

/** All tests but those, as paths from the root. */
export function allTests(): string[] {
	return globSync('test/**/*.test.{ts,tsx}')
		.map(file => file.split(path.sep).join('/'))
		.filter(file => !apart.some(folder => file.startsWith(folder)))
		.toSorted();
}

type Loaded = {
	/** Whether the file itself names something that starts. */
	readonly starts: boolean;
	/** What it loads of the project. */
	readonly files: readonly string[];
};

function loadedBy(file: string): Loaded {
	const found = importsOf(file).filter(({typeOnly}) => !typeOnly);
	return {
		starts: found.some(
			({target, names}) => starters.has(target) && !names?.every(name => textOnly.has(name)),
		),
		files: found.flatMap(({target}) => (target.startsWith('.') ? (importedFile(file, target) ?? []) : [])),
	};
}

/** Says of a file by which of the files that it loads it may start something: undefined where it can start nothing. */
export function createStarterSearch(): (file: string) => string | undefined {
	const known = new Map<string, Loaded>();
	return first => {
		const seen = new Set([first]);
		for (const file of seen) {
			if (!/\.[jt]sx?$/.test(file)) continue;
			const loaded = known.get(file) ?? loadedBy(file);
			known.set(file, loaded);
			if (loaded.starts) return file;
			for (const next of loaded.files) seen.add(next);
		}
		return undefined;
	};
}

/** The tests that are run whatever was changed. */
export function quickTests(): string[] {
	const starterOf = createStarterSearch();
	return allTests().filter(test => !simulations.includes(test) && starterOf(test) === undefined);
}

/**
 * The tests of what was changed, the nearest first: those that were changed themselves, and those that bear the name of a changed
 * file, alone or before a hyphen, in the folder that mirrors its own.
 *
 * @param changed Paths from the root.
 * @param tests Among which they are.
 */
export function testsOfChanges(changed: readonly string[], tests: readonly string[]): string[] {
	const own = tests.filter(test => changed.includes(test));
	const named = changed
		.filter(file => /^(?:source|scripts)\//.test(file))
		.map(file => file.replace(/^source\//, 'test/').replace(/^scripts\//, 'test/scripts/'))
		.map(file => file.replace(/\.[jt]sx?$/, ''));
	const mirrored = named.flatMap(base =>
		tests
			.filter(test => test.startsWith(`${base}.test.`) || test.startsWith(`${base}-`))
			.toSorted((one, other) => one.length - other.length),
	);
	return [...new Set([...own, ...mirrored])];
}
