/** What calls an operator who looks elsewhere: bytes that change nothing of what is drawn. Pure. */

/** The bell (BEL), the title of the window (OSC 0), a notification of the desktop (OSC 9, as iTerm2, ConEmu, kitty and WezTerm have it). */
export const alertKinds = ['bell', 'title', 'notification'] as const;
export type AlertKind = (typeof alertKinds)[number];

const escape = '\u001B';
const bell = '\u0007';

/** XTWINOPS 22 and 23: the title is kept by the terminal, and put back; those that do not know them ignore them. */
export const keepTitle = `${escape}[22;0t`;
export const restoreTitle = `${escape}[23;0t`;

const shown = (text: string) => text.replaceAll(/\p{Control}/gu, '').slice(0, 200);

/** Sets the title of the window and its icon (OSC 0). The text is cut to 200 characters, without control characters. */
export const titleSequence = (text: string): string => `${escape}]0;${shown(text)}${bell}`;

/** Of one alarm that is new. The title is set apart: it also says when the alarm is over. */
export const alertSequence = (text: string, kinds: ReadonlySet<AlertKind>): string =>
	(kinds.has('notification') ? `${escape}]9;${shown(text)}${bell}` : '') + (kinds.has('bell') ? bell : '');
