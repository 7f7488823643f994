/** What it takes to ask the API server for the first rows of the console: one file, because several would be loaded one by one. */
export {clock} from '../../screen/format.js';
export {beginConsole} from '../../console/begin.js';
export {historyOf, reachOf, requestMemoryOf} from '../cluster-from-flags.js';
