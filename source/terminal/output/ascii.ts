/** What is drawn where there is no font for more than ASCII: the Linux console, `--ascii`. */

/** One column for one column, or everything behind it would move. */
const spelled: Readonly<Record<string, string>> = {
	'…': '~',
	'│': '|',
	'–': '-',
	'—': '-',
	'−': '-',
	'·': '-',
	'•': '*',
	'×': 'x',
	'→': '>',
	'←': '<',
	'↑': '^',
	'↓': 'v',
	'⏎': '<',
	'“': '"',
	'”': '"',
	'‘': "'",
	'’': "'",
	'≤': '<',
	'≥': '>',
	'±': '~',
	'≈': '~',
};

const any = new RegExp(`[${Object.keys(spelled).join('')}]`, 'g');
/** What a figure may be off by, behind it: a sign alone would read as that of another figure. */
const within = ' ±';
/** Pictures of control characters, which stand in for those that others have sent. */
const controlPictures = /[\u2400-\u2426]/g;

/**
 * A frame with the symbols of the console's own words spelled in ASCII. Names and answers in other scripts stay as they are: to
 * change them would be to say something else.
 */
export const inAscii = (frame: string): string =>
	frame
		.replaceAll(within, '+-')
		.replaceAll(any, sign => spelled[sign] ?? sign)
		.replaceAll(controlPictures, '?');
