/** `npm run scenes:draw`: draws the scenes into `docs/scenes`, in the colours of a terminal that has all of them. */
import {spawnSync} from 'node:child_process';
import process from 'node:process';
import {build} from 'esbuild';

const bundle = 'node_modules/.cache/kn-canary-scenes/write.mjs';
await build({
	entryPoints: ['scripts/scenes/write.ts'],
	outfile: bundle,
	bundle: true,
	platform: 'node',
	format: 'esm',
	packages: 'external',
	logLevel: 'warning',
});
const {status} = spawnSync(process.execPath, [bundle], {
	stdio: 'inherit',
	env: {...process.env, FORCE_COLOR: '3', NO_COLOR: undefined, TZ: 'UTC', LANG: 'C.UTF-8', CI: undefined},
});
process.exitCode = status ?? 1;
