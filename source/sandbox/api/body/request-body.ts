/** Reading what a client sends, within limits. */
import {loadAll} from 'js-yaml';
import type {ApiMessage} from '../http/exchange.js';
import {jsonProblem} from './go-json.js';
import {parseJson} from './json.js';
import {decodeProtobuf, protobufType} from '../../kubectl-compat/protobuf.js';
import {badRequest, mediaTypes, tooLarge, unsupportedMediaType, type ApiError} from '../http/api-error.js';

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
 * @param options.protobuf whether the kind can be read in that form: built-in ones can, custom ones cannot.
 * @param options.kind of the object that is expected; part of the error when it is none.
 * @throws ApiError 400 when it cannot be parsed, 415 when the media type is another one.
 */
export function parseBody(
	body: Buffer,
	mediaType: string,
	options: {protobuf: boolean; kind?: string} = {protobuf: false},
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
		throw unsupportedMediaType(mediaTypes);
	}

	try {
		return parseJson(text);
	} catch (error) {
		throw unrecognized(
			`couldn't get version/kind; json parse error: ${jsonProblem(text) ?? wordsOf(error)}`,
			text,
			options.kind,
		);
	}
}

/** How much of a body an error shows, in characters. */
const summaryLength = 30;

/** A body that is no object of any kind (k8s.io/apiserver pkg/endpoints/handlers/rest.go, transformDecodeError). */
export function unrecognized(why: string, text: string, kind = 'Object'): ApiError {
	const shown = text.startsWith('{') ? text : Buffer.from(text).toString('hex');
	const summary =
		text === ''
			? '<empty>'
			: text.length > summaryLength
				? `${shown.slice(0, text.startsWith('{') ? summaryLength : summaryLength * 2)} ...`
				: shown;
	return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary})`);
}

/** What something that was thrown says, be it an Error or not. */
export function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
