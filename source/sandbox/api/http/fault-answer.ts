/** A refusal on purpose, in the words that a real API server has for it. */
import {resources} from '../../resources.js';
import type {FaultAnswer} from './api-faults.js';
import {pathOf} from '../verbs/group-version.js';
import {ApiError, expired, internalError, staleWrite, unauthorized} from './api-error.js';

/**
 * The error to throw; undefined when the request is to be served all the same: a read has no conflict, and a 403 is the
 * authorizer's to say.
 */
export function faultError(
	{code, retryAfter = 1}: FaultAnswer,
	request: {method: string; path: string},
): ApiError | undefined {
	switch (code) {
		case 401: {
			return unauthorized();
		}

		case 403: {
			return undefined;
		}

		case 409: {
			return conflictAt(request);
		}

		case 410: {
			return expired('The resourceVersion for the provided list is too old.');
		}

		case 429: {
			return new ApiError(
				429,
				'TooManyRequests',
				'The server has received too many requests, please try again later.',
				{retryAfterSeconds: retryAfter},
				{'retry-after': String(retryAfter)},
			);
		}

		case 500: {
			return internalError('etcdserver: leader changed');
		}

		case 503: {
			return new ApiError(
				503,
				'ServiceUnavailable',
				'the server is currently unable to handle the request',
				{retryAfterSeconds: retryAfter},
				{'retry-after': String(retryAfter)},
			);
		}

		case 504: {
			return new ApiError(
				504,
				'Timeout',
				'Timeout: request did not complete within the allotted timeout',
				{},
			);
		}
	}
}

/** Somebody else was faster: of a write to an object alone. */
function conflictAt({method, path}: {method: string; path: string}): ApiError | undefined {
	if (method !== 'PUT' && method !== 'PATCH' && method !== 'DELETE') {
		return undefined;
	}

	for (const resource of resources) {
		const base = `${pathOf(resource)}/`;
		const rest = path.startsWith(base) ? path.slice(base.length).split('/') : [];
		const [plural, name] = resource.namespaced && rest[0] === 'namespaces' ? rest.slice(2) : rest;
		if (plural === resource.plural && name !== undefined) {
			return staleWrite(resource, decodeURIComponent(name));
		}
	}

	return undefined;
}
