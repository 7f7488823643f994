/** How a command without a screen ends; scripts branch on it. Listed in the readme. */
export const exitCodes = {
	/** Made, or nothing was to be made, or the dry run was accepted. */
	done: 0,
	/** Not made: refused by the server, or not possible as things are. */
	notMade: 1,
	/** Not made: the command line makes no sense. */
	usage: 2,
	/** Not made: somebody else changed the service in between. */
	conflict: 3,
	/** Perhaps made: the answer was lost and reading again did not tell. */
	unknown: 4,
	/** Not made: nobody agreed to it. */
	notAgreed: 5,
	/** Made, but the gateway does not have it: the route refuses it, or it takes too long. */
	notRouted: 6,
	/** Made, but not as it was wanted: the server stored something else. */
	altered: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
