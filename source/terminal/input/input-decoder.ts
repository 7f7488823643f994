/** First of the 128 characters that stand for a byte that is no UTF-8: lone surrogates, which no UTF-8 can spell. */
const strayByte = 0xdc_00;

/** How many bytes a character takes that begins with this one; 0 when none does (RFC 3629 §4). */
const lengthOf = (lead: number): number => {
	if (lead < 0x80) return 1;
	if (lead < 0xc2) return 0;
	if (lead < 0xe0) return 2;
	if (lead < 0xf0) return 3;
	return lead < 0xf5 ? 4 : 0;
};

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/**
What a terminal sends is UTF-8, but for old mouse reports and 8-bit control characters, which are bytes; to replace those by
U+FFFD would lose how many they were. So 80–9F become the control characters of that number, any other stray byte a
character of its own, which no key has. A character that two reads share is kept for the second one.
*/
export class InputDecoder {
	#rest: Uint8Array = new Uint8Array();

	write(chunk: Uint8Array): string {
		const bytes = Buffer.concat([this.#rest, chunk]);
		this.#rest = new Uint8Array();
		let text = '';
		let index = 0;
		while (index < bytes.length) {
			const lead = bytes[index] ?? 0;
			const length = lengthOf(lead);
			let have = 1;
			while (have < length && isContinuation(bytes[index + have])) have++;
			if (have < length && index + have === bytes.length) {
				this.#rest = bytes.subarray(index);
				break;
			}

			const bytesOfIt = bytes.subarray(index, index + length);
			const character = have === length ? bytesOfIt.toString('utf8') : '';
			// Node replaces what is too long for its character, and halves of surrogate pairs.
			if (character !== '' && Buffer.from(character).equals(bytesOfIt)) {
				text += character;
				index += length;
			} else {
				text += String.fromCharCode(lead < 0xa0 ? lead : strayByte + lead);
				index++;
			}
		}

		return text;
	}
}
