// Bundles the program into dist/: Ink and React in production mode, and what a start does not need in files of its own.
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';
import {builtinBanner, builtinsOnDemand, leanStart} from './lean-start.js';

const {version} = JSON.parse(await readFile('package.json', 'utf8'));

/**
 * Built each by itself, together with all that it imports. One build of everything would cut what several of them use into
 * dozens of small files, because each may be loaded without the others, and a start loads them one after the other, a
 * millisecond each. Nothing is shared at run time between the groups but the functions these modules export.
 */
const groups = [
	{cli: 'cli.tsx'},
	{yaml: 'source/traffic/yaml.ts'},
	{'run-headless': 'source/command/run-headless.ts', 'run-sandbox': 'source/command/run-sandbox.ts'},
	// Few gateways need it; all that it shares with the console is small.
	{'port-forward': 'source/cluster/port-forward.ts', 'pod-connection': 'source/cluster/pod-connection.ts'},
	{sandbox: 'source/sandbox/sandbox.ts', 'seeded-random': 'source/sandbox/seeded-random.ts'},
];

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

await rm('dist', {recursive: true, force: true});
for (const group of groups) {
	const {outputFiles} = await build({
		entryPoints: group,
		outdir: 'dist',
		write: false,
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'node24',
		// Left to itself it makes a new pattern at each use: it does not take Node 24 to know all properties of Unicode.
		supported: {'regexp-unicode-property-escapes': true, 'regexp-set-notation': true},
		splitting: true,
		minifySyntax: true,
		minifyIdentifiers: true,
		keepNames: true,
		sourcemap: 'linked',
		legalComments: 'linked',
		chunkNames: '[name]-[hash]',
		define: {
			'process.env.NODE_ENV': '"production"',
			'process.env.DEV': '"false"',
			'process.env.KN_CANARY_VERSION': JSON.stringify(version),
		},
		plugins: [otherGroups(group), ...leanStart],
		// CommonJS dependencies inside an ESM bundle still call require() for Node's own modules.
		banner: {
			js: `import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);${builtinBanner}`,
		},
		logLevel: 'warning',
	});
	for (const {path: file, text} of outputFiles) {
		await mkdir(path.dirname(file), {recursive: true});
		await writeFile(file, file.endsWith('.js') ? builtinsOnDemand(text) : text, {
			mode: file.endsWith('/cli.js') ? 0o755 : 0o644,
		});
	}
}
