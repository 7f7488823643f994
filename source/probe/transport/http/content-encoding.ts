/** Bodies that come compressed though nobody asked for it. */
import {createBrotliDecompress, createGunzip, createInflate, createZstdDecompress} from 'node:zlib';

const decoders: Readonly<Record<string, () => AsyncIterable<Uint8Array> & NodeJS.WritableStream>> = {
	gzip: createGunzip,
	'x-gzip': createGunzip,
	deflate: createInflate,
	br: createBrotliDecompress,
	zstd: createZstdDecompress,
};

/** Encodings upon each other that are undone; nobody sends more in earnest. */
const layersLimit = 2;

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
 * body that was cut off, as much as can be had.
 *
 * @param encoding The value of Content-Encoding (RFC 9110, section 8.4); empty for none.
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
		.filter(name => name !== '' && name !== 'identity');
	const unknown = layers.find(name => !Object.hasOwn(decoders, name));
	if (unknown !== undefined || layers.length > layersLimit) {
		return {bytes, truncated, problem: `compressed as ${layers.join(', ')}, which is not read here`};
	}

	let decoded: DecodedBody = {bytes, truncated};
	// What was applied last is undone first.
	for (const name of layers.toReversed()) {
		const layer = decoders[name];
		const next = layer && (await decodeLayer(decoded, layer, limit));
		if (!next) {
			return {
				bytes,
				truncated,
				problem: `said to be compressed as ${name}, and is not`,
				isBroken: true,
			};
		}

		decoded = next;
	}

	return decoded;
}

/** Undefined when it is not what its encoding says. */
async function decodeLayer(
	{bytes, truncated}: DecodedBody,
	create: () => AsyncIterable<Uint8Array> & NodeJS.WritableStream,
	limit: number,
): Promise<DecodedBody | undefined> {
	if (bytes.length === 0) return {bytes, truncated};
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
	} catch {
		// The end of a body that was cut is missing; what came before it is good.
		return truncated && length > 0 ? {bytes: Buffer.concat(chunks), truncated} : undefined;
	}

	return {bytes: Buffer.concat(chunks), truncated};
}
