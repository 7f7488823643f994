/**
 * The history on disk: one JSON object a line (JSONL) beneath the XDG state directory, readable by its owner alone. What
 * is in it is not trusted: a line that is no entry is passed over.
 *
 * Source of the place: XDG Base Directory Specification 0.8, `$XDG_STATE_HOME`, "actions history".
 */
import {constants} from 'node:fs';
import {chmod, rename, rm, type FileHandle} from 'node:fs/promises';
import path from 'node:path';
import {makeFolder} from '../bootstrap/make-folder.js';
import {jsonOf} from '../knative/text/json-text.js';
import {
	attemptsOf,
	formatAttempt,
	formatOutcome,
	parseAttemptLine,
	type Attempt,
	type AttemptOutcome,
} from './attempt.js';
import {formatDeed, parseDeed, withEnds, type Deed} from './deed.js';
import {formatEntry, parseEntry, withoutRepeats, type HistoryEntry} from './journal-entry.js';
import {openRegularFile} from './regular-file.js';

/** What the file has. */
export type Recalled = {entries: HistoryEntry[]; attempts: Attempt[]; deeds: Deed[]};

export type HistoryFile = {
	readonly path: string;
	/** In order of time; empty when there is no file yet. Throws the error of the file system otherwise. */
	read(): Promise<HistoryEntry[]>;
	/**
	 * The changes as `read`, the attempts that made none as far as is known, and what was made or deleted, in the order that
	 * they were begun in.
	 */
	readAll(): Promise<Recalled>;
	/** Appends one line, one after the other when several are asked for. Throws the error of the file system. */
	append(entry: HistoryEntry): Promise<void>;
	/** Appends what is about to be sent, be it once more after an end that made nothing. Throws the error of the file system. */
	begin(attempt: Attempt | Deed): Promise<void>;
	/** Appends how an attempt has ended that made no change of a split, or something made or deleted. */
	end(outcome: AttemptOutcome): Promise<void>;
};

/** Bytes: from here on the older half is let go. Some thousands of changes. */
const largest = 1024 * 1024;

/**
 * `$XDG_STATE_HOME/kn-canary/history.jsonl`; a relative path there is to be ignored, as the specification says. Undefined
 * where there is neither that nor a home.
 */
export function historyPath(
	env: Readonly<Record<string, string | undefined>>,
	home: string | undefined,
): string | undefined {
	const wanted = env['XDG_STATE_HOME'] ?? '';
	if (!path.isAbsolute(wanted) && home === undefined) return undefined;
	const base = path.isAbsolute(wanted) ? wanted : path.join(home ?? '', '.local', 'state');
	return path.join(base, 'kn-canary', 'history.jsonl');
}

const homeless = 'there is no home directory to keep it in; set HOME or XDG_STATE_HOME';

const refuse = async () => Promise.reject(new Error(homeless));

/** One that keeps nothing: it is empty, and says why when something is to be appended. */
function homelessFile(): HistoryFile {
	return {
		path: '',
		read: async () => [],
		readAll: async () => ({entries: [], attempts: [], deeds: []}),
		append: refuse,
		begin: refuse,
		end: refuse,
	};
}

/**
 * @param wanted Undefined where it cannot be kept.
 * @param limit Bytes above which the older half of the file is dropped.
 */
export function openHistoryFile(
	wanted: string | undefined,
	{limit = largest}: {limit?: number} = {},
): HistoryFile {
	if (wanted === undefined) return homelessFile();
	const file = wanted;
	let last: Promise<void> = Promise.resolve();

	async function readAll(): Promise<Recalled> {
		const lines = await linesAtEnd(file, limit);
		const begun = new Map<string, Attempt>();
		const deeds = new Map<string, Deed>();
		const outcomes = new Map<string, AttemptOutcome>();
		const changes: HistoryEntry[] = [];
		/** What is begun again has not ended, and is the same still. */
		const begin = <Begun extends {id: string}>(among: Map<string, Begun>, again: Begun) => {
			outcomes.delete(again.id);
			among.delete(again.id);
			among.set(again.id, again);
		};
		for (const line of lines) {
			const value = jsonOf(line);
			const entry = parseEntry(value);
			if (entry) {
				changes.push(entry);
				continue;
			}
			const other = parseAttemptLine(value);
			const deed = parseDeed(value);
			if (other?.kind === 'attempt') begin(begun, other.attempt);
			else if (other) outcomes.set(other.outcome.id, other.outcome);
			else if (deed) begin(deeds, deed);
		}
		const entries = withoutRepeats(changes);
		return {
			entries,
			attempts: attemptsOf([...begun.values()], [...outcomes.values()], changes),
			deeds: withEnds([...deeds.values()], [...outcomes.values()]),
		};
	}

	async function append(line: string): Promise<void> {
		const mine = last.then(async () => appendLine(file, line, limit));
		last = mine.catch(() => {});
		return mine;
	}

	return {
		path: file,
		async read() {
			return (await readAll()).entries;
		},
		readAll,
		append: async entry => append(formatEntry(entry)),
		begin: async attempt => append('what' in attempt ? formatDeed(attempt) : formatAttempt(attempt)),
		end: async outcome => append(formatOutcome(outcome)),
	};
}

async function appendLine(file: string, line: string, limit: number): Promise<void> {
	const directory = path.dirname(file);
	makeFolder(directory);
	await chmod(directory, 0o700);
	const handle = await openRegularFile(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT);
	let size: number;
	try {
		await handle.chmod(0o600);
		({size} = await handle.stat());
		// A line that a crash has left unfinished must not swallow this one. One write: another console may append too.
		const ended = size === 0 || (await byteAt(handle, size - 1)) === 0x0a;
		const text = `${ended ? '' : '\n'}${line}\n`;
		await handle.writeFile(text);
		size += Buffer.byteLength(text);
	} finally {
		await handle.close();
	}
	if (size > limit) await dropOlderHalf(file, limit);
}

async function byteAt(handle: FileHandle, position: number): Promise<number | undefined> {
	const {buffer, bytesRead} = await handle.read(Buffer.alloc(1), 0, 1, position);
	return bytesRead === 1 ? buffer[0] : undefined;
}

/** What another console appends between the reading and the renaming is lost to the file; both still know it. */
async function dropOlderHalf(file: string, limit: number): Promise<void> {
	const lines = await linesAtEnd(file, Math.floor(limit / 2));
	const next = `${file}.${process.pid}.new`;
	const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
	try {
		const handle = await openRegularFile(next, flags);
		try {
			await handle.writeFile(lines.map(line => `${line}\n`).join(''));
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(next, file);
	} catch (error) {
		await rm(next, {force: true});
		throw error;
	}
}

/** The whole lines within the last `length` bytes. */
async function linesAtEnd(file: string, length: number): Promise<string[]> {
	let handle: FileHandle;
	try {
		handle = await openRegularFile(file, constants.O_RDONLY);
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
		throw error;
	}
	try {
		const {size} = await handle.stat();
		const from = Math.max(0, size - length);
		const {buffer, bytesRead} = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
		const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n');
		// Begun before the part that was read.
		if (from > 0) lines.shift();
		return lines.filter(line => line !== '');
	} finally {
		await handle.close();
	}
}
