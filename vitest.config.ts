import path from 'node:path';
import {configDefaults, defineConfig} from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
		globalSetup: 'test/support/program/build-check.ts',
		// On a real API server, which takes Go: `npm run test:real`.
		exclude: [...configDefaults.exclude, 'test/real/**'],
		// Ink asks `tput` for the height of a stdout without rows; a fixed size keeps the tests the same on every terminal.
		env: {
			COLUMNS: '100',
			LINES: '30',
			FORCE_COLOR: '0',
			CI: 'false',
			// The code cache of the programs that tests start; not that of whoever runs them.
			XDG_CACHE_HOME: path.resolve('node_modules/.cache/kn-canary-test/cache'),
		},
		// `npm run coverage`: of the sources themselves; what a test starts as a program is not counted.
		coverage: {include: ['source/**/*.{ts,tsx}'], reporter: ['text-summary', 'html']},
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// The machines that run this have two cores; a pseudo-terminal test already keeps one busy.
		maxWorkers: 2,
	},
});
