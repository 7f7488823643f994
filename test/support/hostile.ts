/** A text with everything in it that a terminal would act on, and whether any of that got through. */

const codes = (from: number, to: number) => Array.from({length: to - from + 1}, (_, index) => from + index);

/** C0 with DEL, C1, what reorders, hides or breaks lines. */
const controls = [
	...codes(0, 0x1f),
	...codes(0x7f, 0x9f),
	0xad,
	0x61c,
	0x180e,
	...codes(0x200b, 0x200c),
	...codes(0x200e, 0x200f),
	...codes(0x2028, 0x202e),
	...codes(0x2060, 0x2064),
	...codes(0x2066, 0x206f),
	0xfeff,
	...codes(0xfff9, 0xfffb),
	0xe0001,
].map(code => String.fromCodePoint(code));

/** Writes the clipboard (OSC 52), sets the title, clears the screen, asks for an answer. */
const sequences = [
	'\u001B]52;c;Ж\u0007',
	'\u001B]0;Ж\u001B\\',
	'\u001B[2J\u001B[1;1HЖ',
	'\u009B31mЖ',
	'\u001B[6nЖ',
	'\u001BPЖ\u001B\\',
];

/** Each control character before a letter that follows none of them otherwise. */
export const hostile = [...controls.map(character => `${character}Ж`), ...sequences].join('');

/** What of it fits into a name of a file, an argument or a variable. */
export const hostileArgument = hostile.replaceAll('\0', '');

/** As a field of HTTP takes it: printable ASCII in percent-encoding, as gRPC has its messages. */
export const percentEncoded = encodeURIComponent(hostile);

/** Those that got through as they are. A line may begin with the letter, without a screen. */
export function through(output: string, {isScreen}: {isScreen: boolean}): string[] {
	const characters = controls.filter(
		character => (isScreen || character !== '\n') && output.includes(`${character}Ж`),
	);
	const found = sequences.filter(sequence => output.includes(sequence));
	return [...characters, ...found].map(text => JSON.stringify(text));
}
