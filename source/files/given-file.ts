/**
 * Files that flags, variables, kubeconfigs and the configuration file name, whatever they turn out to be: read whole, but neither
 * to the end of what has none nor for as long as a pipe stays empty. Nothing else reads what was named.
 */
import {closeSync, constants, fstatSync, openSync, readSync, type Stats} from 'node:fs';
import {open} from 'node:fs/promises';

/** Bytes: more than any of them has. */
const largest = 16 * 1024 * 1024;

/** Milliseconds that reading may take in all: what a shell has for `<(command)` may ask a server first. */
const longest = 30_000;

/** Milliseconds after which a pipe that nobody has written into is one that nobody will. */
const emptiest = 5000;

/** Milliseconds between two looks into a pipe. */
const glance = 10;

/** Why it is not read, as a sentence that begins with its name, without a full stop. */
class GivenFileError extends Error {
	override name = 'GivenFileError';
}

/** @property mayWait False: what is in a pipe by now has to be all of it. */
type WaitOptions = {mayWait?: boolean};

// A pipe is opened without waiting for who writes into it, and read without waiting for what they write.
const flags = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The whole file; a pipe to its end. Throws the error of the file system, or GivenFileError when it is larger than 16 MiB, or a
 * pipe that does not end within 30 s or has nothing in it for 5. What a shell has for `<(command)` says again what it has said before.
 */
export async function readGiven(file: string, {mayWait = true}: WaitOptions = {}): Promise<Buffer> {
	const handle = await open(file, flags);
	try {
		const reading = createReading(file, await handle.stat(), mayWait);
		for (;;) {
			let count: number | undefined;
			try {
				count = (await handle.read(reading.chunk)).bytesRead;
			} catch (error) {
				if (!isEmptySoFar(error)) throw error;
			}
			const step = reading.advance(count);
			if (step === 'end') return reading.whole();
			if (step === 'wait') {
				await new Promise(resolve => {
					setTimeout(resolve, glance);
				});
			}
		}
	} finally {
		await handle.close();
	}
}

/** As `readGiven`, as text, before there is anything else to do. */
export function readGivenSync(file: string, {mayWait = true}: WaitOptions = {}): string {
	const fd = openSync(file, flags);
	try {
		const reading = createReading(file, fstatSync(fd), mayWait);
		for (;;) {
			let count: number | undefined;
			try {
				count = readSync(fd, reading.chunk);
			} catch (error) {
				if (!isEmptySoFar(error)) throw error;
			}
			const step = reading.advance(count);
			if (step === 'end') return reading.whole().toString('utf8');
			if (step === 'wait') Atomics.wait(sleeper, 0, 0, glance);
		}
	} finally {
		closeSync(fd);
	}
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

const isEmptySoFar = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EAGAIN';

type FileReading = {
	/** What is read goes in here. */
	readonly chunk: Buffer;
	/** @param count Bytes that were read; undefined where somebody may still write some. */
	advance(count: number | undefined): 'on' | 'wait' | 'end';
	whole(): Buffer;
};

/** How a shell names the pipes that it has for `<(command)`, and a program its own input: they stay what they are. */
const inherited = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/;

const store = Symbol.for('kn-canary given files');

/**
 * What those have said: a pipe says it once, and a kubeconfig is read whenever it may have changed. The process has it, because
 * the build puts this module into more than one of its files.
 */
function remembered(): Map<string, Buffer> {
	const known: unknown = Reflect.get(globalThis, store);
	if (known instanceof Map) return known;
	const made = new Map<string, Buffer>();
	Reflect.set(globalThis, store, made);
	return made;
}

const said = remembered();

function createReading(file: string, about: Stats, mayWait: boolean): FileReading {
	const chunk = Buffer.allocUnsafe(64 * 1024);
	const chunks: Buffer[] = [];
	const begun = performance.now();
	const key = inherited.test(file) ? `${file} ${about.dev}:${about.ino}` : undefined;
	let size = 0;
	const wait = (most: number, why: string): 'wait' => {
		if (!mayWait || performance.now() - begun > most) throw new GivenFileError(why);
		return 'wait';
	};
	return {
		chunk,
		advance(count) {
			if (count === 0) {
				// At its end, or before the first to write into it has opened it: the two look alike.
				const isOpened = size > 0 || !about.isFIFO() || (key !== undefined && said.has(key));
				return isOpened ? 'end' : wait(emptiest, `${file} is a pipe that nobody writes into`);
			}
			const late = `${file} did not end within ${longest / 1000} s`;
			if (count === undefined) return wait(longest, mayWait ? late : `${file} is still being written`);
			chunks.push(Buffer.from(chunk.subarray(0, count)));
			size += count;
			if (size > largest) throw new GivenFileError(`${file} is larger than ${largest / 1024 / 1024} MiB`);
			if (performance.now() - begun > longest) throw new GivenFileError(late);
			return 'on';
		},
		whole() {
			const whole = Buffer.concat(chunks);
			if (key === undefined || !about.isFIFO()) return whole;
			if (size > 0) said.set(key, whole);
			return said.get(key) ?? whole;
		},
	};
}
