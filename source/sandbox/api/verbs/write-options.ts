/** The parameters of a write. Source: k8s.io/apimachinery pkg/apis/meta/v1/validation/validation.go. */
import type {FieldValidation} from '../body/decode.js';
import {isYes} from '../http/request.js';
import {
	forbiddenValue,
	invalid,
	invalidValue,
	requiredValue,
	tooLong,
	type FieldCause,
} from '../http/api-error.js';

/** In characters. */
const managerLimit = 128;

export type ApiWriteOptions = {
	dryRun: boolean;
	fieldValidation: FieldValidation;
	/** '' when it is not given. */
	fieldManager: string;
	/** Take over the fields of other managers: for server-side apply only. */
	force: boolean;
};

/**
 * @param kind how the options are called: `CreateOptions`.
 * @param isApply whether it is a server-side apply: that one has to say who it is.
 * @throws ApiError 422 when a parameter has a value it may not have.
 */
export function writeOptionsOf(query: URLSearchParams, kind: string, isApply = false): ApiWriteOptions {
	const dryRun = query.getAll('dryRun').filter(value => value !== '');
	const fieldValidation = query.get('fieldValidation') ?? '';
	const fieldManager = query.get('fieldManager') ?? '';
	const causes: FieldCause[] = [];
	if (isApply && fieldManager === '') {
		causes.push(requiredValue('fieldManager', 'is required for apply patch'));
	}

	if (fieldManager.length > managerLimit) {
		causes.push(tooLong('fieldManager', managerLimit));
	}

	if (/[\p{C}\p{Zl}\p{Zp}]/u.test(fieldManager)) {
		causes.push(invalidValue('fieldManager', fieldManager, 'should only contain printable characters'));
	}

	if (!isApply && query.has('force')) {
		causes.push(forbiddenValue('force', 'may not be specified for non-apply patch'));
	}

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
		fieldManager,
		force: isYes(query.get('force')),
		dryRun: dryRun.length > 0,
		fieldValidation: fieldValidation === 'Ignore' || fieldValidation === 'Strict' ? fieldValidation : 'Warn',
	};
}

/** A value that is none of the few there are. */
export function unsupported(field: string, value: string, supported: string[]): FieldCause {
	const list = supported.map(entry => JSON.stringify(entry)).join(', ');
	return {
		reason: 'FieldValueNotSupported',
		field,
		message: `Unsupported value: ${value}: supported values: ${list}`,
	};
}
