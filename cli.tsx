#!/usr/bin/env node
/**
 * The way in: checks Node, then hands over to source/cli. Everything else is loaded when it is needed: an older
 * Node gets a sentence instead of a syntax error, and the first frame does not wait for what it does not show.
 */
import {getRawAsset, isSea} from 'node:sea';
import {codeCachePath, openCodeCache} from './source/bootstrap/code-cache.js';
import {homeOf, ownEnvironment} from './source/bootstrap/home.js';
import {createLoader} from './source/bootstrap/load.js';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
	process.stderr.write(
		`kn-canary needs Node.js 24 or newer, and this is ${process.versions.node} (${process.execPath}). ` +
			'Install a newer Node.js and put it first on PATH, or take the executable of kn-canary, which needs none.\n',
	);
	process.exit(1);
}

// Unheard, it has Node open its inspector: a port for anybody on this machine, and a line of text over the screen.
process.on('SIGUSR1', () => {});
// Node ignores it, so that a file too large (ulimit -f) is an error of the write alone. But signal-exit, by which Ink restores the
// terminal, heeds it, and ends a program in which nobody else does.
process.on('SIGXFSZ', () => {});

// What V8 made with other flags it refuses by itself.
const version = `${process.env['KN_CANARY_BUILD']}-${process.versions.v8}`;
// As for Node's own cache.
const isCaching = process.env['NODE_DISABLE_COMPILE_CACHE'] !== '1';
const cache = isCaching ? codeCachePath(ownEnvironment(), homeOf()) : undefined;
// An executable without Node beside it has the files of the bundle inside (scripts/package).
const loader = createLoader(
	__dirname,
	cache === undefined ? undefined : openCodeCache(cache, version),
	isSea() ? name => Buffer.from(getRawAsset(name)).toString('latin1') : undefined,
);
process.once('exit', () => loader.keepRest());
const loaded = loader.load('./start.js#program.js');
if (!isProgram(loaded)) {
	throw new TypeError('dist/start.js is not what the build made; run `npm run build`.');
}
void loaded.runProgram({keepCode: stage => loader.keep(stage)});

function isProgram(value: unknown): value is typeof import('./source/cli/program.js') {
	return typeof value === 'object' && value !== null && 'runProgram' in value;
}
