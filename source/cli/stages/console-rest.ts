/** What the console needs once its first rows are drawn, and as it ends: one file, as console-core.ts is. */
export {completeConsole} from '../../console/console.js';
export {sessionLines} from '../../console/sheets/quit-sheet.js';
export {openScreen} from '../../screen/open.js';
