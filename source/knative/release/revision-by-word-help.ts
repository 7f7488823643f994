/** How a revision is named on a command line; apart from the rule itself, so that the help need not load it. */
export const revisionByWordHelp = 'its full name, its tag, its number (00002), @latest, @stable or @canary';
