/** How a program is run in a terminal, and what that terminal is like. */
export type TerminalOptions = {
	readonly command: string;
	readonly args?: readonly string[];
	/** Added to the environment; undefined removes a variable. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly cols?: number;
	readonly rows?: number;
	readonly cwd?: string;
	/** How long the line takes each way, in milliseconds. @default 0 */
	readonly delay?: number;
	/** Whether the terminal answers what it is asked. @default true */
	readonly isAnswering?: boolean;
	/** The terminal answers at once, at the program's end of the line, and says by this which it is (DA2): as mosh does. */
	readonly answersFor?: string;
	/** What is on the screen, and set in the terminal, before the program starts. */
	readonly before?: string;
	/** As the Linux console, mosh, or GNU screen as it comes: there is one screen only. @default true */
	readonly hasAlternateScreen?: boolean;
	/** Draws ambiguous characters in two columns, as where Chinese or Japanese is read (UAX #11). */
	readonly isAmbiguousWide?: boolean;
	/** Takes each byte for a character of its own. */
	readonly isLatin1?: boolean;
	/** What it takes bytes for, by a name of the Encoding Standard: `euc-jp`, `gbk`. @default UTF-8 */
	readonly charset?: string;
	/** Of its window, as it says when it is asked (OSC 11): `#ffffff`. */
	readonly background?: string;
	/** Whether the pseudo-terminal has a size; `ssh -tt` and some CI systems leave it at 0 by 0. @default true */
	readonly hasSize?: boolean;
};
