/** Which tests are run at each save. */
import {existsSync, readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {
	allTests,
	createStarterSearch,
	quickTests,
	simulations,
	testsOfChanges,
} from '../../../scripts/quick/quick-tests.ts';

describe('the tests that are run whatever was changed', () => {
	const quick = quickTests();

	it('are those of the pure rooms, and start nothing', () => {
		expect(quick.length).toBeGreaterThan(150);
		expect(quick).toContain('test/knative/split/split.test.ts');
		expect(quick).toContain('test/stats/binomial.test.ts');
		expect(quick).toContain('test/screen/layout.test.ts');
		const starting = quick.filter(test =>
			/\b(createServer|createSecureServer|startConsole|openTerminal|startSandbox|spawn|execFileSync|execFile)\(/.test(
				readFileSync(test, 'utf8'),
			),
		);
		expect(starting).toEqual([]);
	});

	it('are none of the built program, of servers or of processes, be it by way of others', () => {
		const starterOf = createStarterSearch();
		const starting = [
			'test/kube/watch/reflector.test.ts',
			'test/headless/write/commands.test.ts',
			'test/sandbox/sandbox.test.ts',
			'test/probe/transport/http/http.test.ts',
			'test/cli/help.test.ts',
		];
		expect(starting.filter(test => !existsSync(test))).toEqual([]);
		expect(starting.filter(test => starterOf(test) === undefined)).toEqual([]);
		expect(quick.filter(test => starting.includes(test))).toEqual([]);
		expect(quick.filter(test => test.startsWith('test/e2e/'))).toEqual([]);
	});

	it('are no simulations, which are there and would start nothing', () => {
		const starterOf = createStarterSearch();
		for (const test of simulations) {
			expect(allTests()).toContain(test);
			expect(starterOf(test)).toBeUndefined();
			expect(quick).not.toContain(test);
		}
	});
});

describe('the tests of what was changed', () => {
	const tests = [
		'test/kube/watch/reflector-lists.test.ts',
		'test/kube/watch/reflector.test.ts',
		'test/kube/watch/reflectors.test.ts',
		'test/screen/panes/traffic-pane.test.tsx',
		'test/scripts/scenes.test.ts',
		'test/stats/binomial.test.ts',
	];

	it('bear the name of a changed file, alone or before a hyphen', () => {
		expect(testsOfChanges(['source/kube/watch/reflector.ts'], tests)).toEqual([
			'test/kube/watch/reflector.test.ts',
			'test/kube/watch/reflector-lists.test.ts',
		]);
		expect(testsOfChanges(['source/screen/panes/traffic-pane.tsx', 'scripts/scenes.ts'], tests)).toEqual([
			'test/screen/panes/traffic-pane.test.tsx',
			'test/scripts/scenes.test.ts',
		]);
	});

	it('are those that were changed themselves, first and once', () => {
		expect(
			testsOfChanges(
				[
					'source/kube/watch/reflector.ts',
					'test/stats/binomial.test.ts',
					'test/kube/watch/reflector.test.ts',
				],
				tests,
			),
		).toEqual([
			'test/kube/watch/reflector.test.ts',
			'test/stats/binomial.test.ts',
			'test/kube/watch/reflector-lists.test.ts',
		]);
	});

	it('are none for a change of documents', () => {
		expect(testsOfChanges(['readme.md', 'docs/house.md'], tests)).toEqual([]);
	});
});
