/** The body of an answer as text. */
import {printableLines} from '../../knative/text/printable.js';
import {truncate} from '../../knative/text/truncate.js';

/** Characters of a body that are kept to be shown. */
const shownLimit = 2 * 1024;

/**
 * Bytes as text: by the charset of the Content-Type when it is one of the Encoding Standard, else UTF-8. What is no text
 * in it becomes U+FFFD. With `truncated`, a character that the cut went through is left out instead.
 */
export function decode(bytes: Uint8Array, contentType: string, truncated: boolean): string {
	const charset = /;\s*charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
	// A decoder keeps what it holds back of a cut character: only whole bodies can share one.
	if (!truncated && /^utf-?8$/i.test(charset)) return utf8.decode(bytes);
	return decoderFor(charset).decode(bytes, {stream: truncated});
}

/** The first 2,048 characters (UTF-16 units), fit for the terminal, the lines separated by `\n`. */
export function toShownBody(body: string): string {
	return detached(printableLines(truncate(body, shownLimit)).join('\n'));
}

/**
 * A copy that stands alone. V8 makes a piece of a text a view of the whole, so a first line of 20 characters that is kept
 * keeps the 64 KiB it was read from. Lone surrogates become U+FFFD.
 */
export function detached(text: string): string {
	return Buffer.from(text).toString();
}

/** Nearly all bodies; a decoder of one's own is memory outside of the heap, for each answer. */
const utf8 = new TextDecoder();

function decoderFor(charset: string): InstanceType<typeof TextDecoder> {
	try {
		return new TextDecoder(charset);
	} catch {
		return new TextDecoder();
	}
}
