/** What `npm run package` makes for this platform: run, installed and removed in a root of its own, and held against the rules. */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, globSync, mkdirSync, mkdtempDisposableSync, readFileSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {load} from 'js-yaml';
import * as v from 'valibot';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {runCommand} from '../support/program/run-program.js';
import {startWorld} from '../support/world.js';

const folder = mkdtempDisposableSync(path.join(tmpdir(), 'kn-canary-packages-'));
const out = path.join(folder.path, 'out');
const target = `${process.platform}-${process.arch}`;
const isMade = target === 'linux-x64' || target === 'linux-arm64';
const at = (pattern: string) => globSync(path.join(out, pattern))[0] ?? '';
const env = {
	HOME: folder.path,
	XDG_CACHE_HOME: folder.path,
	XDG_STATE_HOME: folder.path,
	XDG_CONFIG_HOME: folder.path,
};
const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

describe.skipIf(!isMade)('the packages', () => {
	beforeAll(() => {
		const words = ['scripts/package/index.ts', '--out', out, '--only', target];
		execFileSync(process.execPath, [...words, '--base-url', 'https://example.com/releases'], {stdio: 'pipe'});
		execFileSync('tar', ['-xzf', at('*-linux-*.tar.gz'), '-C', folder.path]);
	}, 900_000);

	afterAll(() => {
		folder.remove();
	});

	it('have an executable that needs no Node, and does what the program does', async () => {
		const alone = {...env, PATH: '/nonexistent'};
		const executable = path.join(folder.path, 'kn-canary');
		const version = await runCommand(executable, ['version', '-o', 'json'], alone);
		expect(JSON.parse(version.stdout)).toMatchObject({executable: true, platform: target});
		const plugin = path.join(folder.path, 'kubectl-canary');
		symlinkSync(executable, plugin);
		expect((await runCommand(plugin, ['split', '--help'], alone)).stdout).toContain(
			'Usage: kubectl canary split',
		);
		const world = await startWorld();
		try {
			const args = ['split', 'cart', '1=70', '2=30', '--yes', '--kubeconfig', world.sandbox.kubeconfigPath];
			expect(await runCommand(executable, args, alone)).toMatchObject({code: 0});
			const {stdout} = await runCommand(executable, ['status', 'cart', ...args.slice(-2)], alone);
			expect(stdout).toMatch(/^cart-00001 +70 % +70 %/m);
		} finally {
			await world.stop();
		}
	});

	it('have a Debian package that is installed and removed again', async () => {
		const root = path.join(folder.path, 'root');
		for (const place of ['var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/log']) {
			mkdirSync(path.join(root, place), {recursive: true});
		}
		execFileSync('touch', [path.join(root, 'var/lib/dpkg/status')]);
		const words = [`--root=${root}`, '--force-not-root', '--force-depends', '--force-script-chrootless'];
		const dpkg = async (...args: string[]) =>
			runCommand('dpkg', [...words, ...args], {LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'});
		expect(await dpkg('--install', at('*.deb'))).toMatchObject({code: 0});
		const binary = path.join(root, 'usr/bin/kn-canary');
		expect((await runCommand(binary, ['--version'], env)).code).toBe(0);
		for (const file of [
			'share/man/man1/kn-canary.1.gz',
			'share/doc/kn-canary/copyright',
			'bin/kubectl-canary',
			'share/bash-completion/completions/kn-canary',
		]) {
			expect(existsSync(path.join(root, 'usr', file))).toBe(true);
		}
		expect(await dpkg('--remove', 'kn-canary')).toMatchObject({code: 0});
		expect(existsSync(binary)).toBe(false);
	});

	it('have checksums of all of them, and manifests that name the archive by its own', () => {
		const sums = readFileSync(at('SHA256SUMS'), 'utf8').trim().split('\n');
		for (const line of sums) {
			const [sum = '', file = ''] = line.split('  ');
			expect(sha256(path.join(out, file))).toBe(sum);
		}
		expect(sums.length).toBe(globSync(path.join(out, '*')).length - 1);
		const krew = v.parse(
			v.object({
				apiVersion: v.literal('krew.googlecontainertools.github.com/v1alpha2'),
				kind: v.literal('Plugin'),
				metadata: v.object({name: v.pipe(v.string(), v.regex(/^[\w-]+$/))}),
				spec: v.object({
					version: v.pipe(v.string(), v.regex(/^v\d+\.\d+\.\d+$/)),
					shortDescription: v.pipe(v.string(), v.maxLength(80)),
					platforms: v.pipe(
						v.array(
							v.object({
								selector: v.object({
									matchLabels: v.object({os: v.string(), arch: v.picklist(['amd64', 'arm64'])}),
								}),
								uri: v.pipe(v.string(), v.url()),
								sha256: v.pipe(v.string(), v.regex(/^[\da-f]{64}$/)),
								bin: v.literal('kn-canary'),
								files: v.array(v.object({from: v.string(), to: v.string()})),
							}),
						),
						v.minLength(1),
					),
				}),
			}),
			load(readFileSync(at('canary.yaml'), 'utf8')),
		);
		const archive = at('*-linux-*.tar.gz');
		expect(krew.spec.platforms.map(platform => platform.sha256)).toEqual([sha256(archive)]);
		expect(readFileSync(at('kn-canary.rb'), 'utf8')).toContain(`sha256 "${sha256(archive)}"`);
	});

	it('have a bill of materials of what is bundled', () => {
		const bom = v.parse(
			v.object({
				bomFormat: v.literal('CycloneDX'),
				specVersion: v.literal('1.6'),
				components: v.array(
					v.object({name: v.string(), version: v.string(), licenses: v.array(v.unknown())}),
				),
			}),
			JSON.parse(readFileSync(at('sbom.cdx.json'), 'utf8')),
		);
		const bundled = v.parse(
			v.array(v.object({name: v.string()})),
			JSON.parse(readFileSync('dist/bundled.json', 'utf8')),
		);
		expect(bom.components.map(({name}) => name)).toEqual([...bundled.map(({name}) => name), 'node']);
	});
});
