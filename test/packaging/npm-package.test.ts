/** The npm package as somebody gets it: packed, installed into an empty prefix, and run from there. */
import {execFileSync} from 'node:child_process';
import {existsSync, globSync, mkdtempDisposableSync, readFileSync, readdirSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {array, object, parse, string, union} from 'valibot';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {runCommand} from '../support/program/run-program.js';
import {startSandboxProcess} from '../support/program/sandbox-process.js';

const folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-package-'));
const prefix = path.join(folder.path, 'prefix');
const installed = path.join(prefix, 'lib/node_modules/kn-canary');
const command = path.join(prefix, 'bin/kn-canary');
const env = {
	HOME: folder.path,
	XDG_CACHE_HOME: path.join(folder.path, 'cache'),
	// The Node of these tests before any other: the command says `env node`.
	PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`,
};
let packedBytes = 0;

/** Bytes of all files beneath. */
const sizeOf = (place: string): number =>
	readdirSync(place, {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile())
		.reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);

const jsonOf = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const packageOf = (place: string) =>
	parse(object({name: string(), version: string()}), jsonOf(path.join(place, 'package.json')));

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;

const npm = (...args: string[]) =>
	execFileSync('npm', [...args, '--loglevel=error'], {encoding: 'utf8', env: {...process.env, ...env}});

beforeAll(() => {
	npm('pack', '--ignore-scripts', '--pack-destination', folder.path);
	const [tarball = ''] = globSync(path.join(folder.path, '*.tgz'));
	packedBytes = statSync(tarball).size;
	npm('install', '--global', '--offline', '--no-audit', '--prefix', prefix, tarball);
	console.log(`packed ${megabytes(packedBytes)}, installed ${megabytes(sizeOf(prefix))}`);
});

afterAll(() => {
	folder.remove();
});

describe('the npm package', () => {
	it('is less than 4 MB, has no maps, and brings no other package along', () => {
		expect(packedBytes).toBeLessThan(4_000_000);
		expect(globSync(path.join(installed, '**/*.map'))).toEqual([]);
		expect(readdirSync(path.dirname(installed))).toEqual(['kn-canary']);
		expect(existsSync(path.join(installed, 'node_modules'))).toBe(false);
	});

	it('has its licence, the licences of what is bundled, and its changes', () => {
		expect(readFileSync(path.join(installed, 'LICENSE'), 'utf8')).toContain('Apache License');
		expect(existsSync(path.join(installed, 'dist/licences.txt'))).toBe(true);
		expect(existsSync(path.join(installed, 'CHANGELOG.md'))).toBe(true);
	});

	it('runs from there: its version, and a service of a sandbox that it starts itself', async () => {
		const {version} = packageOf('.');
		expect(await runCommand(command, ['--version'], env)).toMatchObject({code: 0, stdout: `${version}\n`});
		const sandbox = await startSandboxProcess(path.join(installed, 'dist/cli.js'));
		try {
			const {code, stdout} = await runCommand(command, ['get', '-o', 'name'], {
				...env,
				KUBECONFIG: sandbox.kubeconfig,
			});
			expect(stdout).toContain('service.serving.knative.dev/checkout\n');
			expect(code).toBe(0);
		} finally {
			await sandbox.stop();
		}
	});
});

const sourceMap = object({sources: array(string())});
/** A map, or one of several files that were put into one. */
const anyMap = union([sourceMap, object({sections: array(object({map: sourceMap}))})]);

/** Of each package that the maps of the build name, whatever the build itself has counted. */
const mapped = (): Set<string> => {
	const found = new Set<string>();
	for (const file of globSync('dist/*.map')) {
		const map = parse(anyMap, jsonOf(file));
		const sources = 'sections' in map ? map.sections.flatMap(section => section.map.sources) : map.sources;
		for (const source of sources) {
			const place = /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+(?=\/)/.exec(source)?.[0];
			// Maps that packages bring along may name places that are no package's.
			if (place !== undefined && existsSync(path.join(place, 'package.json'))) found.add(place);
		}
	}
	return found;
};

describe('the licences of what is bundled', () => {
	it('are there for every package in the build, by name and version, with their text', () => {
		const text = readFileSync('dist/licences.txt', 'utf8');
		const [, ...sections] = text.split(/^-{80}\n(?=\S)/m);
		const packages = mapped();
		expect(packages.size).toBeGreaterThan(100);
		for (const place of packages) {
			const {name, version} = packageOf(place);
			const at = sections.findIndex(section => section.trimEnd().split(', ').includes(`${name}@${version}`));
			expect(at, `${name}@${version} in dist/licences.txt`).toBeGreaterThanOrEqual(0);
			expect(sections[at + 1]?.length, `the licence of ${name}`).toBeGreaterThan(90);
		}
	});

	it('are all ones that Apache-2.0 may be shipped with', () => {
		const bundled = parse(array(object({name: string(), license: string()})), jsonOf('dist/bundled.json'));
		const fine = /^\(?(?:MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|Unlicense|BlueOak-1\.0\.0|Python-2\.0)\b/;
		expect(bundled.filter(({license}) => !fine.test(license))).toEqual([]);
	});
});
