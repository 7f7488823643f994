/**
The most bytes of text that are sent: xterm and others cut or drop an OSC 52 string beyond about 100 000 bytes of base64,
and a clipboard with half of a command is worse than none.
*/
export const longestCopy = 74_000;

// screen forwards at most 768 bytes of one device control string.
const screenChunk = 768;

const escape = '\u001B';

type ClipboardEnvironment = Readonly<Record<string, string | undefined>>;

/**
The bytes that ask the terminal to put `text` on its clipboard (xterm's OSC 52). The terminal does it, so it works over
SSH, on the clipboard of the operator's own machine. Inside tmux it is sent twice: bare, for `set-clipboard on`, and
wrapped, for `allow-passthrough on`; tmux drops the one it was not told to take. Inside screen it is wrapped, in pieces.
*/
export const copySequence = (text: string, env: ClipboardEnvironment = process.env): string => {
	const bare = `${escape}]52;c;${Buffer.from(text, 'utf8').toString('base64')}\u0007`;
	if ((env['TMUX'] ?? '') !== '') {
		return `${bare}${escape}Ptmux;${bare.replaceAll(escape, escape + escape)}${escape}\\`;
	}

	if ((env['STY'] ?? '') !== '') {
		const chunks = bare.match(new RegExp(`[^]{1,${screenChunk - 8}}`, 'g')) ?? [];
		return chunks.map(chunk => `${escape}P${chunk}${escape}\\`).join('');
	}

	return bare;
};

export type CopyResult =
	/** Handed to the terminal. It never says whether it obeyed, so whoever copies also shows the text. */
	'sent' | 'too-long' | 'no-terminal';

/** Ask the terminal behind `stdout` to put `text` on its clipboard. */
export const copy = (
	text: string,
	stdout: NodeJS.WritableStream & {readonly isTTY?: boolean} = process.stdout,
	env: ClipboardEnvironment = process.env,
): CopyResult => {
	if (stdout.isTTY !== true) {
		return 'no-terminal';
	}

	if (Buffer.byteLength(text) > longestCopy) {
		return 'too-long';
	}

	stdout.write(copySequence(text, env));
	return 'sent';
};
