/**
 * What a Secret becomes when it is written: plain text goes over into the data, in base64.
 *
 * Source: kubernetes pkg/apis/core/v1/{conversion,defaults}.go, pkg/registry/core/secret/strategy.go.
 */
import {secrets} from '../../resources.js';
import type {Resource} from '../../shared-store.js';
import {objectOf, type JsonObject} from '../body/json.js';
import {badRequest, invalid, invalidValue} from '../http/api-error.js';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Puts it into the form it is kept in; does nothing to other kinds.
 *
 * @param current what it is to replace.
 * @throws ApiError 400 for data that is no base64, 422 for what may not change.
 */
export function finishSecret(resource: Resource, object: JsonObject, current?: JsonObject): void {
	if (resource !== secrets) {
		return;
	}

	const data: JsonObject = {...objectOf(object['data'])};
	for (const value of Object.values(data)) {
		if (typeof value !== 'string' || !base64.test(value)) {
			throw badRequest('Secret in version "v1" cannot be handled as a Secret: illegal base64 data');
		}
	}

	for (const [key, text] of Object.entries(objectOf(object['stringData']))) {
		data[key] = Buffer.from(String(text)).toString('base64');
	}

	Reflect.deleteProperty(object, 'stringData');
	if (Object.keys(data).length > 0) {
		object['data'] = data;
	}

	object['type'] ??= current?.['type'] ?? 'Opaque';
	const causes = [
		...(current && object['type'] !== current['type']
			? [invalidValue('type', object['type'], 'field is immutable')]
			: []),
		...(current?.['immutable'] === true && JSON.stringify(current['data']) !== JSON.stringify(object['data'])
			? [
					{
						reason: 'FieldValueForbidden',
						field: 'data',
						message: 'Forbidden: field is immutable when `immutable` is set',
					},
				]
			: []),
	];
	if (causes.length > 0) {
		throw invalid(resource, String(objectOf(object['metadata'])['name']), causes);
	}
}
