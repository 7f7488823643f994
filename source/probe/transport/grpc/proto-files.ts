/** The .proto files of the operator, looked at before a library reads them: it reads whatever there is, to its end. */
import {open, stat} from 'node:fs/promises';
import path from 'node:path';

/** Bytes of one file, and files that import each other: more than any API has. */
const largest = 4 * 1024 * 1024;
const most = 500;

/**
 * Throws Error, with a sentence for the operator, when the file or one that it imports is no regular file of a bounded size:
 * a pipe that nobody writes into would never end.
 */
export async function checkProto(file: string): Promise<void> {
	const directory = path.dirname(file);
	const seen = new Set<string>();
	const wanted = [file];
	for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
		if (seen.has(next)) continue;
		seen.add(next);
		if (seen.size > most) throw new Error(`it imports more than ${most} files`);
		const text = await readBounded(next, next === file);
		for (const imported of importsOf(text)) wanted.push(path.resolve(directory, imported));
	}
}

/** Strings, comments and the words that matter, as protobufjs cuts a file: what is within one of them is nothing else. */
const tokens = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[^]*?\*\/|\bimport\b|;/g;

/** What a .proto file imports, however that is written. */
export function importsOf(text: string): string[] {
	const found: string[] = [];
	let isImport = false;
	for (const [token] of text.matchAll(tokens)) {
		if (token === 'import') isImport = true;
		else if (token === ';') isImport = false;
		else if (isImport && /^["']/.test(token)) found.push(token.slice(1, -1));
	}
	return found;
}

/** An imported file may be one that the library brings itself; whether it is missing is its to say. */
async function readBounded(file: string, isFirst: boolean): Promise<string> {
	let size: number;
	try {
		const found = await stat(file);
		if (!found.isFile()) throw new Error(`${file} is no file`);
		({size} = found);
	} catch (error) {
		if (!isFirst && error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
		throw error;
	}
	if (size > largest) throw new Error(`${file} is larger than ${largest / 1024 / 1024} MiB`);
	const handle = await open(file);
	try {
		const {buffer, bytesRead} = await handle.read(Buffer.alloc(largest), 0, largest, 0);
		return buffer.subarray(0, bytesRead).toString('utf8');
	} finally {
		await handle.close();
	}
}
