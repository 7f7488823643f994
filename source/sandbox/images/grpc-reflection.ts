/**
 * Server reflection: a gRPC client without .proto files asks the server what it serves.
 *
 * Source: grpc/grpc doc/server-reflection.md.
 */
import {status, type ServerDuplexStream} from '@grpc/grpc-js';
import {protoPackages, type ProtoPackage} from './grpc-descriptors.js';

export type ReflectionRequest = {
	host: string;
	/** Which of the fields below is asked for. */
	message_request?: string;
	fileByFilename?: string;
	fileContainingSymbol?: string;
	allExtensionNumbersOfType?: string;
	listServices?: string;
};

export type ReflectionResponse = {
	validHost: string;
	originalRequest: ReflectionRequest;
	fileDescriptorResponse?: {fileDescriptorProto: Buffer[]};
	allExtensionNumbersResponse?: {baseTypeName: string; extensionNumber: number[]};
	listServicesResponse?: {service: {name: string}[]};
	errorResponse?: {errorCode: number; errorMessage: string};
};

type ReflectionAnswer = Omit<ReflectionResponse, 'validHost' | 'originalRequest'>;

/** Answers each request of the stream, in its order. */
export function serverReflectionInfo(call: ServerDuplexStream<ReflectionRequest, ReflectionResponse>): void {
	call.on('data', (request: ReflectionRequest) => {
		call.write({validHost: request.host, originalRequest: request, ...answerTo(request)});
	});
	call.on('end', () => call.end());
	call.on('error', () => {});
}

function answerTo(request: ReflectionRequest): ReflectionAnswer {
	const {fileByFilename, fileContainingSymbol, allExtensionNumbersOfType, listServices} = request;
	if (listServices !== undefined) {
		const names = protoPackages.flatMap(({services}) => Object.keys(services)).toSorted();
		return {listServicesResponse: {service: names.map(name => ({name}))}};
	}

	if (fileByFilename !== undefined) {
		return fileOf(({fileName}) => fileName === fileByFilename, `file ${fileByFilename}`);
	}

	if (fileContainingSymbol !== undefined) {
		return fileOf(({symbols}) => symbols.has(fileContainingSymbol), `symbol ${fileContainingSymbol}`);
	}

	if (allExtensionNumbersOfType !== undefined) {
		const isKnown = protoPackages.some(({symbols}) => symbols.has(allExtensionNumbersOfType));
		return isKnown
			? {allExtensionNumbersResponse: {baseTypeName: allExtensionNumbersOfType, extensionNumber: []}}
			: notFound(`type ${allExtensionNumbersOfType}`);
	}

	// proto3 has no extensions.
	return notFound('extension');
}

function fileOf(fits: (candidate: ProtoPackage) => boolean, what: string): ReflectionAnswer {
	const found = protoPackages.find(fits);
	return found ? {fileDescriptorResponse: {fileDescriptorProto: [found.file]}} : notFound(what);
}

const notFound = (what: string): ReflectionAnswer => ({
	errorResponse: {errorCode: status.NOT_FOUND, errorMessage: `${what} not found`},
});
