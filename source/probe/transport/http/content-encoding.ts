/** Bodies that come compressed though nobody asked for it. */
import {
	createBrotliDecompress,
	createGunzip,
	createInflate,
	createInflateRaw,
	createZstdDecompress,
} from 'node:zlib';

type Decoder = () => AsyncIterable<Uint8Array> & NodeJS.WritableStream;

/** What is tried, in this order. */
const decoders: Readonly<Record<string, readonly Decoder[]>> = {
	gzip: [createGunzip],
	'x-gzip': [createGunzip],
	// Many servers leave out the zlib format around it (RFC 9110, section 8.4.1.2).
	deflate: [createInflate, createInflateRaw],
	br: [createBrotliDecompress],
	zstd: [createZstdDecompress],
};

/** Words that say that nothing was done; chunks were put together by the parser. */
const nothing = new Set(['', 'identity', 'none', 'chunked']);

/** Encodings upon each other that are undone: as many as curl undoes. */
const layersLimit = 5;

export type DecodedBody = {
	bytes: Uint8Array;
	/** There is more of it than `limit`, or than what was read. */
	truncated: boolean;
	/** What was not undone, and why; the bytes are those that came. */
	problem?: string;
	/** It is not what it says, which no client can make anything of. */
	isBroken?: true;
};

/**
 * The body as it was before it was compressed: at most `limit` bytes of it, however much a small body would become. Of a
 * body that was cut off, as much as can be had. What reads as text under a word that nobody knows (`utf-8`) is that text.
 *
 * @param encoding The values of Content-Encoding and Transfer-Encoding (RFC 9110, section 8.4; RFC 9112, section 7), in the
 * order in which they were applied; empty for none.
 */
export async function decodeContent(
	bytes: Uint8Array,
	encoding: string,
	{limit, truncated}: {limit: number; truncated: boolean},
): Promise<DecodedBody> {
	const layers = encoding
		.toLowerCase()
		.split(',')
		.map(name => name.trim())
		.filter(name => !nothing.has(name));
	const isKnown = layers.every(name => Object.hasOwn(decoders, name));
	if (!isKnown && isText(bytes, truncated)) return {bytes, truncated};
	if (!isKnown || layers.length > layersLimit) {
		return {bytes, truncated, problem: `compressed as ${layers.join(', ')}, which is not read here`};
	}

	let decoded: DecodedBody = {bytes, truncated};
	// What was applied last is undone first.
	for (const name of layers.toReversed()) {
		const next = await decodeLayer(decoded, decoders[name] ?? [], limit);
		if (typeof next === 'string') {
			const problem =
				next === 'none of it'
					? `said to be compressed as ${name}, and is not`
					: `compressed as ${name}, and cannot be read to its end`;
			return {bytes, truncated, problem, isBroken: true};
		}

		decoded = next;
	}

	return decoded;
}

/** How much of it is what its encoding says, where that is not all. */
async function decodeLayer(
	body: DecodedBody,
	[create, ...others]: readonly Decoder[],
	limit: number,
): Promise<DecodedBody | 'none of it' | 'not all of it'> {
	const {bytes, truncated} = body;
	if (bytes.length === 0 || !create) return create ? {bytes, truncated} : 'none of it';
	const decoder = create();
	const chunks: Uint8Array[] = [];
	let length = 0;
	try {
		decoder.end(bytes);
		for await (const chunk of decoder) {
			const room = limit - length;
			chunks.push(chunk.subarray(0, room));
			length += Math.min(chunk.length, room);
			// Leaving the loop destroys the decoder: a small body that becomes a gigabyte is not unpacked.
			if (chunk.length > room) return {bytes: Buffer.concat(chunks), truncated: true};
		}
	} catch (error) {
		const isShort = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
		if (length === 0 && !isShort) return decodeLayer(body, others, limit);
		// The end of a body that was cut is missing; what came before it is good.
		return truncated && length > 0 ? {bytes: Buffer.concat(chunks), truncated} : 'not all of it';
	}

	return {bytes: Buffer.concat(chunks), truncated};
}

/** Whether it is UTF-8, without control characters that no text has. */
function isText(bytes: Uint8Array, truncated: boolean): boolean {
	try {
		const text = new TextDecoder('utf-8', {fatal: true}).decode(bytes, {stream: truncated});
		return !/[^\P{Cc}\s]/u.test(text);
	} catch {
		return false;
	}
}
