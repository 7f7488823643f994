/** Questions with few right answers: what is none of them is said, and asked again. Nothing is ever taken for an answer. */

export type Prompter = {
	/** The next line that is typed; undefined when there is none any more. */
	readonly ask: (question: string) => Promise<string | undefined>;
	readonly say: (line: string) => void;
	/** Lines that were typed before now, which are no answer to what is asked next. */
	readonly dropped: () => Promise<number>;
};

/** The word that leaves a question. */
export const leaving = 'cancel';

/**
 * Asks until the answer is one, is `cancel`, or there are no more lines.
 *
 * @param read What the line, without blanks around it, stands for; undefined where it is no answer.
 * @param answers What would be one, as said after “answer”: `1 to 3`.
 * @returns Undefined where the question is left.
 */
async function askUntil<T>(
	question: string,
	{read, answers}: {read: (line: string) => T | undefined; answers: string},
	{ask, say}: Prompter,
): Promise<T | undefined> {
	for (;;) {
		const line = (await ask(question))?.trim();
		if (line === undefined || line === leaving) return undefined;
		const answer = read(line);
		if (answer !== undefined) return answer;
		say(`“${line}” is no answer here: answer ${answers}.`);
	}
}

/**
 * As `askUntil`, a number of a list.
 *
 * @param whenEmpty What an empty line stands for; `otherwise` says it.
 * @returns From 1 to `count`, or `whenEmpty`; undefined where the question is left.
 */
export async function askNumber(
	question: string,
	{count, whenEmpty, otherwise}: {count: number; whenEmpty: number | undefined; otherwise: string},
	prompter: Prompter,
): Promise<number | undefined> {
	const found = await askUntil(
		question,
		{
			read(line) {
				if (line === '') return {number: whenEmpty};
				const number = /^\d{1,4}$/.test(line) ? Number(line) : 0;
				return number >= 1 && number <= count ? {number} : undefined;
			},
			answers: `${count > 1 ? `1 to ${count}` : '1'}, or ${otherwise}`,
		},
		prompter,
	);
	return found?.number;
}

/** True, false, or undefined where the question is left. An empty line is `whenEmpty`; without that it is no answer. */
export async function askYesNo(
	question: string,
	{whenEmpty}: {whenEmpty?: boolean},
	prompter: Prompter,
): Promise<boolean | undefined> {
	return askUntil(
		question,
		{
			read(line) {
				if (line === '') return whenEmpty;
				if (/^y(?:es)?$/i.test(line)) return true;
				return /^no?$/i.test(line) ? false : undefined;
			},
			answers: 'yes or no',
		},
		prompter,
	);
}
