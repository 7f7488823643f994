/** The parameters of a write. Source: k8s.io/apimachinery pkg/apis/meta/v1/validation/validation.go. */
import type {FieldValidation} from './decode.js';
import {invalid, type FieldCause} from './status.js';

export type WriteOptions = {dryRun: boolean; fieldValidation: FieldValidation};

/**
 * @param kind how the options are called: `CreateOptions`.
 * @throws ApiError 422 when a parameter has a value it may not have.
 */
export function writeOptionsOf(query: URLSearchParams, kind: string): WriteOptions {
	const dryRun = query.getAll('dryRun').filter(value => value !== '');
	const fieldValidation = query.get('fieldValidation') ?? '';
	const causes: FieldCause[] = [];
	if (dryRun.some(value => value !== 'All')) {
		causes.push(unsupported('dryRun', `[${dryRun.map(value => JSON.stringify(value)).join(',')}]`, ['All']));
	}

	const levels = ['', 'Ignore', 'Strict', 'Warn'];
	if (!levels.includes(fieldValidation)) {
		causes.push(unsupported('fieldValidation', JSON.stringify(fieldValidation), levels));
	}

	if (causes.length > 0) {
		throw invalid({group: 'meta.k8s.io', kind}, '', causes);
	}

	return {
		dryRun: dryRun.length > 0,
		fieldValidation: fieldValidation === 'Ignore' || fieldValidation === 'Strict' ? fieldValidation : 'Warn',
	};
}

function unsupported(field: string, value: string, supported: string[]): FieldCause {
	const list = supported.map(entry => JSON.stringify(entry)).join(', ');
	return {
		reason: 'FieldValueNotSupported',
		field,
		message: `Unsupported value: ${value}: supported values: ${list}`,
	};
}
