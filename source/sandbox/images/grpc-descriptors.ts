/**
 * The services of the gRPC image as protobuf descriptors in code: the program is bundled into one folder, so there is
 * no .proto file to read when it runs.
 *
 * Sources: grpc/grpc src/proto/grpc/health/v1/health.proto, examples/protos/helloworld.proto, grpc/grpc-proto
 * grpc/reflection/v1/reflection.proto (v1alpha differs by its package alone).
 */
import type {ServiceDefinition} from '@grpc/proto-loader';
import {fromJSON} from '@grpc/proto-loader';

type DescriptorField = {type: string; id: number; rule?: 'repeated'};
type DescriptorMethod = {
	requestType: string;
	responseType: string;
	comment: string;
	requestStream?: boolean;
	responseStream?: boolean;
};
type DescriptorMessage = {
	fields: Record<string, DescriptorField>;
	oneofs?: Record<string, {oneof: string[]}>;
	nested?: Record<string, {values: Record<string, number>}>;
};
type Contents = Record<string, DescriptorMessage | {methods: Record<string, DescriptorMethod>}>;

/** A package that the image serves, as reflection tells of it. */
export type ProtoPackage = {
	/** The full names of its services. */
	services: Readonly<Record<string, ServiceDefinition>>;
	/** Everything it defines, by full name: messages, enumerations, services, methods. */
	symbols: ReadonlySet<string>;
	/** Its file, as a serialized FileDescriptorProto, and the name in it. */
	file: Buffer;
	fileName: string;
};

function protoPackage(name: string, contents: Contents): ProtoPackage {
	const nested = name
		.split('.')
		.reduceRight<Record<string, object>>((inner, part) => ({[part]: {nested: inner}}), contents);
	const definition = fromJSON({nested}, {enums: String, defaults: true});
	const services: Record<string, ServiceDefinition> = {};
	let file: Buffer | undefined;
	for (const [fullName, entry] of Object.entries(definition)) {
		if (!('format' in entry)) {
			services[fullName] = entry;
		} else if ('fileDescriptorProtos' in entry && Array.isArray(entry.fileDescriptorProtos)) {
			const [first]: unknown[] = entry.fileDescriptorProtos;
			file ??= Buffer.isBuffer(first) ? first : undefined;
		}
	}

	if (!file) {
		throw new Error(`the package ${name} defines no message`);
	}

	const symbols = Object.entries(contents).flatMap(([type, content]) => {
		const inner = 'methods' in content ? content.methods : (content.nested ?? {});
		return [`${name}.${type}`, ...Object.keys(inner).map(part => `${name}.${type}.${part}`)];
	});
	// Its name is the first field of a file: tag, length, text (shorter than 128 bytes).
	const fileName = file.toString('utf8', 2, 2 + (file[1] ?? 0));
	return {services, symbols: new Set(symbols), file, fileName};
}

const healthCheck = {requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse', comment: ''};
const health = protoPackage('grpc.health.v1', {
	HealthCheckRequest: {fields: {service: {type: 'string', id: 1}}},
	HealthCheckResponse: {
		fields: {status: {type: 'ServingStatus', id: 1}},
		nested: {ServingStatus: {values: {UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3}}},
	},
	Health: {methods: {Check: healthCheck, Watch: {...healthCheck, responseStream: true}}},
});

const hello = {requestType: 'HelloRequest', responseType: 'HelloReply', comment: ''};
const helloworld = protoPackage('helloworld', {
	HelloRequest: {fields: {name: {type: 'string', id: 1}}},
	HelloReply: {fields: {message: {type: 'string', id: 1}}},
	Greeter: {methods: {SayHello: hello, SayHelloStreamReply: {...hello, responseStream: true}}},
});

const reflection: Contents = {
	ServerReflectionRequest: {
		oneofs: {
			message_request: {
				oneof: [
					'fileByFilename',
					'fileContainingSymbol',
					'fileContainingExtension',
					'allExtensionNumbersOfType',
					'listServices',
				],
			},
		},
		fields: {
			host: {type: 'string', id: 1},
			fileByFilename: {type: 'string', id: 3},
			fileContainingSymbol: {type: 'string', id: 4},
			fileContainingExtension: {type: 'ExtensionRequest', id: 5},
			allExtensionNumbersOfType: {type: 'string', id: 6},
			listServices: {type: 'string', id: 7},
		},
	},
	ExtensionRequest: {
		fields: {containingType: {type: 'string', id: 1}, extensionNumber: {type: 'int32', id: 2}},
	},
	ServerReflectionResponse: {
		oneofs: {
			message_response: {
				oneof: [
					'fileDescriptorResponse',
					'allExtensionNumbersResponse',
					'listServicesResponse',
					'errorResponse',
				],
			},
		},
		fields: {
			validHost: {type: 'string', id: 1},
			originalRequest: {type: 'ServerReflectionRequest', id: 2},
			fileDescriptorResponse: {type: 'FileDescriptorResponse', id: 4},
			allExtensionNumbersResponse: {type: 'ExtensionNumberResponse', id: 5},
			listServicesResponse: {type: 'ListServiceResponse', id: 6},
			errorResponse: {type: 'ErrorResponse', id: 7},
		},
	},
	FileDescriptorResponse: {fields: {fileDescriptorProto: {type: 'bytes', id: 1, rule: 'repeated'}}},
	ExtensionNumberResponse: {
		fields: {
			baseTypeName: {type: 'string', id: 1},
			extensionNumber: {type: 'int32', id: 2, rule: 'repeated'},
		},
	},
	ListServiceResponse: {fields: {service: {type: 'ServiceResponse', id: 1, rule: 'repeated'}}},
	ServiceResponse: {fields: {name: {type: 'string', id: 1}}},
	ErrorResponse: {fields: {errorCode: {type: 'int32', id: 1}, errorMessage: {type: 'string', id: 2}}},
	ServerReflection: {
		methods: {
			ServerReflectionInfo: {
				requestType: 'ServerReflectionRequest',
				responseType: 'ServerReflectionResponse',
				requestStream: true,
				responseStream: true,
				comment: '',
			},
		},
	},
};
const reflectionV1 = protoPackage('grpc.reflection.v1', reflection);
const reflectionV1alpha = protoPackage('grpc.reflection.v1alpha', reflection);

/** All packages of the image. */
export const protoPackages: readonly ProtoPackage[] = [health, helloworld, reflectionV1, reflectionV1alpha];

function serviceOf({services}: ProtoPackage, name: string): ServiceDefinition {
	const found = services[name];
	if (!found) {
		throw new Error(`the descriptors hold no gRPC service ${name}`);
	}

	return found;
}

export const healthService: ServiceDefinition = serviceOf(health, 'grpc.health.v1.Health');
export const greeterService: ServiceDefinition = serviceOf(helloworld, 'helloworld.Greeter');
/** The newer version first; clients of either find theirs. */
export const reflectionServices: readonly ServiceDefinition[] = [
	serviceOf(reflectionV1, 'grpc.reflection.v1.ServerReflection'),
	serviceOf(reflectionV1alpha, 'grpc.reflection.v1alpha.ServerReflection'),
];
