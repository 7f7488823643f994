/** What the console needs before it is drawn: one file, because several would be loaded one by one. */
export {firstContents} from '../screen/frame/first-contents.js';
export {clock} from '../screen/format.js';
export {sessionLines} from '../console/sheets/quit-sheet.js';
export {createConsole} from '../console/console.js';
export {historyOf, reachOf, requestMemoryOf} from './cluster-from-flags.js';
