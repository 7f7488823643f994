/** How a command without a screen ends: one table for all of them. Scripts branch on it; help and readme print it. */
export const exitCodes = {
	/** What was asked for is so: made, found, agrees. */
	done: 0,
	/** It is not: refused, not possible, not found, disagrees. */
	notMade: 1,
	/** Not decided: the command line is wrong, or does not say enough. */
	usage: 2,
	/** Not decided: asked, and the answers do not tell. */
	cannotTell: 2,
	/** Not now, nothing made: somebody else changed the service in between. */
	conflict: 3,
	/** Not now: neither the cluster nor the gateway could be asked; of `verify` alone, whose 1 is a verdict. */
	couldNotAsk: 3,
	/** Perhaps made: the answer was lost and reading again did not tell. */
	unknown: 4,
	/** Not made: not confirmed. */
	notAgreed: 5,
	/** Made, but the gateway does not have it; or waited for in vain. */
	notRouted: 6,
	/** Taken, but not as it was wanted: the server stored something else, or left everything as it was. */
	altered: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each means, in the words of help and readme. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
	0: 'yes: made, already so, accepted by the dry run, found, or the split agrees',
	1: 'no: refused, not possible as things are, not found, or the split disagrees',
	2: 'not decided: usage error, it has to be said which revision is meant, or the answers do not tell',
	3: 'not now: somebody else was first, or verify cannot reach cluster or gateway; nothing was made',
	4: 'not known whether it was made',
	5: 'not made: not confirmed',
	6: 'made, but the route refuses it or the gateway does not have it; or not so in time',
	7: 'the server took it, but stored something other than was asked for',
};

/** Of which codes a command can end with, beside 0, 1 and 2. */
export const writing: readonly ExitCode[] = [3, 4, 5, 6, 7];

/** Lines for the help of a command: 0, 1, 2 and those of its own. */
export function exitCodeLines(own: readonly ExitCode[] = []): string[] {
	const all = new Set([exitCodes.done, exitCodes.notMade, exitCodes.usage, ...own]);
	return [...all].toSorted((a, b) => a - b).map(code => `  ${code}  ${exitCodeMeanings[code]}`);
}

/** The table of the readme. */
export function exitCodeTable(): string[] {
	const rows = [...new Set(Object.values(exitCodes))].map(
		code => [String(code), exitCodeMeanings[code]] as const,
	);
	const width = Math.max(...rows.map(([, meaning]) => meaning.length));
	return [
		`| exit code | ${'meaning'.padEnd(width)} |`,
		`| --------- | ${'-'.repeat(width)} |`,
		...rows.map(([code, meaning]) => `| ${code.padEnd(9)} | ${meaning.padEnd(width)} |`),
	];
}
