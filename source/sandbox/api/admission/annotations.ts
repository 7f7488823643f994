/**
 * What Knative asks of annotations other than those of autoscaling, on the object itself and on the template of its revisions.
 *
 * Sources: knative/serving pkg/apis/serving/metadata_validation.go, pkg/apis/serving/v1/revision_validation.go;
 * knative/networking pkg/apis/networking/metadata_validation.go.
 */
import {invalidField, invalidKeyName, outOfBounds, type FieldError} from './field-error.js';
import {isQuantity, parseDuration, parseFloat64, second} from './go-values.js';

export type Annotations = Map<string, string>;

/** The first of several spellings of a key that is set. */
export function annotationOf(
	annotations: Annotations,
	keys: readonly string[],
): {key: string; value: string} | undefined {
	for (const key of keys) {
		const value = annotations.get(key);
		if (value !== undefined) {
			return {key, value};
		}
	}

	return undefined;
}

const networkingKeys = new Set(
	[
		'ingress.class',
		'ingress-class',
		'certificate.class',
		'certificate-class',
		'disableAutoTLS',
		'disable-auto-tls',
		'disable-external-domain-tls',
		'httpOption',
		'http-protocol',
	].map(name => `networking.knative.dev/${name}`),
);

/** networking.knative.dev/* annotations nobody reads. */
export function networkingErrors(annotations: Annotations, path: string): FieldError[] {
	return [...annotations.keys()]
		.filter(key => key.startsWith('networking.knative.dev') && !networkingKeys.has(key))
		.map(key => invalidKeyName(key, path));
}

/** The rollout duration of a Service or Route. */
export function rolloutDurationErrors(annotations: Annotations, path: string): FieldError[] {
	return wholeSecondsErrors(
		annotations,
		['serving.knative.dev/rollout-duration', 'serving.knative.dev/rolloutDuration'],
		'rollout-duration',
		path,
	);
}

/** How long a revision may take to become ready. */
export function progressDeadlineErrors(annotations: Annotations, path: string): FieldError[] {
	return wholeSecondsErrors(
		annotations,
		['serving.knative.dev/progress-deadline'],
		'progress-deadline',
		path,
	);
}

function wholeSecondsErrors(
	annotations: Annotations,
	keys: string[],
	name: string,
	path: string,
): FieldError[] {
	const found = annotationOf(annotations, keys);
	if (!found || found.value === '') {
		return [];
	}

	const at = `${path}.${found.key}`;
	const value = parseDuration(found.value);
	if (value === undefined) {
		return [invalidField(found.value, at)];
	}

	if (value % second !== 0) {
		return [{message: `${name}=${found.value} is not at second precision`, paths: [at]}];
	}

	return value < 0 ? [{message: `${name}=${found.value} must be positive`, paths: [at]}] : [];
}

/** Resources of the queue-proxy, set by annotation. */
export function queueProxyErrors(annotations: Annotations, path: string): FieldError[] {
	const prefix = 'queue.sidecar.serving.knative.dev';
	const errors: FieldError[] = [];
	const percentage = annotationOf(annotations, [
		`${prefix}/resource-percentage`,
		`${prefix}/resourcePercentage`,
	]);
	if (percentage) {
		const at = `${path}[${percentage.key}]`;
		errors.push({
			message:
				'Queue proxy resource percentage annotation is deprecated. Please use the available annotations to explicitly set resource values per service',
			paths: [at],
			level: 'warning',
		});
		const value = parseFloat64(percentage.value);
		if (value === undefined) {
			errors.push(invalidField(percentage.value, at));
		} else if (value < 0.1 || value > 100) {
			errors.push(outOfBounds(value, 0.1, 100, at));
		}
	}

	for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
		for (const bound of ['request', 'limit']) {
			const key = `${prefix}/${resource}-resource-${bound}`;
			const value = annotations.get(key);
			if (value !== undefined && !isQuantity(value)) {
				errors.push(invalidField(value, `${path}[${key}]`));
			}
		}
	}

	return errors;
}

const creator = 'serving.knative.dev/creator';
const lastModifier = 'serving.knative.dev/lastModifier';

/** Who made an object and who changed it last is for the webhook to say alone. */
export function userInfoErrors(
	old: Annotations,
	wanted: Annotations,
	specChanged: boolean,
	path: string,
): FieldError[] {
	const errors: FieldError[] = [];
	if (old.get(creator) !== wanted.get(creator)) {
		errors.push({message: 'annotation value is immutable', paths: [`${path}.${creator}`]});
	}

	if (!specChanged && old.get(lastModifier) !== wanted.get(lastModifier)) {
		errors.push(invalidField(wanted.get(lastModifier) ?? '', `${path}.${lastModifier}`));
	}

	return errors;
}
