/**
 * The errors of Knative's webhooks and how they become one text: the same problem at several paths is told once, and
 * everything is sorted, so that the same object always gets the same words.
 *
 * Source: knative/pkg apis/field_error.go.
 */
export type FieldError = {
	message: string;
	/** Full paths: `spec.traffic[1].percent`. */
	paths: string[];
	details?: string;
	/** A warning does not deny; it is answered in a header. */
	level?: 'warning';
};

/** ErrMissingField: each of the paths has to be set. */
export function missingField(...paths: string[]): FieldError {
	return {message: 'missing field(s)', paths};
}

/** ErrDisallowedFields: none of the paths may be set. */
export function disallowedField(...paths: string[]): FieldError {
	return {message: 'must not set the field(s)', paths};
}

/** ErrInvalidValue. @param details A second line. */
export function invalidField(value: unknown, path: string, details?: string): FieldError {
	return {message: `invalid value: ${String(value)}`, paths: [path], ...(details ? {details} : {})};
}

/** ErrInvalidKeyName: of a label, an annotation, a variable. @param details Joined on a second line. */
export function invalidKeyName(key: string, path: string, details: string[] = []): FieldError {
	return {
		message: `invalid key name ${JSON.stringify(key)}`,
		paths: [path],
		...(details.length > 0 ? {details: details.join(', ')} : {}),
	};
}

/** ErrOutOfBoundsValue; both bounds are allowed themselves. */
export function outOfBounds(
	value: unknown,
	lower: number | string,
	upper: number | string,
	path: string,
): FieldError {
	return {message: `expected ${lower} <= ${String(value)} <= ${upper}`, paths: [path]};
}

/** ErrMissingOneOf: one of the paths has to be set. */
export function missingOneOf(...paths: string[]): FieldError {
	return {message: 'expected exactly one, got neither', paths};
}

/** ErrMultipleOneOf: only one of the paths may be set. */
export function multipleOneOf(...paths: string[]): FieldError {
	return {message: 'expected exactly one, got both', paths};
}

/** One line an error (two with details), merged and sorted. Empty when there is none. */
export function fieldErrorText(errors: FieldError[]): string {
	return mergedLines(errors).join('\n');
}

/** The lines of `fieldErrorText` one by one. */
export function mergedLines(errors: FieldError[]): string[] {
	const merged = new Map<string, {message: string; details: string; paths: Set<string>}>();
	for (const {message, details = '', paths} of errors) {
		const key = JSON.stringify([message, details]);
		const entry = merged.get(key) ?? {message, details, paths: new Set<string>()};
		merged.set(key, entry);
		for (const path of paths) {
			entry.paths.add(path);
		}
	}

	return [...merged.values()]
		.toSorted((left, right) => inBytes(left.message, right.message) || inBytes(left.details, right.details))
		.map(({message, details, paths}) => {
			const line = `${message}: ${[...paths].toSorted(inBytes).join(', ')}`;
			return details === '' ? line : `${line}\n${details}`;
		});
}

/** Go compares strings by their bytes: capitals before small letters. */
function inBytes(left: string, right: string): number {
	return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
