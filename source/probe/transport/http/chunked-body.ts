/**
 * Bodies in chunks (RFC 9112, section 7.1) as Node's parser takes them. Users' clients go by the size alone: they read past an
 * extension that is none, and take lines that end with LF alone, the last one, too, where Node waits for ever.
 */

/** Bytes of a line, from which on the rest is let through as it is. */
const lineLimit = 16 * 1024;

/** Sizes up to 2⁵² bytes, with what users' clients read past: zeros before, and whatever comes behind. */
const sizeLine = /^0*([\da-f]{1,13})(?![\da-f])/i;

const lf = 0x0a;
const cr = 0x0d;

/** Of one body: its bytes go in as they come, cut anywhere. */
export class ChunkReader {
	#state: 'size' | 'data' | 'end of data' | 'trailer' | 'over' = 'size';
	#line = '';
	/** Bytes of this chunk that are still to come. */
	#left = 0;

	/** The same, in order: trailers are left out. What is no chunk is let through, for the parser to say so. */
	decode(bytes: Buffer): Buffer {
		const ready: Buffer[] = [];
		let rest = bytes;
		while (rest.length > 0 && this.#state !== 'over') {
			const used = this.#state === 'data' ? this.#data(rest, ready) : this.#readLine(rest, ready);
			rest = rest.subarray(used);
		}

		return Buffer.concat([...ready, rest]);
	}

	#data(bytes: Buffer, ready: Buffer[]): number {
		const part = bytes.subarray(0, this.#left);
		ready.push(part);
		this.#left -= part.length;
		if (this.#left === 0) this.#state = 'end of data';
		return part.length;
	}

	/** Bytes that were used. */
	#readLine(bytes: Buffer, ready: Buffer[]): number {
		if (this.#state === 'end of data' && bytes[0] !== lf && bytes[0] !== cr) return this.#giveUp(ready);
		const end = bytes.indexOf(lf);
		this.#line += bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
		if (end < 0) {
			if (this.#line.length > lineLimit) this.#giveUp(ready);
			return bytes.length;
		}

		const line = this.#line.replace(/\r$/, '');
		this.#line += '\n';
		if (this.#state === 'size') {
			this.#beginChunk(sizeLine.exec(line)?.[1], ready);
		} else if (this.#state === 'end of data' && line !== '') {
			this.#giveUp(ready);
		} else if (line === '') {
			this.#state = this.#state === 'end of data' ? 'size' : 'over';
			ready.push(Buffer.from('\r\n', 'latin1'));
		}

		this.#line = '';
		return end + 1;
	}

	#beginChunk(size: string | undefined, ready: Buffer[]): void {
		if (size === undefined) {
			this.#giveUp(ready);
			return;
		}

		this.#left = Number.parseInt(size, 16);
		this.#state = this.#left === 0 ? 'trailer' : 'data';
		ready.push(Buffer.from(`${size}\r\n`, 'latin1'));
	}

	/** Bytes that were used. */
	#giveUp(ready: Buffer[]): number {
		ready.push(Buffer.from(this.#line, 'latin1'));
		this.#line = '';
		this.#state = 'over';
		return 0;
	}
}
