/** The .proto files of the operator, read here and by no library: that would read whatever there is, to its end. */
import {constants, existsSync} from 'node:fs';
import {open} from 'node:fs/promises';
import path from 'node:path';
import protobuf from 'protobufjs';

/** Bytes of one file and of all together, and files that import each other: more than any API has. */
const largest = 4 * 1024 * 1024;
const largestTogether = 16 * 1024 * 1024;
const most = 500;

/**
 * What a .proto file and all that it imports say. An import is looked for beside the first file, then beside the one that
 * imports it; `google/protobuf/…` comes with the library.
 *
 * Throws Error, with a sentence for the operator, when one of them is no regular file of a bounded size (a pipe that nobody
 * writes into would never end), when they are too many, or when one cannot be read or understood.
 */
export async function readProto(file: string): Promise<protobuf.INamespace> {
	const first = path.resolve(file);
	const root = new protobuf.Root();
	const seen = new Set<string>();
	const wanted = [{name: first, isWeak: false}];
	let size = 0;
	for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
		const {name, isWeak} = next;
		if (seen.has(name)) continue;
		seen.add(name);
		if (seen.size > most) throw new Error(`it imports more than ${most} files`);
		const known = bundled(name);
		if (known) {
			root.addJSON(known.nested ?? {});
			continue;
		}
		if (isWeak && !existsSync(name)) continue;
		const text = await readBounded(name);
		size += text.length;
		if (size > largestTogether) {
			throw new Error(`it and what it imports are larger than ${largestTogether / 1024 / 1024} MiB`);
		}
		const {imports = [], weakImports = []} = protobuf.parse(text, root);
		wanted.push(
			...imports.map(target => ({name: placeOf(target, name, first), isWeak: false})),
			...weakImports.map(target => ({name: placeOf(target, name, first), isWeak: true})),
		);
	}
	return root.resolveAll().toJSON();
}

/** Of what the library brings itself: its name from there on, wherever a file says that it lies. */
const bundledName = /google\/protobuf\/[\w/]+\.proto$/;

function bundled(file: string): protobuf.INamespace | null {
	const [name] = bundledName.exec(file) ?? [];
	return name === undefined ? null : protobuf.common.get(name);
}

function placeOf(target: string, origin: string, first: string): string {
	const [beside = target, other = target] = [first, origin].map(from =>
		path.resolve(path.dirname(from), target),
	);
	return !existsSync(beside) && existsSync(other) ? other : beside;
}

async function readBounded(file: string): Promise<string> {
	// Without waiting for whoever should write into a pipe.
	const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		if (!(await handle.stat()).isFile()) throw new Error(`${file} is no file`);
		const chunks: Buffer[] = [];
		let size = 0;
		// What a kernel makes up says of itself that it is empty.
		for await (const chunk of handle.createReadStream({
			autoClose: false,
			end: largest,
		}) as AsyncIterable<Buffer>) {
			chunks.push(chunk);
			size += chunk.length;
		}
		if (size > largest) throw new Error(`${file} is larger than ${largest / 1024 / 1024} MiB`);
		return Buffer.concat(chunks).toString('utf8');
	} finally {
		await handle.close();
	}
}
