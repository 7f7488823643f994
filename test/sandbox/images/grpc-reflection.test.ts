import {once} from 'node:events';
import {Client, credentials} from '@grpc/grpc-js';
import {loadFileDescriptorSetFromBuffer, type MethodDefinition} from '@grpc/proto-loader';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {reflectionServices} from '../../../source/sandbox/images/grpc-descriptors.js';
import {runImage, type TestContainer} from '../gateway/containers.js';

let container: TestContainer;
let client: Client;
beforeEach(async () => {
	container = await runImage('helloworld-grpc');
	client = new Client(`${container.host}:${container.port}`, credentials.createInsecure());
});
afterEach(async () => {
	client.close();
	await container.stop();
});

/** One question after the other over one stream, as reflection clients ask. */
async function ask(version: number, ...requests: object[]): Promise<Record<string, unknown>[]> {
	const method: MethodDefinition<object, object> | undefined =
		reflectionServices[version]?.['ServerReflectionInfo'];
	if (!method) {
		throw new Error('there is no such version');
	}

	const stream = client.makeBidiStreamRequest(
		method.path,
		method.requestSerialize,
		method.responseDeserialize,
	);
	const answers: Record<string, unknown>[] = [];
	for (const request of requests) {
		stream.write(request);
		const [answer]: unknown[] = await once(stream, 'data');
		answers.push({...(typeof answer === 'object' ? answer : {})});
	}

	stream.end();
	stream.resume();
	await once(stream, 'end');
	return answers;
}

const names = {
	service: [
		{name: 'grpc.health.v1.Health'},
		{name: 'grpc.reflection.v1.ServerReflection'},
		{name: 'grpc.reflection.v1alpha.ServerReflection'},
		{name: 'helloworld.Greeter'},
	],
};

test.each([
	['v1', 0],
	['v1alpha', 1],
])('%s lists the services and hands out their files', async (_name, version) => {
	const [list, bySymbol, byMethod] = await ask(
		version,
		{listServices: '*'},
		{fileContainingSymbol: 'helloworld.Greeter'},
		{fileContainingSymbol: 'helloworld.Greeter.SayHello'},
	);
	expect(list?.['listServicesResponse']).toEqual(names);
	const response: unknown = bySymbol?.['fileDescriptorResponse'];
	expect(byMethod?.['fileDescriptorResponse']).toEqual(response);
	const files: unknown =
		typeof response === 'object' && response !== null ? Reflect.get(response, 'fileDescriptorProto') : [];
	const [file]: unknown[] = Array.isArray(files) ? files : [];
	if (!Buffer.isBuffer(file)) {
		throw new TypeError('there is no file');
	}

	// A FileDescriptorSet is nothing but its files under field 1.
	const set = Buffer.concat([
		Buffer.from([0x0a, (file.length % 128) | 0x80, Math.floor(file.length / 128)]),
		file,
	]);
	const definition = loadFileDescriptorSetFromBuffer(set);
	expect(Object.keys(definition).toSorted()).toEqual([
		'helloworld.Greeter',
		'helloworld.HelloReply',
		'helloworld.HelloRequest',
	]);
	expect(definition['helloworld.Greeter']).toMatchObject({
		SayHello: {path: '/helloworld.Greeter/SayHello', responseStream: false},
		SayHelloStreamReply: {responseStream: true},
	});
	const [byName] = await ask(version, {fileByFilename: 'helloworld.proto'});
	expect(byName?.['fileDescriptorResponse']).toEqual(response);
});

test.each([
	[{fileContainingSymbol: 'helloworld.Nothing'}, 'symbol helloworld.Nothing not found'],
	[{fileByFilename: 'nothing.proto'}, 'file nothing.proto not found'],
	[{allExtensionNumbersOfType: 'nothing'}, 'type nothing not found'],
	[
		{fileContainingExtension: {containingType: 'helloworld.HelloRequest', extensionNumber: 1}},
		'extension not found',
	],
])('what is not there is NOT_FOUND: %j', async (request, message) => {
	const [answer] = await ask(0, request);
	expect(answer?.['errorResponse']).toEqual({errorCode: 5, errorMessage: message});
});
