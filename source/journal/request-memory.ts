/**
 * How services are asked, as was chosen for each: one JSON file beneath the XDG state directory, readable by its owner alone.
 * Values are never in it, only where they come from. What is in it is not trusted: a service that cannot be read is none.
 */
import {constants} from 'node:fs';
import {open, rename} from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import {makeFolder} from '../bootstrap/make-folder.js';
import {jsonOf} from '../knative/text/json-text.js';
import {openRegularFile} from './regular-file.js';

const line = v.pipe(v.string(), v.maxLength(2000));
const remembered = v.object({
	method: line,
	/** `Name: value`, the value as `$NAME` or `@file` where it is nobody's to read. */
	headers: v.pipe(v.array(line), v.maxLength(50)),
	/** `@file` */
	body: v.optional(line),
	expectStatus: v.optional(line),
	path: line,
	/** In the words of `--fingerprint`. */
	fingerprint: v.optional(line),
});
const contents = v.object({v: v.literal(1), services: v.record(v.string(), v.unknown())});

export type RememberedRequest = v.InferOutput<typeof remembered>;

export type RequestMemory = {
	/** By the uid of the service; empty where there is no file, or none that can be read. */
	read(): Promise<ReadonlyMap<string, RememberedRequest>>;
	/** Keeps it instead of what was kept for this service. Throws the error of the file system. */
	write(uid: string, request: RememberedRequest): Promise<void>;
	/** Resolves when what was to be kept so far is, or cannot be. */
	flush(): Promise<void>;
};

/** Services; the one that was chosen for longest ago gives way. */
const limit = 200;
/** Bytes: what is longer was not written by this program. */
const largest = 4 * 1024 * 1024;

/** @param file Undefined where nothing can be kept. */
export function openRequestMemory(file: string | undefined): RequestMemory {
	let last: Promise<unknown> = Promise.resolve();

	async function read(): Promise<Map<string, RememberedRequest>> {
		const text = file === undefined ? undefined : await textOf(file);
		const parsed = v.safeParse(contents, text === undefined ? undefined : jsonOf(text));
		if (!parsed.success) return new Map();
		return new Map(
			Object.entries(parsed.output.services).flatMap(([uid, service]) => {
				const known = v.safeParse(remembered, service);
				return known.success ? [[uid, known.output] as const] : [];
			}),
		);
	}

	async function replace(uid: string, request: RememberedRequest): Promise<void> {
		if (file === undefined) return;
		const services = await read();
		services.delete(uid);
		services.set(uid, request);
		const kept = Object.fromEntries([...services].slice(-limit));
		const folder = path.dirname(file);
		makeFolder(folder);
		const fresh = path.join(folder, `.${path.basename(file)}.${process.pid}`);
		const handle = await open(fresh, 'w', 0o600);
		try {
			await handle.writeFile(`${JSON.stringify({v: 1, services: kept}, undefined, '\t')}\n`);
		} finally {
			await handle.close();
		}
		await rename(fresh, file);
	}

	return {
		read,
		async write(uid, request) {
			const mine = last.then(async () => replace(uid, request));
			last = mine.catch(() => {});
			return mine;
		},
		async flush() {
			await last;
		},
	};
}

async function textOf(file: string): Promise<string | undefined> {
	try {
		const handle = await openRegularFile(file, constants.O_RDONLY);
		try {
			return (await handle.stat()).size <= largest ? await handle.readFile('utf8') : undefined;
		} finally {
			await handle.close();
		}
	} catch {
		return undefined;
	}
}
