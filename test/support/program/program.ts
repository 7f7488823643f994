import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';

/**
Bundles a TypeScript program of the tests so that plain Node runs it. The packages stay outside of the bundle: what a test
starts is what a user's Node would load.
@param entry path of the program, from the root of the project
@returns path of the program to run
*/
export const buildProgram = async (entry: string): Promise<string> => {
	// Beneath node_modules, so that the program finds the packages, and so that nothing is left in the tree.
	const directory = path.resolve('node_modules/.cache/kn-canary-test');
	await mkdir(directory, {recursive: true});
	const outfile = path.join(directory, `${path.parse(entry).name}-${process.pid}.mjs`);
	await build({
		entryPoints: [entry],
		outfile,
		bundle: true,
		packages: 'external',
		platform: 'node',
		format: 'esm',
		target: 'node24',
		jsx: 'automatic',
		logLevel: 'warning',
	});
	return outfile;
};
