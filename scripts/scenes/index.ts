/**
 * `npm run scenes:draw` draws the scenes into `docs/scenes`, in the colours of a terminal that has all of them;
 * `npm run scenes` shows them in this terminal: all, or the one whose name follows.
 */
import {spawnSync} from 'node:child_process';
import process from 'node:process';
import {build} from 'esbuild';

const isShown = process.argv[2] === 'show';
const name = isShown ? 'show' : 'write';
const bundle = `node_modules/.cache/kn-canary-scenes/${name}.mjs`;
await build({
	entryPoints: [isShown ? 'scripts/scenes/show.tsx' : 'scripts/scenes/write.ts'],
	outfile: bundle,
	bundle: true,
	platform: 'node',
	format: 'esm',
	packages: 'external',
	jsx: 'automatic',
	logLevel: 'warning',
});
const drawn = {
	...process.env,
	FORCE_COLOR: '3',
	NO_COLOR: undefined,
	TZ: 'UTC',
	LANG: 'C.UTF-8',
	CI: undefined,
};
const {status} = spawnSync(process.execPath, [bundle, ...(isShown ? process.argv.slice(3) : [])], {
	stdio: 'inherit',
	env: isShown ? process.env : drawn,
});
process.exitCode = status ?? 1;
