import {runAndExit} from './http-container.js';
import type {Image} from './image.js';

export const helloworldCrash: Image = {
	name: 'helloworld-crash',
	summary: 'exits with 1 as soon as it has started',
	startup: 100,
	run: container =>
		runAndExit(container, {
			after: 100,
			code: 1,
			lines: [
				'helloworld-crash: starting server...',
				'panic: could not connect to the database: dial tcp 10.96.14.3:5432: connect: connection refused',
			],
		}),
};
