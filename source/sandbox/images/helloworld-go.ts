import {runHttpServer} from './http-container.js';
import {greetingOf, portOf, type ContainerContext, type Image} from './image.js';

/** As the sample of the Knative documentation answers: every path, every method, `Hello $TARGET!` and a line feed. */
function serve(container: ContainerContext, startup: number, port: number): ReturnType<typeof runHttpServer> {
	container.log('helloworld: starting server...');
	return runHttpServer(container, {
		port,
		startup,
		listening: `helloworld: listening on port ${port}`,
		handler(_request, response) {
			container.log('helloworld: received a request');
			const body = `${greetingOf(container)}\n`;
			response.writeHead(200, {
				'content-type': 'text/plain; charset=utf-8',
				'content-length': Buffer.byteLength(body),
			});
			response.end(body);
		},
	});
}

export const helloworldGo: Image = {
	name: 'helloworld-go',
	summary: 'answers Hello $TARGET!',
	startup: 50,
	run: container => serve(container, 50, portOf(container)),
};

export const helloworldSlow: Image = {
	name: 'helloworld-slow',
	summary: 'answers Hello $TARGET!, but takes six seconds to start',
	startup: 6000,
	run: container => serve(container, 6000, portOf(container)),
};

/** Breaks the runtime contract: it does not look at PORT. */
export const helloworldWrongPort: Image = {
	name: 'helloworld-wrong-port',
	summary: 'listens on port 9999 whatever PORT says, so it never becomes ready',
	startup: 50,
	run: container => serve(container, 50, 9999),
};
