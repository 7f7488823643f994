/** PEM as Go reads it (encoding/pem: Decode), which takes more than OpenSSL and less. Pure. */

export type PemBlock = {
	/** What stands after BEGIN: `CERTIFICATE`, `EC PRIVATE KEY`. */
	type: string;
	hasHeaders: boolean;
	/** DER, mostly. */
	bytes: Buffer;
};

/**
 * From BEGIN to END of the same type, each on a line of its own: what stands before one on its line, a byte order mark say, hides it.
 * A BEGIN without an END is passed over.
 */
const block =
	/(?<![^\n])-----BEGIN ([^\n]*?)-----[\t ]*\r?\n((?:(?!-----BEGIN )[^\n]*\n)*?)-----END \1-----[\t ]*\r?(?![^\n])/g;

/** The blocks of a text in their order, whatever stands between them. */
export function pemBlocks(text: string): PemBlock[] {
	const found: PemBlock[] = [];
	for (const [, type = '', content = ''] of text.matchAll(block)) {
		const lines = content.split('\n');
		const body = lines.findIndex(line => !line.includes(':'));
		const packed = lines
			.slice(body)
			.join('')
			.replaceAll(/[\t\r ]/g, '');
		if (!isBase64(packed)) continue;
		found.push({type, hasHeaders: body > 0, bytes: Buffer.from(packed, 'base64')});
	}
	return found;
}

const isBase64 = (packed: string): boolean => packed.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(packed);

/** As OpenSSL reads it: without empty lines and headers. */
export function pemOf({type, bytes}: Pick<PemBlock, 'type' | 'bytes'>): string {
	const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
	return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`].join('\n');
}
