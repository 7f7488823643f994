/**
 * How a method that is not built in is called: found by the server's own reflection ("gRPC Server
 * Reflection Protocol", grpc.reflection.v1 and the v1alpha that older servers have), or in a .proto file.
 */
import type {Client} from '@grpc/grpc-js';
import {Metadata, status as Status} from '@grpc/grpc-js';
import type {AnyDefinition, MethodDefinition, Options, PackageDefinition} from '@grpc/proto-loader';
import {fromJSON, loadFileDescriptorSetFromBuffer} from '@grpc/proto-loader';
import type {GrpcMethod} from './grpc-methods.js';
import {encoding} from './grpc-methods.js';
import {printable} from '../../../knative/text/printable.js';
import type {GrpcCall} from '../probe.js';
import {readProto} from './proto-files.js';

/** Files of which a server may tell: more than any API has. */
const mostFiles = 500;
/** Bytes of them together. */
const largest = 16 * 1024 * 1024;

const readable: Options = {longs: String, enums: String, bytes: String, defaults: true, oneofs: true};

/**
 * Throws Error, with a printable sentence for the operator, when the method cannot be found in time, is a stream, or the
 * JSON does not fit.
 *
 * @param client Connected to the service.
 * @param timeout Milliseconds until a server must have told all that is asked of it.
 */
export async function lookUp(call: GrpcCall, client: Client, timeout: number): Promise<GrpcMethod> {
	try {
		return await found(call, client, Date.now() + timeout);
	} catch (error) {
		// What a server says of itself, and what stands in a file, has come from outside.
		throw new Error(printable(messageOf(error)), {cause: error});
	}
}

async function found(call: GrpcCall, client: Client, deadline: number): Promise<GrpcMethod> {
	const [service = '', name = ''] = call.method.split('/');
	const definition =
		call.protoFile === undefined
			? await reflect(client, service, deadline)
			: await inTime(fromFile(call.protoFile), call.protoFile, deadline);
	const method = methodIn(definition[service], name);
	if (!method) {
		throw new Error(`There is no method ${name} in a service ${service}: look at --grpc-method.`);
	}

	if (method.requestStream || method.responseStream) {
		throw new Error(`${call.method} is a stream; only calls with one request and one reply can be asked.`);
	}

	const request = serialized(method, call);
	return {
		path: method.path,
		serialize: () => request,
		read: bytes => ({body: JSON.stringify(method.responseDeserialize(bytes)), error: false}),
	};
}

type FoundMethod = MethodDefinition<object, object>;

function methodIn(definition: AnyDefinition | undefined, name: string): FoundMethod | undefined {
	if (definition === undefined || 'format' in definition) {
		return undefined;
	}

	// By its name in the file; `originalName` is the one in camel case.
	return Object.values(definition).find(candidate => candidate.path.endsWith(`/${name}`));
}

function serialized(method: FoundMethod, {request, method: name}: GrpcCall): Buffer {
	let bytes: Buffer;
	let known: object;
	try {
		bytes = method.requestSerialize(request);
		known = method.requestDeserialize(bytes);
	} catch (error) {
		throw new Error(`The request does not fit ${name}: ${messageOf(error)}`, {cause: error});
	}

	// The package leaves out what it does not know, and a typing error would be asked as an empty request.
	const unknown = Object.keys(request).filter(key => !(key in known));
	if (unknown.length > 0) {
		throw new Error(`The request does not fit ${name}: it has no field ${unknown.join(', ')}.`);
	}

	return bytes;
}

/** A file may lie where nobody answers: on a share that is away, behind what only ever waits. */
async function inTime<T>(reading: Promise<T>, file: string, deadline: number): Promise<T> {
	const {promise: over, reject} = Promise.withResolvers<never>();
	const timer = setTimeout(
		() => reject(new Error(`The file ${file} was not read in time.`)),
		deadline - Date.now(),
	);
	try {
		return await Promise.race([reading, over]);
	} finally {
		clearTimeout(timer);
	}
}

async function fromFile(file: string): Promise<PackageDefinition> {
	try {
		return fromJSON(await readProto(file), readable);
	} catch (error) {
		throw new Error(`The file ${file} cannot be read as a .proto file: ${messageOf(error)}`, {cause: error});
	}
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

// grpc/grpc-proto, grpc/reflection/v1/reflection.proto; v1alpha differs in the name of the package alone. Of
// FileDescriptorProto (google/protobuf/descriptor.proto) what is needed to ask for the files it imports.
const protocol = fromJSON({
	nested: {
		reflection: {
			nested: {
				Request: {
					fields: {
						fileByFilename: {type: 'string', id: 3},
						fileContainingSymbol: {type: 'string', id: 4},
					},
				},
				Files: {fields: {fileDescriptorProto: {rule: 'repeated', type: 'bytes', id: 1}}},
				Failure: {fields: {errorCode: {type: 'int32', id: 1}, errorMessage: {type: 'string', id: 2}}},
				Response: {
					fields: {
						fileDescriptorResponse: {type: 'Files', id: 4},
						errorResponse: {type: 'Failure', id: 7},
					},
				},
				File: {
					fields: {name: {type: 'string', id: 1}, dependency: {rule: 'repeated', type: 'string', id: 3}},
				},
				FileSet: {fields: {file: {rule: 'repeated', type: 'bytes', id: 1}}},
			},
		},
	},
});
const request = encoding(protocol, 'reflection.Request');
const response = encoding(protocol, 'reflection.Response');
const file = encoding(protocol, 'reflection.File');
const fileSet = encoding(protocol, 'reflection.FileSet');

type ReflectionQuery = {fileContainingSymbol: string} | {fileByFilename: string};
type ReflectionReply = {
	fileDescriptorResponse?: {fileDescriptorProto?: Buffer[]};
	errorResponse?: {errorMessage?: string};
};

async function reflect(client: Client, service: string, deadline: number): Promise<PackageDefinition> {
	let size = 0;
	const files = new Map<string, Buffer>();
	const wanted: ReflectionQuery[] = [{fileContainingSymbol: service}];
	for (let question = wanted.shift(); question; question = wanted.shift()) {
		if ('fileByFilename' in question && files.has(question.fileByFilename)) {
			continue;
		}

		for (const bytes of await askFor(client, question, service, deadline)) {
			size += bytes.length;
			if (files.size >= mostFiles || size > largest) {
				throw new Error(`The server tells of ${service} without an end: give its .proto file with --proto.`);
			}

			const {name = '', dependency = []}: {name?: string; dependency?: string[]} = file.deserialize(bytes);
			files.set(name, bytes);
			wanted.push(...dependency.map(fileByFilename => ({fileByFilename})));
		}
	}

	try {
		return loadFileDescriptorSetFromBuffer(fileSet.serialize({file: [...files.values()]}), readable);
	} catch (error) {
		throw new Error(`What the server tells of ${service} cannot be read: ${messageOf(error)}`, {
			cause: error,
		});
	}
}

async function askFor(
	client: Client,
	question: ReflectionQuery,
	service: string,
	deadline: number,
): Promise<Buffer[]> {
	let reply: ReflectionReply;
	try {
		reply = await oneReply(
			client,
			'/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
			question,
			deadline,
		);
	} catch (error) {
		if (!isStatus(error, Status.UNIMPLEMENTED)) {
			throw new Error(`The server could not be asked for its methods: ${messageOf(error)}`, {cause: error});
		}

		reply = await olderReply(client, question, service, deadline);
	}

	if (reply.errorResponse) {
		const why = reply.errorResponse.errorMessage ?? '';
		throw new Error(
			`The server knows no ${Object.values(question)[0]}${why === '' ? '' : ` (${why})`}: look at --grpc-method.`,
		);
	}

	return reply.fileDescriptorResponse?.fileDescriptorProto ?? [];
}

async function olderReply(
	client: Client,
	question: ReflectionQuery,
	service: string,
	deadline: number,
): Promise<ReflectionReply> {
	const method = '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo';
	try {
		return await oneReply(client, method, question, deadline);
	} catch (error) {
		throw new Error(
			isStatus(error, Status.UNIMPLEMENTED)
				? `The server does not tell what ${service} is like (it has no reflection): give its .proto file with --proto.`
				: `The server could not be asked for its methods: ${messageOf(error)}`,
			{cause: error},
		);
	}
}

const isStatus = (error: unknown, code: Status): boolean =>
	error instanceof Error && 'code' in error && error.code === code;

async function oneReply(
	client: Client,
	method: string,
	question: ReflectionQuery,
	deadline: number,
): Promise<ReflectionReply> {
	return new Promise((resolve, reject) => {
		const stream = client.makeBidiStreamRequest<ReflectionQuery, ReflectionReply>(
			method,
			value => request.serialize(value),
			bytes => response.deserialize(bytes),
			new Metadata(),
			{deadline},
		);
		stream.once('data', (reply: ReflectionReply) => {
			resolve(reply);
			stream.cancel();
		});
		// Also after the reply: a stream that was cancelled says so.
		stream.on('error', reject);
		stream.once('end', () => reject(new Error('it ended without a reply')));
		stream.write(question);
		stream.end();
	});
}
