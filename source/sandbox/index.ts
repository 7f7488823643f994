/** The front door of the sandbox: nothing else of it is imported from outside. */
export {startSandbox, type Sandbox, type SandboxOptions} from './sandbox.js';
export {seededRandom} from './seeded-random.js';
