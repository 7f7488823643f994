/**
 * What the build puts around the text of each file of the bundle, and `load.ts` calls. Put around it at each start, it would have V8
 * copy the megabytes of all files.
 */

/** On the first line, so that the lines of a stack trace are those of the file. */
const before = '(function (exports, require, module, __filename, __dirname) {';
const after = '\n})';

/** Characters of the first line that are not the file's own. */
export const wrapperLength = before.length;

/** The text of a file of the bundle as the build writes it: an expression whose value is the function of a CommonJS module. */
export const wrapped = (code: string): string => before + code + after;
