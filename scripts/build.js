// Bundles the program into dist/. Ink and React are bundled in production mode; client-node, the sandbox and gRPC
// stay in chunks of their own that cli.tsx loads after the first frame.
import {readFile, rm} from 'node:fs/promises';
import {build} from 'esbuild';
import {leanStart} from './lean-start.js';

const {version} = JSON.parse(await readFile('package.json', 'utf8'));

await rm('dist', {recursive: true, force: true});
await build({
	entryPoints: {cli: 'cli.tsx'},
	outdir: 'dist',
	bundle: true,
	platform: 'node',
	format: 'esm',
	target: 'node24',
	splitting: true,
	minify: true,
	keepNames: true,
	sourcemap: 'linked',
	legalComments: 'linked',
	chunkNames: 'chunks/[name]-[hash]',
	define: {
		'process.env.NODE_ENV': '"production"',
		'process.env.DEV': '"false"',
		'process.env.KN_CANARY_VERSION': JSON.stringify(version),
	},
	plugins: leanStart,
	// CommonJS dependencies inside an ESM bundle still call require() for Node's own modules.
	banner: {
		js: "import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);",
	},
	logLevel: 'warning',
});
