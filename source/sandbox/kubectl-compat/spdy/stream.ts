import {Duplex} from 'node:stream';
import type {Headers} from './header-block.js';

/** What a stream asks of its connection. */
export type Link = {
	/** `sent` is called when more may be sent. */
	send(stream: SpdyStream, data: Buffer, isLast: boolean, sent: () => void): void;
	/** The stream has read what there was. */
	wants(stream: SpdyStream): void;
	/** The stream is over. `isWhole`: both sides have said their last. */
	over(stream: SpdyStream, isWhole: boolean): void;
};

/** A stream that the other side opened. Ending it says so there; destroying it before both sides have ended resets it. */
export class SpdyStream extends Duplex {
	readonly #link: Link;
	#hasEnded = false;
	#hasOtherEnded = false;

	constructor(
		readonly id: number,
		readonly headers: Headers,
		link: Link,
	) {
		super({allowHalfOpen: true});
		this.#link = link;
	}

	/** Takes what the other side sent. Whether it may send more at once. */
	receive(data: Buffer, isLast: boolean): boolean {
		if (this.#hasOtherEnded || this.destroyed) {
			return true;
		}

		const mayGoOn = data.length === 0 || this.push(data);
		if (isLast) {
			this.#hasOtherEnded = true;
			this.push(null);
			// Nobody asks for more after the end: the stream must not be waited for.
			this.#link.wants(this);
		}

		return mayGoOn || isLast;
	}

	override _read(): void {
		this.#link.wants(this);
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
		this.#link.send(this, chunk, false, callback);
	}

	override _final(callback: () => void): void {
		this.#hasEnded = true;
		this.#link.send(this, Buffer.alloc(0), true, callback);
	}

	override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
		this.#link.over(this, this.#hasEnded && this.#hasOtherEnded);
		callback(error);
	}
}
