import {usePaste} from 'ink';

/**
To be used once, at the root of the program. While it is, the terminal marks what is pasted (bracketed paste), and a paste
goes to a focused field or nowhere. Without it a paste outside of a field would be read as keys: `R` and Enter in it would
roll a release back.
*/
export const useIgnoredPaste = (): void => {
	usePaste(ignore);
};

const ignore = () => {};
