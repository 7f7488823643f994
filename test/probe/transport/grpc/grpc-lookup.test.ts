/** A method of the operator's choice: described by a .proto file, or by the server itself. */
import {execFileSync} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {Server, ServerCredentials} from '@grpc/grpc-js';
import type {ServerDuplexStream, ServiceDefinition, UntypedServiceImplementation} from '@grpc/grpc-js';
import type {PackageDefinition} from '@grpc/proto-loader';
import {fromJSON, loadSync} from '@grpc/proto-loader';
import {expect, onTestFinished, test} from 'vitest';
import {createGrpcProbe} from '../../../../source/probe/transport/grpc/grpc.js';
import type {GrpcCall} from '../../../../source/probe/transport/probe.js';
import {responseOf, targetAt} from '../../servers.js';

const proto = `syntax = "proto3";
package helloworld;
import "words.proto";
service Greeter {
	rpc SayHello (HelloRequest) returns (words.HelloReply) {}
	rpc Watch (HelloRequest) returns (stream words.HelloReply) {}
}
message HelloRequest { string name = 1; int32 times = 2; }
`;
const words = `syntax = "proto3";
package words;
message HelloReply { string message = 1; }
`;

/** The two files in a folder of their own. */
async function protoFile(): Promise<string> {
	const directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-proto-'));
	onTestFinished(async () => rm(directory, {recursive: true}));
	await writeFile(path.join(directory, 'words.proto'), words);
	const file = path.join(directory, 'greeter.proto');
	await writeFile(file, proto);
	return file;
}

const question = {
	fileByFilename: {type: 'string', id: 3},
	fileContainingSymbol: {type: 'string', id: 4},
};

/** The reflection protocol as a server has it, in one of its two packages. */
function reflectionService(version: string): ServiceDefinition {
	const definition = fromJSON({
		nested: {
			[`grpc.reflection.${version}`]: {
				nested: {
					Request: {fields: question},
					Files: {fields: {fileDescriptorProto: {rule: 'repeated', type: 'bytes', id: 1}}},
					Failure: {fields: {errorCode: {type: 'int32', id: 1}, errorMessage: {type: 'string', id: 2}}},
					Response: {
						fields: {
							fileDescriptorResponse: {type: 'Files', id: 4},
							errorResponse: {type: 'Failure', id: 7},
						},
					},
					ServerReflection: {
						methods: {
							ServerReflectionInfo: {
								requestType: 'Request',
								responseType: 'Response',
								requestStream: true,
								responseStream: true,
								comment: '',
							},
						},
					},
				},
			},
		},
	});
	return serviceIn(definition, `grpc.reflection.${version}.ServerReflection`);
}

function serviceIn(definition: PackageDefinition, name: string): ServiceDefinition {
	const found = definition[name];
	if (!found || 'format' in found) throw new Error(`There is no service ${name}.`);
	return found;
}

/** Files by name, one at a time: whoever wants to know what one imports has to ask again. */
function descriptors(definition: PackageDefinition): ReadonlyMap<string, Buffer> {
	const files = new Map<string, Buffer>();
	for (const entry of Object.values(definition)) {
		if (!('fileDescriptorProtos' in entry) || !Array.isArray(entry.fileDescriptorProtos)) continue;
		for (const bytes of entry.fileDescriptorProtos) {
			// A descriptor begins with its name: field 1, a length, the text.
			files.set(bytes.subarray(2, 2 + (bytes[1] ?? 0)).toString(), bytes);
		}
	}
	return files;
}

/** The packages here leave out what a file imports, which compilers of Protocol Buffers put in: field 3, a length, the name. */
const importing = (bytes: Buffer = Buffer.alloc(0)) =>
	Buffer.concat([bytes, Buffer.from([0x1a, 'words.proto'.length]), Buffer.from('words.proto')]);

type ReflectionQuestion = {fileByFilename?: string; fileContainingSymbol?: string};

/** A greeter that describes itself in this version of the protocol, or in none. */
async function serve(file: string, version?: 'v1' | 'v1alpha') {
	const definition = loadSync(file, {includeDirs: [path.dirname(file)]});
	const server = new Server();
	const greeter: UntypedServiceImplementation = {
		SayHello: (
			call: {request: {name: string; times: number}},
			done: (error: null, reply: {message: string}) => void,
		) => done(null, {message: `Hello ${call.request.name}! ×${call.request.times}`}),
	};
	server.addService(serviceIn(definition, 'helloworld.Greeter'), greeter);
	const files = descriptors(definition);
	if (version) {
		server.addService(reflectionService(version), {
			ServerReflectionInfo(call: ServerDuplexStream<ReflectionQuestion, unknown>) {
				call.on('data', ({fileByFilename, fileContainingSymbol}: ReflectionQuestion) => {
					const asked =
						fileContainingSymbol === 'helloworld.Greeter'
							? importing([...files.values()].find(bytes => bytes.includes('SayHello')))
							: files.get(fileByFilename ?? '');
					call.write(
						asked
							? {fileDescriptorResponse: {fileDescriptorProto: [asked]}}
							: {errorResponse: {errorCode: 5, errorMessage: 'not found'}},
					);
				});
				call.on('end', () => call.end());
			},
		});
	}
	const port = await new Promise<number>((resolve, reject) => {
		server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
			error ? reject(error) : resolve(bound),
		);
	});
	onTestFinished(() => server.forceShutdown());
	return port;
}

async function ask(port: number, grpcCall: GrpcCall, timeout?: number) {
	const probe = createGrpcProbe({grpcCall});
	onTestFinished(async () => probe.close());
	return probe.ask(targetAt(port, {protocol: 'grpc', path: `/${grpcCall.method}`}), {
		...(timeout !== undefined && {timeout}),
	});
}

const sayHello = {method: 'helloworld.Greeter/SayHello', request: {name: 'you', times: 2}};

test('by its .proto file, which imports another: the reply is JSON', async () => {
	const file = await protoFile();
	const answer = await ask(await serve(file), {...sayHello, protoFile: file});
	expect(responseOf(answer)).toMatchObject({
		code: 'OK',
		error: false,
		body: '{"message":"Hello you! ×2"}',
		fingerprint: '{"message":"Hello you! ×2"}',
	});
});

test.each(['v1', 'v1alpha'] as const)('by reflection %s, with the files that are imported', async version => {
	const answer = await ask(await serve(await protoFile(), version), sayHello);
	expect(responseOf(answer).firstLine).toBe('{"message":"Hello you! ×2"}');
});

test('what cannot be called is refused with a sentence', async () => {
	const file = await protoFile();
	const port = await serve(file, 'v1');
	await expect(ask(await serve(file), sayHello)).rejects.toThrow(
		'The server does not tell what helloworld.Greeter is like (it has no reflection): give its .proto file with --proto.',
	);
	await expect(ask(port, {...sayHello, method: 'helloworld.Nobody/SayHello'})).rejects.toThrow(
		'The server knows no helloworld.Nobody (not found): look at --grpc-method.',
	);
	await expect(ask(port, {...sayHello, method: 'helloworld.Greeter/SayNothing'})).rejects.toThrow(
		'There is no method SayNothing in a service helloworld.Greeter',
	);
	await expect(ask(port, {...sayHello, method: 'helloworld.Greeter/Watch'})).rejects.toThrow('is a stream');
	await expect(ask(port, {...sayHello, request: {nmae: 'you'}})).rejects.toThrow(
		'The request does not fit helloworld.Greeter/SayHello: it has no field nmae.',
	);
	await expect(ask(port, {...sayHello, protoFile: '/nowhere/a.proto'})).rejects.toThrow(
		'The file /nowhere/a.proto cannot be read as a .proto file',
	);
});

/** A server that has something to say to each question about itself, and never comes to an end. */
async function serveWithoutEnd(say: (count: number) => unknown): Promise<number> {
	const server = new Server();
	let count = 0;
	server.addService(reflectionService('v1'), {
		ServerReflectionInfo(call: ServerDuplexStream<ReflectionQuestion, unknown>) {
			call.on('data', () => {
				const said = say(++count);
				if (said !== undefined) call.write(said);
			});
			call.on('end', () => call.end());
		},
	});
	const port = await new Promise<number>((resolve, reject) => {
		server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
			error ? reject(error) : resolve(bound),
		);
	});
	onTestFinished(() => server.forceShutdown());
	return port;
}

/** A descriptor of a file that imports the next one. */
const fileImporting = (count: number) => {
	const [name, next] = [`f${count}`, `f${count + 1}`];
	return Buffer.concat([
		Buffer.from([0x0a, name.length]),
		Buffer.from(name),
		Buffer.from([0x1a, next.length]),
		Buffer.from(next),
	]);
};

test('a server that tells of itself without an end is given up, with a sentence', async () => {
	const endless = await serveWithoutEnd(count => ({
		fileDescriptorResponse: {fileDescriptorProto: [fileImporting(count)]},
	}));
	await expect(ask(endless, sayHello)).rejects.toThrow(
		'The server tells of helloworld.Greeter without an end: give its .proto file with --proto.',
	);
});

test('a server that says nothing of itself has as long as a request has', async () => {
	const silent = await serveWithoutEnd(() => undefined);
	await expect(ask(silent, sayHello, 50)).rejects.toThrow(/could not be asked for its methods/);
});

test('nothing that a server says of itself acts on a terminal', async () => {
	const hostile = await serveWithoutEnd(() => ({
		errorResponse: {errorCode: 5, errorMessage: 'no\u001B]52;c;eA==\u0007\u009B2J\u202Eway'},
	}));
	await expect(ask(hostile, sayHello)).rejects.toThrow('(no␛]52;c;eA==␇<U+009B>2J<U+202E>way)');
});

test('a .proto file that never ends is refused, also when it is imported', async () => {
	const file = await protoFile();
	const pipe = path.join(path.dirname(file), 'pipe.proto');
	execFileSync('mkfifo', [pipe]);
	const port = await serve(file);
	await expect(ask(port, {...sayHello, protoFile: pipe})).rejects.toThrow('pipe.proto is no file');
	await writeFile(file, proto.replace('words.proto', 'pipe.proto'));
	await expect(ask(port, {...sayHello, protoFile: file})).rejects.toThrow('pipe.proto is no file');
	await expect(ask(port, {...sayHello, protoFile: '/dev/zero'})).rejects.toThrow('/dev/zero is no file');
});
