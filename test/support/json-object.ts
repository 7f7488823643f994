import {isObject, parseJson, type JsonObject} from '../../source/sandbox/api/body/json.js';

/** The object that a body is; an empty one where it is none. */
export function objectIn(body: string): JsonObject {
	try {
		const value = parseJson(body);
		return isObject(value) ? value : {};
	} catch {
		return {};
	}
}
