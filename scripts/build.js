// Bundles the program into dist/. Ink and React are bundled in production mode; client-node, the sandbox and gRPC
// stay in chunks of their own that cli.tsx loads after the first frame.
import {readFile, rm} from 'node:fs/promises';
import {build} from 'esbuild';

/** Ink imports them when DEV=true, which a bundle never is; left external they would be looked up at every start. */
const withoutDevtools = {
	name: 'without-devtools',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^react-devtools-core$/}, ({path}) => ({path, namespace: 'nothing'}));
		onLoad({filter: /.*/, namespace: 'nothing'}, () => ({contents: 'export default undefined;'}));
	},
};

/**
 * Yoga's loader hands its WebAssembly, a data: URL, to fetch() where there is one, which boots Node's whole HTTP client:
 * 25 to 35 ms of the start, for bytes that are in the file already. Without fetch it decodes them itself.
 */
const withoutFetchInYoga = {
	name: 'without-fetch-in-yoga',
	setup({onLoad}) {
		onLoad({filter: /yoga-wasm-base64-esm\.js$/}, async ({path}) => ({
			contents: `const fetch = undefined;\n${await readFile(path, 'utf8')}`,
			loader: 'js',
		}));
	},
};

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
	plugins: [withoutDevtools, withoutFetchInYoga],
	// CommonJS dependencies inside an ESM bundle still call require() for Node's own modules.
	banner: {
		js: "import {createRequire as __createRequire} from 'node:module';const require=__createRequire(import.meta.url);",
	},
	logLevel: 'warning',
});
