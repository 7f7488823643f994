/** Reading what a client sends, within limits. */
import {loadAll} from 'js-yaml';
import type {ApiMessage} from './exchange.js';
import {parseJson} from './json.js';
import {decodeProtobuf, protobufType} from '../../kubectl-compat/protobuf.js';
import {badRequest, tooLarge, unsupportedMediaType} from './status.js';

/** As a real API server's limit for a request body. */
const bodyLimit = 3 * 1024 * 1024;

/**
 * The whole body.
 *
 * @throws ApiError 413 when it is larger than 3 MiB.
 */
export async function readBody(request: ApiMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request) {
		const bytes: unknown = chunk;
		if (Buffer.isBuffer(bytes)) {
			size += bytes.length;
			if (size > bodyLimit) {
				throw tooLarge(bodyLimit);
			}

			chunks.push(bytes);
		}
	}

	return Buffer.concat(chunks);
}

/** The media type of a request without its parameters, in small letters; '' when there is none. */
export function mediaTypeOf(request: ApiMessage): string {
	return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/**
 * The value of a body in JSON or YAML, by its media type; JSON when none is given.
 *
 * @param options.protobuf whether the kind has that form too: built-in ones do, custom ones do not.
 * @throws ApiError 400 when it cannot be parsed, 415 when the media type is another one.
 */
export function parseBody(
	body: Buffer,
	mediaType: string,
	options: {protobuf: boolean} = {protobuf: false},
): unknown {
	if (mediaType === protobufType && options.protobuf) {
		try {
			return decodeProtobuf(body);
		} catch (error) {
			throw badRequest(`couldn't get version/kind; protobuf error: ${wordsOf(error)}`);
		}
	}

	const text = body.toString('utf8');
	if (mediaType === 'application/yaml') {
		try {
			const [value, ...others] = loadAll(text, {maxAliases: 100});
			if (others.length > 0) throw new Error('there is more than one document');
			// Once through JSON: no dates, no aliases, nothing that JSON does not have.
			return parseJson(JSON.stringify(value ?? null));
		} catch (error) {
			throw badRequest(`error converting YAML to JSON: ${wordsOf(error)}`);
		}
	}

	if (mediaType !== '' && mediaType !== 'application/json') {
		throw unsupportedMediaType([
			'application/json',
			'application/yaml',
			...(options.protobuf ? [protobufType] : []),
		]);
	}

	try {
		return parseJson(text);
	} catch (error) {
		throw badRequest(`couldn't get version/kind; json parse error: ${wordsOf(error)}`);
	}
}

export function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
