/**
 * What Knative asks of the annotations of autoscaling.
 *
 * Source: knative/serving pkg/apis/autoscaling/annotation_validation.go.
 */
import {annotationOf, type Annotations} from './annotations.js';
import {invalidField, invalidKeyName, outOfBounds, type FieldError} from './field-error.js';
import {parseDuration, parseFloat64, parseInteger, second} from './go-values.js';
import type {AdmissionSettings} from './admission-settings.js';

const autoscaling = 'autoscaling.knative.dev';
const kpa = 'kpa.autoscaling.knative.dev';
const hpa = 'hpa.autoscaling.knative.dev';
const largestInt32 = 2 ** 31 - 1;
const hour = 3600 * second;

function spellings(name: string): string[] {
	const camel = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
	return [...new Set([`${autoscaling}/${name}`, `${autoscaling}/${camel}`])];
}

/** Autoscaling annotations of a template or a Revision. `path` is that of the annotations. */
export function autoscalingErrors(
	annotations: Annotations,
	path: string,
	settings: AdmissionSettings,
): FieldError[] {
	return [
		...classErrors(annotations, path),
		...scaleErrors(annotations, path, settings),
		...numberErrors(annotations, path),
		...durationErrors(annotations, path),
		...metricErrors(annotations, path),
		...initialScaleErrors(annotations, path, settings),
	];
}

/** Autoscaling annotations where they do nothing: on a Service, Configuration or Route itself. */
export function misplacedAutoscalingErrors(annotations: Annotations, path: string): FieldError[] {
	return [...annotations.keys()]
		.filter(key => key.startsWith(autoscaling))
		.map(key =>
			invalidKeyName(key, path, [
				'autoscaling annotations must be put under "spec.template.metadata.annotations" to work',
			]),
		);
}

function classErrors(annotations: Annotations, path: string): FieldError[] {
	const found = annotationOf(annotations, spellings('class'));
	return found && found.value.endsWith('.knative.dev') && found.value !== kpa && found.value !== hpa
		? [invalidField(found.value, `${path}.${found.key}`)]
		: [];
}

function wholeScale(
	annotations: Annotations,
	name: string,
	path: string,
): {value: number; errors: FieldError[]} {
	const found = annotationOf(annotations, spellings(name));
	if (!found) {
		return {value: 0, errors: []};
	}

	const at = `${path}.${found.key}`;
	const value = parseInteger(found.value);
	if (value === undefined) {
		return {value: 0, errors: [invalidField(found.value, at)]};
	}

	return value < 0 || value > largestInt32
		? {
				value: 0,
				errors: [outOfBounds(value > largestInt32 ? found.value : value, 0, largestInt32, at)],
			}
		: {value, errors: []};
}

function scaleErrors(
	annotations: Annotations,
	path: string,
	{maxScaleLimit}: AdmissionSettings,
): FieldError[] {
	const minimum = wholeScale(annotations, 'min-scale', path);
	const maximum = wholeScale(annotations, 'max-scale', path);
	const errors = [...minimum.errors, ...maximum.errors];
	const [min, max] = [minimum.value, maximum.value];
	if (max !== 0 && max < min) {
		errors.push({
			message: `max-scale=${max} is less than min-scale=${min}`,
			paths: [`${path}.${autoscaling}/max-scale`, `${path}.${autoscaling}/min-scale`],
		});
	}

	const given = annotationOf(annotations, spellings('max-scale'));
	if (given && maxScaleLimit > 0 && maximum.errors.length === 0) {
		const at = `${path}.${given.key}`;
		if (max > maxScaleLimit) {
			errors.push(outOfBounds(max, 1, maxScaleLimit, at));
		} else if (max === 0) {
			errors.push({message: `max-scale=0 (unlimited), must be less than ${maxScaleLimit}`, paths: [at]});
		}
	}

	const activation = annotationOf(annotations, spellings('activation-scale'));
	if (!activation) {
		return errors;
	}

	const at = `${path}.${activation.key}`;
	const value = parseInteger(activation.value);
	if (value === undefined || Math.abs(value) > largestInt32) {
		errors.push(invalidField(activation.value, at));
	} else if (min > value) {
		errors.push({message: `min-scale=${min} is greater than activation-scale=${value}`, paths: [at]});
	} else if (max < value && max !== 0) {
		errors.push({message: `max-scale=${max} is less than activation-scale=${value}`, paths: [at]});
	} else if (value < 2) {
		errors.push({message: `activation-scale=${value} must be greater than 1`, paths: [at]});
	}

	return errors;
}

function numberErrors(annotations: Annotations, path: string): FieldError[] {
	const errors: FieldError[] = [];
	function check(name: string, problem: (value: number, text: string, at: string) => FieldError | undefined) {
		const found = annotationOf(annotations, spellings(name));
		if (!found) {
			return;
		}

		const at = `${path}.${found.key}`;
		const value = parseFloat64(found.value);
		const error = value === undefined ? invalidField(found.value, at) : problem(value, found.value, at);
		if (error) {
			errors.push(error);
		}
	}

	check('panic-window-percentage', (value, text, at) =>
		value < 1 || value > 100 ? outOfBounds(text, 1, 100, at) : undefined,
	);
	check('panic-threshold-percentage', (value, text, at) =>
		value < 110 || value > 1000 ? outOfBounds(text, 110, 1000, at) : undefined,
	);
	check('target', (value, text, at) =>
		value < 0.01 ? {message: `target ${text} should be at least 0.01`, paths: [at]} : undefined,
	);
	check('target-utilization-percentage', (value, text, at) =>
		value < 1 || value > 100 ? outOfBounds(text, 1, 100, at) : undefined,
	);
	check('target-burst-capacity', (value, text, at) =>
		value < 0 && value !== -1 ? invalidField(text, at) : undefined,
	);
	return errors;
}

function durationErrors(annotations: Annotations, path: string): FieldError[] {
	const errors: FieldError[] = [];
	function check(name: string, lower: number, lowerText: string, wholeSeconds: boolean) {
		const found = annotationOf(annotations, spellings(name));
		if (!found) {
			return;
		}

		const at = `${path}.${found.key}`;
		const value = parseDuration(found.value);
		if (value === undefined) {
			errors.push(invalidField(found.value, at));
		} else if (value < lower || value > hour) {
			errors.push(outOfBounds(found.value, lowerText, '1h0m0s', at));
		} else if (wholeSeconds && value % second !== 0) {
			errors.push({message: 'must be specified with at most second precision', paths: [at]});
		}
	}

	check('window', 6 * second, '6s', true);
	check('scale-to-zero-pod-retention-period', 0, '0s', false);
	check('scale-down-delay', 0, '0s', true);
	return errors;
}

function metricErrors(annotations: Annotations, path: string): FieldError[] {
	const autoscalerClass = annotationOf(annotations, spellings('class'))?.value;
	const errors: FieldError[] = [];
	const metric = annotationOf(annotations, spellings('metric'));
	if (metric) {
		const effective = autoscalerClass ?? kpa;
		if (
			(effective === kpa && metric.value !== 'concurrency' && metric.value !== 'rps') ||
			(effective === hpa && metric.value === '')
		) {
			errors.push(invalidField(metric.value, `${path}.${metric.key}`));
		}
	}

	// Only where the class is spelled out, as upstream: other autoscalers may know other algorithms.
	const algorithm = annotationOf(annotations, spellings('metric-aggregation-algorithm'));
	if (
		autoscalerClass === kpa &&
		algorithm &&
		!['', 'linear', 'weighted-exponential', 'weightedExponential'].includes(algorithm.value)
	) {
		errors.push(invalidField(algorithm.value, `${path}.${algorithm.key}`));
	}

	return errors;
}

function initialScaleErrors(
	annotations: Annotations,
	path: string,
	{allowsZeroInitialScale}: AdmissionSettings,
): FieldError[] {
	const found = annotationOf(annotations, spellings('initial-scale'));
	if (!found) {
		return [];
	}

	const at = `${path}.${found.key}`;
	const value = parseInteger(found.value);
	if (value === undefined) {
		return [invalidField(found.value, at)];
	}

	if (value < 0) {
		return [invalidField(found.value, `${at} must be greater than 0`)];
	}

	return value === 0 && !allowsZeroInitialScale
		? [invalidField(found.value, `${at}=0 not allowed by cluster`)]
		: [];
}
