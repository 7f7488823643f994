// Bundles the program into dist/. Ink and React are bundled in production mode; client-node, the sandbox and gRPC
// stay in chunks of their own that cli.tsx loads after the first frame.
import {rm} from 'node:fs/promises';
import {build} from 'esbuild';

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
	define: {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'},
	// Only imported by Ink when DEV=true.
	external: ['react-devtools-core'],
	// CommonJS dependencies inside an ESM bundle still call require() for Node's own modules.
	banner: {
		js: "import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);",
	},
	logLevel: 'warning',
});
