/**
 * Whether anybody still reads standard output, for commands that follow something: a pipe whose reader has gone (`get -w | head
 * -1`) is noticed with the next write only, and where nothing changes there is none. Node offers no poll(2) for the end that is
 * written to, so a socket is written nothing to, which fails where its peer has closed it, and of a pipe Linux says who
 * has it open for reading. Where neither tells, the next write has to.
 */
import {fstatSync, readFileSync, readdirSync, readlinkSync, writeSync} from 'node:fs';

/** Milliseconds between two looks. */
const lookEvery = 1000;

const codeOf = (error: unknown) =>
	error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Whether a process has the pipe open for reading; 'unknown' where this user may not look. */
function reads(pid: string, pipe: string): 'yes' | 'no' | 'unknown' {
	let descriptors: string[];
	try {
		descriptors = readdirSync(`/proc/${pid}/fd`);
	} catch (error) {
		return ['ENOENT', 'ESRCH'].includes(codeOf(error) ?? '') ? 'no' : 'unknown';
	}
	const has = descriptors.some(descriptor => {
		try {
			if (readlinkSync(`/proc/${pid}/fd/${descriptor}`) !== pipe) return false;
			const [, flags = '1'] =
				/^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8')) ?? [];
			// O_WRONLY is 1: who has only the other end is a writer, as this process is.
			return Number.parseInt(flags, 8) % 4 !== 1;
		} catch {
			return false;
		}
	});
	return has ? 'yes' : 'no';
}

const readersOf = (pipe: string): string[] =>
	readdirSync('/proc').filter(
		name => /^\d+$/.test(name) && Number(name) !== process.pid && reads(name, pipe) === 'yes',
	);

/** Says of a pipe whether its reader has gone; undefined where that will never be known. */
function pipeLook(descriptor: number): (() => boolean) | undefined {
	let pipe: string;
	let readers: string[];
	try {
		pipe = readlinkSync(`/proc/self/fd/${descriptor}`);
		readers = readersOf(pipe);
	} catch {
		return undefined;
	}
	// One whom this user may not look at is never seen to leave.
	if (readers.length === 0) return undefined;
	return () => {
		if (readers.some(pid => reads(pid, pipe) !== 'no')) return false;
		// It may have been handed on.
		readers = readersOf(pipe);
		return readers.length === 0;
	};
}

const socketLook = (descriptor: number) => (): boolean => {
	try {
		writeSync(descriptor, new Uint8Array());
		return false;
	} catch (error) {
		return ['EPIPE', 'ECONNRESET'].includes(codeOf(error) ?? '');
	}
};

/**
 * Calls `onGone` once when nobody reads any more what this process writes there. Called before the first line is written: a
 * reader may have enough of one. Keeps no process alive.
 */
export function whenReaderGone(onGone: () => void, descriptor = 1): void {
	let look: (() => boolean) | undefined;
	try {
		const kind = fstatSync(descriptor);
		look = kind.isSocket() ? socketLook(descriptor) : kind.isFIFO() ? pipeLook(descriptor) : undefined;
	} catch {
		return;
	}
	if (!look) return;
	const timer = setInterval(() => {
		if (!look()) return;
		clearInterval(timer);
		onGone();
	}, lookEvery);
	timer.unref();
}
