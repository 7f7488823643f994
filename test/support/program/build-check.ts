/** Says before the tests run whether `dist/` is what the sources make: tests of the built program would test an old one. */
import {globSync, statSync} from 'node:fs';
import path from 'node:path';
import type {TestProject} from 'vitest/node';

declare module 'vitest' {
	interface ProvidedContext {
		/** Why the built program is not the one to be tested, as a sentence; empty when it is. */
		staleBuild: string;
	}
}

/** What goes into the build; a change of it is in no `dist/` from before. */
const inputs = [
	'cli.tsx',
	'source/**/*.{ts,tsx,js}',
	'scripts/{build,lean-start,licences}.js',
	'package-lock.json',
];

/** @param root Directory of the project. */
export function whyStale(root: string): string {
	const modified = (file: string) => statSync(path.join(root, file), {throwIfNoEntry: false})?.mtimeMs;
	const built = modified('dist/cli.js');
	if (built === undefined) return 'dist/cli.js is not there; run npm run build first.';
	const newer = inputs
		.flatMap(pattern => globSync(pattern, {cwd: root}))
		.find(file => (modified(file) ?? 0) > built);
	return newer === undefined ? '' : `dist/ is older than ${newer}; run npm run build first.`;
}

export default function setup(project: TestProject): void {
	project.provide('staleBuild', whyStale(process.cwd()));
}
