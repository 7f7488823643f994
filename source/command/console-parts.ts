/** What the console is made of, once its first frame stands: one file, because several would be loaded one by one. */
export {openScreen} from '../screen/open.js';
export {createConsole} from '../store/console.js';
