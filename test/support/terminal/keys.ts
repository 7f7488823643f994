/** Keys, and the bytes a terminal sends for them. */

/** Keys by name, as a terminal sends them; anything else is sent as it is. */
const namedKeys: Readonly<Record<string, string>> = {
	enter: '\r',
	esc: '\u001B',
	tab: '\t',
	'shift-tab': '\u001B[Z',
	space: ' ',
	backspace: '\u007F',
	delete: '\u001B[3~',
	up: '\u001B[A',
	down: '\u001B[B',
	right: '\u001B[C',
	left: '\u001B[D',
	'shift-right': '\u001B[1;2C',
	'shift-left': '\u001B[1;2D',
	home: '\u001B[H',
	end: '\u001B[F',
	pageup: '\u001B[5~',
	pagedown: '\u001B[6~',
};

/** The bytes of a key: a name (`enter`, `shift-left`), `ctrl-` and a letter, or the character itself. */
export const keyBytes = (key: string): string => {
	const letter = /^ctrl-([a-z])$/.exec(key)?.[1];
	return letter === undefined ? (namedKeys[key] ?? key) : String.fromCharCode(letter.charCodeAt(0) - 96);
};

/** What is sent of keys at one go, in pieces: an Esc is one of its own, since what follows it at once would be a key of Alt's. */
export const piecesOf = (keys: readonly string[]): string[] => {
	const pieces: string[] = [];
	for (const [index, key] of keys.entries()) {
		if (index === 0 || key === 'esc' || keys[index - 1] === 'esc') pieces.push('');
		pieces.push((pieces.pop() ?? '') + keyBytes(key));
	}

	return pieces;
};
