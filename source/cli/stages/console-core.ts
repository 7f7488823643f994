/** What the first rows of the console need: one file, because several would be loaded one by one. */
export {firstContents} from '../../screen/frame/first-contents.js';
export {clock} from '../../screen/format.js';
export {beginConsole} from '../../console/begin.js';
export {historyOf, reachOf, requestMemoryOf} from '../cluster-from-flags.js';
