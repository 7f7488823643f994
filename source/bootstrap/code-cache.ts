/**
 * Where the code that V8 has made of the program is kept from one start to the next: one file for each file of the bundle,
 * beneath the XDG cache directory. Nothing here may fail a start: what cannot be read or written is made again.
 *
 * V8 refuses data of another version or of other flags, but takes what has been damaged and crashes with it; so each file
 * carries a checksum, and a directory that somebody else could have written to is not read.
 */
import {readdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {crc32} from 'node:zlib';
import {makeFolder} from './make-folder.js';

/**
 * How far the program had come when the code was made, which has the functions that have run by then: the end of a command, a
 * console that has come up, one whose keys were used. What comes later has more of them, and takes the place of what was before.
 */
export const stages = ['command', 'console', 'used'] as const;
export type Stage = (typeof stages)[number];

export type KeptCode = {
	readonly data: Buffer;
	readonly stage: Stage;
};

export type CodeCache = {
	/** What was kept of a file of the bundle; undefined when nothing was, or it is damaged. */
	read(name: string): KeptCode | undefined;
	/** Takes the place of what there is at once, for whoever starts meanwhile. Does nothing where it may not write. */
	write(name: string, code: KeptCode): void;
};

/** Checksum of the rest; the number of the stage; the rest of 16 bytes, because V8 copies data that is not aligned. */
const headerLength = 16;

/** Of other versions of the program or of Node, besides the one that is running. */
const keptVersions = 3;

/**
 * `$XDG_CACHE_HOME/kn-canary`, as the XDG Base Directory Specification has it: relative paths are not taken. Undefined
 * where there is no such place.
 */
export function codeCachePath(
	env: Readonly<Record<string, string | undefined>>,
	home: string | undefined,
): string | undefined {
	const wanted = env['XDG_CACHE_HOME'] ?? '';
	const base = path.isAbsolute(wanted) ? wanted : home === undefined ? undefined : path.join(home, '.cache');
	return base === undefined ? undefined : path.join(base, 'kn-canary');
}

/**
 * @param base As `codeCachePath` has it.
 * @param version Of the program and of V8: the name of a directory that no other code shares.
 */
export function openCodeCache(base: string, version: string): CodeCache {
	const directory = path.join(base, version);
	let isTrusted: boolean | undefined;
	return {
		read(name) {
			isTrusted ??= isOwn(directory);
			if (!isTrusted) return undefined;
			try {
				return opened(readFileSync(path.join(directory, name)));
			} catch {
				return undefined;
			}
		},

		write(name, code) {
			const file = path.join(directory, name);
			const unfinished = `${file}.${process.pid}`;
			const isDone = attempt(() => {
				if (makeFolder(directory) !== undefined) forgetOthers(base, version);
				if (!isOwn(directory)) return;
				writeFileSync(unfinished, sealed(code), {mode: 0o600});
				renameSync(unfinished, file);
			});
			if (!isDone) attempt(() => unlinkSync(unfinished));
		},
	};
}

/** Whether the file system let it be done. */
function attempt(work: () => void): boolean {
	try {
		work();
		return true;
	} catch {
		return false;
	}
}

function sealed({data, stage}: KeptCode): Buffer {
	const header = Buffer.alloc(headerLength);
	header.writeUInt32LE(stages.indexOf(stage), 4);
	const whole = Buffer.concat([header, data]);
	whole.writeUInt32LE(crc32(whole.subarray(4)), 0);
	return whole;
}

function opened(whole: Buffer): KeptCode | undefined {
	if (whole.length < headerLength || whole.readUInt32LE(0) !== crc32(whole.subarray(4))) return undefined;
	const stage = stages[whole.readUInt32LE(4)];
	return stage && {data: whole.subarray(headerLength), stage};
}

/** Whether nobody but the user can have written there. */
function isOwn(directory: string): boolean {
	try {
		const {uid, mode} = statSync(directory);
		return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
	} catch {
		return false;
	}
}

/** Each new version makes a directory; who updates often would collect them. */
function forgetOthers(base: string, version: string): void {
	const others = readdirSync(base)
		.filter(name => name !== version)
		.map(name => ({name, used: statSync(path.join(base, name)).mtimeMs}))
		.toSorted((one, other) => other.used - one.used);
	for (const {name} of others.slice(keptVersions)) {
		rmSync(path.join(base, name), {recursive: true, force: true});
	}
}
