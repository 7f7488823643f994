/**
 * Autoscaling as annotations of the revision template, under `autoscaling.knative.dev/` (knative/serving
 * pkg/apis/autoscaling/register.go, annotation_validation.go).
 */

import {wholeNumber} from '../forms/rules.js';
import {goDuration} from '../text/duration.js';

export const autoscalingPrefix = 'autoscaling.knative.dev/';

/** The annotations that can be edited, by the key after the slash. */
export type AutoscalingKey =
	| 'min-scale'
	| 'max-scale'
	| 'initial-scale'
	| 'metric'
	| 'target'
	| 'target-utilization-percentage'
	| 'window'
	| 'scale-down-delay'
	| 'activation-scale'
	| 'scale-to-zero-pod-retention-period'
	| 'panic-window-percentage'
	| 'panic-threshold-percentage'
	| 'target-burst-capacity'
	| 'metric-aggregation-algorithm'
	| 'class';

export type AutoscalingSetting = {
	key: AutoscalingKey;
	label: string;
	/** What holds without the annotation in a stock cluster (ConfigMap config-autoscaler). */
	fallback: string;
	hint: string;
	/** Spelled otherwise in older manifests; still read by the server, after the one above. */
	aliases: readonly string[];
	/** Only of interest to who tunes the autoscaler itself: not asked for with every new revision. */
	tuning?: true;
};

export const autoscalingSettings: readonly AutoscalingSetting[] = [
	{key: 'min-scale', label: 'Min pods', fallback: '0', hint: '0 scales to zero', aliases: ['minScale']},
	{key: 'max-scale', label: 'Max pods', fallback: '0', hint: '0 is without limit', aliases: ['maxScale']},
	{
		key: 'initial-scale',
		label: 'Initial pods',
		fallback: '1',
		hint: 'pods that must be ready first',
		aliases: ['initialScale'],
	},
	{key: 'metric', label: 'Metric', fallback: 'concurrency', hint: 'concurrency or rps', aliases: []},
	{
		key: 'target',
		label: 'Target (soft limit)',
		fallback: '100',
		hint: 'per pod; 200 by default with rps',
		aliases: [],
	},
	{
		key: 'target-utilization-percentage',
		label: 'Utilization %',
		fallback: '70',
		hint: '1 to 100: target utilization',
		aliases: ['targetUtilizationPercentage'],
	},
	{
		key: 'window',
		label: 'Window',
		fallback: '60s',
		hint: '6s to 1h: time the metric is averaged over',
		aliases: [],
	},
	{
		key: 'scale-down-delay',
		label: 'Scale-down delay',
		fallback: '0s',
		hint: '0s to 1h',
		aliases: ['scaleDownDelay'],
	},
	{
		key: 'activation-scale',
		label: 'Pods from zero',
		fallback: '1',
		hint: '2 or more: pods to begin with when it wakes',
		aliases: ['activationScale'],
		tuning: true,
	},
	{
		key: 'scale-to-zero-pod-retention-period',
		label: 'Keep last pod',
		fallback: '0s',
		hint: '0s to 1h: the last pod stays that long without requests',
		aliases: ['scaleToZeroPodRetentionPeriod'],
		tuning: true,
	},
	{
		key: 'panic-window-percentage',
		label: 'Panic window %',
		fallback: '10',
		hint: '1 to 100: of the window',
		aliases: ['panicWindowPercentage'],
		tuning: true,
	},
	{
		key: 'panic-threshold-percentage',
		label: 'Panic threshold %',
		fallback: '200',
		hint: '110 to 1000: of what the pods can take',
		aliases: ['panicThresholdPercentage'],
		tuning: true,
	},
	{
		key: 'target-burst-capacity',
		label: 'Burst capacity',
		fallback: '211',
		hint: '0 or more requests; -1 is without limit',
		aliases: ['targetBurstCapacity'],
		tuning: true,
	},
	{
		key: 'metric-aggregation-algorithm',
		label: 'Aggregation',
		fallback: 'linear',
		hint: 'linear or weighted-exponential',
		aliases: ['metricAggregationAlgorithm'],
		tuning: true,
	},
	{
		key: 'class',
		label: 'Autoscaler',
		fallback: 'kpa.autoscaling.knative.dev',
		hint: 'kpa… or hpa.autoscaling.knative.dev, or one of your own',
		aliases: [],
		tuning: true,
	},
];

/** What a cluster allows beyond the general rules (ConfigMap config-autoscaler). */
export type AutoscalingLimits = {
	/** Most pods that a revision may ask for; 0 is without limit. */
	maxScaleLimit: number;
	allowZeroInitialScale: boolean;
};

export const stockLimits: AutoscalingLimits = {maxScaleLimit: 0, allowZeroInitialScale: false};

/** The value in force, by whichever spelling; undefined when it is left to the cluster. */
export function settingOf(
	annotations: ReadonlyMap<string, string>,
	{key, aliases}: Pick<AutoscalingSetting, 'key' | 'aliases'>,
): string | undefined {
	return [key, ...aliases].map(name => annotations.get(name)).find(value => value !== undefined);
}

/** Empty is fine everywhere: it leaves the setting to the cluster. Otherwise one sentence per wrong setting. */
export function autoscalingErrors(
	values: Readonly<Partial<Record<AutoscalingKey, string>>>,
	{maxScaleLimit, allowZeroInitialScale}: AutoscalingLimits = stockLimits,
): Partial<Record<AutoscalingKey, string>> {
	const errors: Partial<Record<AutoscalingKey, string>> = {};
	const check = (key: AutoscalingKey, rule: (value: string) => string | undefined) => {
		const value = values[key] ?? '';
		const sentence = value === '' ? undefined : rule(value);
		if (sentence !== undefined) errors[key] = sentence;
	};
	check('min-scale', value => podsRule('Min pods', value));
	check('max-scale', value => podsRule('Max pods', value));
	check('initial-scale', value => {
		const least = allowZeroInitialScale ? 0 : 1;
		return (wholeNumber(value) ?? -1) >= least
			? undefined
			: `Initial pods is a whole number, ${least} or more.`;
	});
	check('class', classRule);
	check('metric', value => metricRule(value, values.class ?? ''));
	check('target', value =>
		/^\d+(?:\.\d+)?$/.test(value) && Number(value) >= 0.01
			? undefined
			: 'The target is a number, 0.01 or more.',
	);
	check('target-utilization-percentage', value =>
		/^\d+(?:\.\d+)?$/.test(value) && Number(value) >= 1 && Number(value) <= 100
			? undefined
			: 'Utilization is a percentage from 1 to 100.',
	);
	check('window', value => durationRule('The window', value, {from: 6, to: 3600}));
	check('scale-down-delay', value => durationRule('The scale-down delay', value, {from: 0, to: 3600}));
	check('scale-to-zero-pod-retention-period', value =>
		durationRule('The time the last pod is kept', value, {from: 0, to: 3600}),
	);
	check('panic-window-percentage', value => percentageRule('The panic window', value, {from: 1, to: 100}));
	check('panic-threshold-percentage', value =>
		percentageRule('The panic threshold', value, {from: 110, to: 1000}),
	);
	check('target-burst-capacity', value =>
		value === '-1' || /^\d+(?:\.\d+)?$/.test(value)
			? undefined
			: 'The burst capacity is a number, 0 or more, or -1 for no limit.',
	);
	check('metric-aggregation-algorithm', value =>
		['linear', 'weighted-exponential', 'weightedExponential'].includes(value)
			? undefined
			: 'The aggregation is linear or weighted-exponential.',
	);
	check('activation-scale', value =>
		(wholeNumber(value) ?? 0) >= 2 ? undefined : 'Pods from zero is a whole number, 2 or more.',
	);
	boundsErrors(values, errors, maxScaleLimit);
	return errors;
}

/** Rules between the bounds, which the server checks once each of them is sound by itself. */
function boundsErrors(
	values: Readonly<Partial<Record<AutoscalingKey, string>>>,
	errors: Partial<Record<AutoscalingKey, string>>,
	maxScaleLimit: number,
): void {
	const min = wholeNumber(values['min-scale'] ?? '');
	const max = wholeNumber(values['max-scale'] ?? '');
	if (!errors['max-scale'] && min !== undefined && max !== undefined && max > 0 && max < min) {
		errors['max-scale'] = `Max pods (${max}) is less than min pods (${min}); 0 is without limit.`;
	}
	if (!errors['max-scale'] && maxScaleLimit > 0 && max !== undefined && (max === 0 || max > maxScaleLimit)) {
		errors['max-scale'] = `This cluster allows max pods of 1 to ${maxScaleLimit}.`;
	}
	const activation = wholeNumber(values['activation-scale'] ?? '');
	if (errors['activation-scale'] || activation === undefined) return;
	if (min !== undefined && min > activation) {
		errors['activation-scale'] = `Pods from zero (${activation}) is less than min pods (${min}).`;
	} else if (max !== undefined && max > 0 && max < activation) {
		errors['activation-scale'] = `Pods from zero (${activation}) is more than max pods (${max}).`;
	}
}

const ownClass = /\.knative\.dev$/;
const kpa = 'kpa.autoscaling.knative.dev';
const hpa = 'hpa.autoscaling.knative.dev';

function classRule(value: string): string | undefined {
	return !ownClass.test(value) || [kpa, hpa].includes(value)
		? undefined
		: `The autoscaler is ${kpa}, ${hpa}, or one outside of knative.dev.`;
}

/** Which metrics there are is the autoscaler's matter; of one that is not Knative's nothing is known. */
function metricRule(value: string, autoscaler: string): string | undefined {
	if (autoscaler !== '' && autoscaler !== kpa) return undefined;
	return ['concurrency', 'rps'].includes(value) ? undefined : 'The metric is concurrency or rps.';
}

function percentageRule(
	what: string,
	value: string,
	{from, to}: {from: number; to: number},
): string | undefined {
	const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
	return number >= from && number <= to ? undefined : `${what} is a percentage from ${from} to ${to}.`;
}

function podsRule(what: string, value: string): string | undefined {
	const pods = wholeNumber(value);
	return pods !== undefined && pods <= 2_147_483_647 ? undefined : `${what} is a whole number, 0 or more.`;
}

/** `from` and `to` in seconds. */
function durationRule(
	what: string,
	value: string,
	{from, to}: {from: number; to: number},
): string | undefined {
	const seconds = goDuration(value);
	if (seconds !== undefined && Number.isInteger(seconds) && seconds >= from && seconds <= to) {
		return undefined;
	}
	return `${what} is whole seconds from ${from}s to 1h, for example 60s or 2m30s.`;
}
