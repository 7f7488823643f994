import {defineConfig} from 'vitest/config';

/** For scripts/mutation.ts: the tests that are to notice a change, and no others. */
export default defineConfig({
	test: {
		include: (process.env['MUTATION_TESTS'] ?? '').split(','),
		env: {FORCE_COLOR: '0'},
		// A change that has a test wait for what never comes is noticed as well, and soon.
		testTimeout: 4000,
		hookTimeout: 4000,
	},
});
