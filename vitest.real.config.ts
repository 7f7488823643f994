import {configDefaults, defineConfig} from 'vitest/config';
import common from './vitest.config.ts';

/** What runs on a real API server: `npm run test:real`. */
export default defineConfig({
	...common,
	test: {
		...common.test,
		include: ['test/real/**/*.test.ts', 'test/semantics/**/*.test.ts'],
		exclude: [...configDefaults.exclude],
		globalSetup: 'test/real/setup.ts',
		// Controllers of a cluster take the time they take, and here all of them share two cores with the consoles.
		testTimeout: 120_000,
		hookTimeout: 120_000,
	},
});
