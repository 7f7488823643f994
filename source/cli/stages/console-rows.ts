/** What the first rows are drawn with, and what is asked as soon as they are known: one file, loaded while the API server answers. */
export {firstContents} from '../../screen/frame/first-contents.js';
export {followGateway} from '../../console/selected/follow-gateway.js';
