import http from 'node:http';
import type {ContainerContext, Exit, RunningContainer} from './image.js';

type ContainerHandler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/**
 * Runs an HTTP/1.1 server as the process of a container: it opens `port` after `startup` milliseconds of sandbox time.
 */
export function runHttpServer(
	container: ContainerContext,
	options: {port: number; startup: number; handler: ContainerHandler; listening: string},
): RunningContainer {
	const {port, startup, handler, listening} = options;
	const server = http.createServer((request, response) => {
		// A client that goes away in the middle of its answer is nobody's error.
		response.on('error', () => {});
		request.resume();
		handler(request, response);
	});
	const {promise: exited, resolve: exit} = Promise.withResolvers<Exit>();
	let stopped = false;
	server.on('error', error => {
		container.log(error.message);
		exit({code: 1, message: ''});
	});
	// An idle connection is the gateway's to keep: a server that closes first makes a request fail for nothing.
	server.keepAliveTimeout = 0;

	async function start(): Promise<void> {
		await container.wait(startup);
		server.listen(0, '127.0.0.1', () => {
			if (stopped) {
				server.close();
				return;
			}

			container.log(listening);
			const address = server.address();
			if (typeof address === 'object' && address) {
				container.opened(port, {host: address.address, port: address.port});
			}
		});
	}

	// The wait is broken off when the container is stopped: there is nothing left to do then.
	start().catch(() => {});

	return {
		exited,
		async stop() {
			stopped = true;
			server.closeAllConnections();
			if (server.listening) {
				await new Promise(resolve => {
					server.close(resolve);
					server.closeAllConnections();
				});
			}
		},
	};
}

/** A process that writes its last words and exits. */
export function runAndExit(
	container: ContainerContext,
	options: {lines: string[]; code: number; after: number},
): RunningContainer {
	const {promise: exited, resolve: exit} = Promise.withResolvers<Exit>();

	async function start(): Promise<void> {
		await container.wait(options.after);
		for (const line of options.lines) {
			container.log(line);
		}

		exit({code: options.code, message: ''});
	}

	// The wait is broken off when the container is stopped: there is nothing left to do then.
	start().catch(() => {});
	return {exited, stop: async () => {}};
}
