import {
	Server,
	ServerCredentials,
	status,
	type sendUnaryData,
	type ServerUnaryCall,
	type ServerWritableStream,
} from '@grpc/grpc-js';
import {greeterService, healthService, reflectionServices} from './grpc-descriptors.js';
import {serverReflectionInfo} from './grpc-reflection.js';
import {
	greetingOf,
	portOf,
	type ContainerContext,
	type Exit,
	type Image,
	type RunningContainer,
} from './image.js';

type HealthRequest = {service: string};
type HealthResponse = {status: 'SERVING' | 'SERVICE_UNKNOWN'};
type HelloRequest = {name: string};
type HelloReply = {message: string};

/** The names `grpc.health.v1` answers for; the empty one stands for the whole server. */
const served = new Set(['', 'helloworld.Greeter', 'grpc.health.v1.Health']);

function newServer(container: ContainerContext): Server {
	const server = new Server();
	// The greeting comes first and honours TARGET: it tells the revisions apart, whoever is greeted.
	const reply = (name: string): HelloReply => ({
		message: name === '' ? greetingOf(container) : `${greetingOf(container)} (from ${name})`,
	});
	server.addService(healthService, {
		Check(call: ServerUnaryCall<HealthRequest, HealthResponse>, done: sendUnaryData<HealthResponse>) {
			if (served.has(call.request.service)) {
				done(null, {status: 'SERVING'});
			} else {
				done({code: status.NOT_FOUND, details: 'unknown service'});
			}
		},
		// Stays open until the caller leaves (gRPC health checking protocol).
		Watch(call: ServerWritableStream<HealthRequest, HealthResponse>) {
			call.on('cancelled', () => call.end());
			call.write({status: served.has(call.request.service) ? 'SERVING' : 'SERVICE_UNKNOWN'});
		},
	});
	server.addService(greeterService, {
		SayHello(call: ServerUnaryCall<HelloRequest, HelloReply>, done: sendUnaryData<HelloReply>) {
			container.log('helloworld-grpc: received SayHello');
			done(null, reply(call.request.name));
		},
		SayHelloStreamReply(call: ServerWritableStream<HelloRequest, HelloReply>) {
			for (let count = 0; count < 5; count++) {
				call.write(reply(call.request.name));
			}

			call.end();
		},
	});
	for (const reflection of reflectionServices) {
		server.addService(reflection, {ServerReflectionInfo: serverReflectionInfo});
	}

	return server;
}

function run(container: ContainerContext): RunningContainer {
	const port = portOf(container);
	const server = newServer(container);
	const {promise: exited, resolve: exit} = Promise.withResolvers<Exit>();
	let stopped = false;

	async function start(): Promise<void> {
		await container.wait(50);
		server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
			if (error) {
				container.log(error.message);
				exit({code: 1, message: ''});
			} else if (stopped) {
				server.forceShutdown();
			} else {
				container.log(`helloworld-grpc: listening on port ${port}`);
				container.opened(port, {host: '127.0.0.1', port: bound});
			}
		});
	}

	// The wait is broken off when the container is stopped: there is nothing left to do then.
	start().catch(() => {});
	return {
		exited,
		async stop() {
			stopped = true;
			server.forceShutdown();
		},
	};
}

export const helloworldGrpc: Image = {
	name: 'helloworld-grpc',
	summary: 'gRPC: health, reflection and helloworld.Greeter, which answers Hello $TARGET!',
	startup: 50,
	run,
};
