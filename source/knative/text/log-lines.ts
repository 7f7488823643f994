/** The lines of a log, out of text that comes cut anywhere: fit for a terminal, and never more than fits in memory. */
import {printable} from './printable.js';

/** Characters of a line that are kept: more than a stack frame or a JSON record needs, less than a dump of a body. */
export const longestLine = 4000;

/** Colours alone (SGR): they say nothing, and are in the log of every program that takes itself to be on a terminal. */
const escape = '\u001B';
const colours = new RegExp(String.raw`${escape}\[[\d;:]*m`, 'g');

/** One line as it is shown: without colours, tabs as blanks, everything else that a terminal acts on made visible. */
export function logLine(raw: string): string {
	const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
	return printable(line.replaceAll(colours, '').replaceAll('\t', '    '));
}

export type LineCutter = {
	/** More of the text. */
	write(text: string): void;
	/** The text is over; what came after its last line feed is a line, too. */
	end(): void;
};

/** Calls `onLine` with each line as soon as its end is known; what a line has beyond `longestLine` is not kept. */
export function createLineCutter(onLine: (line: string) => void): LineCutter {
	let rest = '';
	let dropped = 0;

	function add(piece: string): void {
		const room = longestLine - rest.length;
		rest += piece.slice(0, room);
		dropped += Math.max(0, piece.length - room);
	}

	function emit(): void {
		onLine(dropped === 0 ? logLine(rest) : `${logLine(rest)} … (${dropped} more characters)`);
		rest = '';
		dropped = 0;
	}

	return {
		write(text) {
			let from = 0;
			for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
				add(text.slice(from, at));
				emit();
				from = at + 1;
			}
			add(text.slice(from));
		},
		end() {
			if (rest !== '') emit();
		},
	};
}
