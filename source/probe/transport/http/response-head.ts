/**
 * Heads of answers (status line and headers) as Node's parser takes them. Users' clients read past what it refuses even when
 * told to be lenient: a length that is said twice, a header whose name is none, `HTTP/2` in a status line. What clients do
 * not agree on, such as two lengths, is left as it is, for the parser to say so.
 */
import type {Socket} from 'node:net';
import {token} from '../probe.js';
import {ChunkReader} from './chunked-body.js';

/**
 * The same head, in order.
 *
 * @param head With the empty line at its end; a character for each byte.
 */
export function tidyHead(head: string): string {
	if (inOrder.test(head) && !saysLengthAgain.test(head)) return head;
	const [first = '', ...lines] = head.split(/\r?\n/);
	const fields = lines
		.join('\r\n')
		.split(/\r\n(?![ \t]+\S)/)
		.map(line => line.replaceAll(/\r(?!\n)/g, ' '));
	return [tidyStatus(first), ...tidyLength(fields.flatMap(tidyField))].join('\r\n');
}

/** Nearly all heads; a line that begins with a blank goes on with the one before it. */
const inOrder =
	/^HTTP\/1\.[01] \d{3}(?: [^\r\n]*)?\r?\n(?:(?:[\w!#$%&'*+.^`|~-]+:|[ \t])[^\r\n]*\r?\n)*\r?\n$/;

const saysLengthAgain = /^content-length:(?:[^\r\n]*,|[^]*\ncontent-length:)/im;

/** `http/1.1  200OK`, `HTTP/2 200`: as `HTTP/1.1 200 OK` is written. */
function tidyStatus(line: string): string {
	const [, version = '', status, reason = ''] =
		/^HTTP\/(1\.[01]|2(?:\.0)?) +(\d{3})(?!\d) *([^]*)$/i.exec(line) ?? [];
	return status === undefined
		? line
		: `HTTP/${version === '1.0' ? '1.0' : '1.1'} ${status} ${reason.replaceAll('\r', ' ')}`;
}

/** Nothing where the name is none; a line without a colon is no header, and stays. */
function tidyField(line: string): string[] {
	const colon = line.indexOf(':');
	if (colon < 0) return [line];
	const name = line.slice(0, colon).trim();
	return token.test(name) ? [`${name}${line.slice(colon)}`] : [];
}

/** One length: none beside chunks (RFC 9112, section 6.3), and once what is said several times alike (RFC 9110, section 8.6). */
function tidyLength(fields: readonly string[]): string[] {
	const valuesOf = (name: RegExp) =>
		fields
			.filter(field => name.test(field))
			.flatMap(field => field.slice(field.indexOf(':') + 1).split(','))
			.map(value => value.trim());
	const lengths = valuesOf(/^content-length:/i);
	const isChunked = valuesOf(/^transfer-encoding:/i).some(coding => /^chunked$/i.test(coding));
	const [length] = lengths;
	const isOne =
		lengths.every(value => /^\d{1,20}$/.test(value)) &&
		new Set(lengths.map(value => BigInt(value))).size === 1;
	if (length === undefined || !(isChunked || isOne)) return [...fields];
	const others = fields.filter(field => !/^content-length:/i.test(field));
	return isChunked ? others : [`content-length: ${BigInt(length)}`, ...others];
}

/** The end of a head: an empty line. */
const headEnd = /\n\r?\n/g;
/** Characters of it that may have come before the others. */
const endOverlap = 2;
const isInterim = (head: string): boolean => /^HTTP\/\S+ +1(?!01)\d\d/i.test(head);
/** What may become the beginning of a head yet. */
const mayBegin = (text: string): boolean => 'HTTP/'.startsWith(text.slice(0, 5).toUpperCase());

/** The last coding is what tells where the body ends (RFC 9112, section 6.3); these have none. */
const isInChunks = (head: string): boolean =>
	/^transfer-encoding:(?:[^\r\n]*[ \t,])?chunked[ \t]*\r?$/im.test(head) && !/^\S+ (?:204|304)\b/.test(head);

/** Puts in order what comes up to the end of each head, and the chunks behind it; lets through whatever else there is. */
export class HeadReader {
	readonly #limit: number;
	#head: string | undefined;
	#chunks: ChunkReader | undefined;

	/** @param limit Bytes of a head from which on it is let through as it is. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	/** The next that comes is an answer. */
	expect(): void {
		this.#head = '';
		this.#chunks = undefined;
	}

	/** What of it, and of what came before it, is for the parser now. */
	decode(chunk: Buffer): Buffer {
		if (this.#head === undefined) return this.#chunks?.decode(chunk) ?? chunk;
		// Where it was looked at before it does not end.
		headEnd.lastIndex = Math.max(0, this.#head.length - endOverlap);
		let rest = this.#head + chunk.toString('latin1');
		let tidy = '';
		for (;;) {
			// Empty lines before a head mean nothing (RFC 9112, section 2.2).
			const text = rest.replace(/^[\r\n]+/, '');
			const end = mayBegin(text) ? headEnd.exec(text) : null;
			if (!end) {
				const isKept = mayBegin(text) && text.length <= this.#limit;
				this.#head = isKept ? text : undefined;
				return Buffer.from(isKept ? tidy : tidy + text, 'latin1');
			}

			const head = text.slice(0, end.index + end[0].length);
			const inOrderNow = tidyHead(head);
			tidy += inOrderNow;
			rest = text.slice(head.length);
			headEnd.lastIndex = 0;
			if (!isInterim(head)) {
				this.#head = undefined;
				this.#chunks = isInChunks(inOrderNow) ? new ChunkReader() : undefined;
				const body = Buffer.from(rest, 'latin1');
				return Buffer.concat([Buffer.from(tidy, 'latin1'), this.#chunks?.decode(body) ?? body]);
			}
		}
	}

	/** Nothing more comes: what is still kept back. */
	end(): Buffer {
		const rest = this.#head ?? '';
		this.#head = undefined;
		return Buffer.from(rest, 'latin1');
	}
}

const readers = new WeakMap<Socket, HeadReader>();

/** To be called before each request on this connection: the head of what comes next is put in order before it is parsed. */
export function tidyNextHead(socket: Socket, limit: number): void {
	const known = readers.get(socket);
	const reader = known ?? new HeadReader(limit);
	reader.expect();
	if (known) return;
	readers.set(socket, reader);
	const push = socket.push.bind(socket);
	socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
		if (chunk === null) {
			const rest = reader.end();
			if (rest.length > 0) push(rest);
			return push(null);
		}

		if (!Buffer.isBuffer(chunk)) return push(chunk, encoding);
		const ready = reader.decode(chunk);
		return ready.length === 0 || push(ready);
	};
}
