/** One executable without Node beside it: Node's own binary with the bundle inside (nodejs.org/api/single-executable-applications.html). */
import {execFileSync} from 'node:child_process';
import {chmodSync, copyFileSync, globSync, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';

export type Target = 'linux-x64' | 'linux-arm64';

/** macOS wants what is changed to be signed again, which only a Mac does: its users take the npm package. */
export const targets: readonly Target[] = ['linux-x64', 'linux-arm64'];

const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** What Node is to find inside, for any platform: no code made for one of them is in it. */
export function makeBlob(folder: string): string {
	const files = globSync('dist/*.js').filter(file => path.basename(file) !== 'cli.js');
	const output = path.join(folder, 'sea.blob');
	const config = path.join(folder, 'sea.json');
	writeFileSync(
		config,
		JSON.stringify({
			main: 'dist/cli.js',
			output,
			disableExperimentalSEAWarning: true,
			useCodeCache: false,
			assets: Object.fromEntries(files.map(file => [path.basename(file), file])),
		}),
	);
	execFileSync(process.execPath, ['--experimental-sea-config', config], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	return output;
}

/** Node for that platform: the one that runs this, or that of the registry. */
function baseBinary(target: Target, folder: string): string {
	if (target === `${process.platform}-${process.arch}`) return process.execPath;
	const name = `node-${target}@${process.versions.node}`;
	const place = path.join(folder, target);
	mkdirSync(place, {recursive: true});
	execFileSync('npm', ['pack', name, '--pack-destination', place, '--loglevel=error'], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const [tarball = ''] = globSync(path.join(place, '*.tgz'));
	execFileSync('tar', ['-xzf', tarball, '-C', place, 'package/bin/node']);
	return path.join(place, 'package/bin/node');
}

/** Symbols are for who debugs Node itself. Without a `strip` for that platform it stays larger by a fifth. */
function strip(file: string, target: Target): void {
	const command = target === 'linux-arm64' && process.arch !== 'arm64' ? 'aarch64-linux-gnu-strip' : 'strip';
	try {
		execFileSync(command, [file], {stdio: 'ignore'});
	} catch {
		console.log(`${target}: not stripped, there is no ${command}`);
	}
}

/** @returns Path of the executable, in a folder of its own under `folder`. */
export function makeExecutable(target: Target, blob: string, folder: string): string {
	const file = path.join(folder, `executable-${target}`, 'kn-canary');
	mkdirSync(path.dirname(file), {recursive: true});
	copyFileSync(baseBinary(target, folder), file);
	chmodSync(file, 0o755);
	strip(file, target);
	const words = [file, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse];
	execFileSync(process.execPath, ['node_modules/postject/dist/cli.js', ...words], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	return file;
}
