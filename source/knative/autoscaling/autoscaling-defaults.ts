/** What a cluster sets for revisions that set nothing themselves, and what it allows: ConfigMap config-autoscaler. */

import * as v from 'valibot';
import {
	autoscalingSettings,
	stockLimits,
	type AutoscalingKey,
	type AutoscalingLimits,
} from './autoscaling.js';
import {printable} from '../text/printable.js';
import {wholeNumber} from '../forms/rules.js';

export type AutoscalingDefaults = {
	values: Partial<Record<AutoscalingKey, string>>;
	limits: AutoscalingLimits;
};

/** Annotation → key of the ConfigMap (knative/serving pkg/autoscaler/config/config.go). */
const keys: Readonly<Partial<Record<AutoscalingKey, string>>> = {
	'min-scale': 'min-scale',
	'max-scale': 'max-scale',
	'initial-scale': 'initial-scale',
	target: 'container-concurrency-target-default',
	'target-utilization-percentage': 'container-concurrency-target-percentage',
	window: 'stable-window',
	'scale-down-delay': 'scale-down-delay',
	'scale-to-zero-pod-retention-period': 'scale-to-zero-pod-retention-period',
	'panic-window-percentage': 'panic-window-percentage',
	'panic-threshold-percentage': 'panic-threshold-percentage',
	'target-burst-capacity': 'target-burst-capacity',
	class: 'pod-autoscaler-class',
};

const configMap = v.object({data: v.optional(v.record(v.string(), v.unknown()), {})});

/** Undefined when it is no ConfigMap. Keys that are not set are left out: there a stock cluster's default holds. */
export function parseAutoscalingDefaults(input: unknown): AutoscalingDefaults | undefined {
	const parsed = v.safeParse(configMap, input);
	if (!parsed.success) return undefined;
	const {data} = parsed.output;
	const textOf = (key: string) => {
		const value = data[key];
		return typeof value === 'string' && value !== '' ? printable(value) : undefined;
	};
	const values: AutoscalingDefaults['values'] = {};
	for (const {key} of autoscalingSettings) {
		const name = keys[key];
		const value = name === undefined ? undefined : textOf(name);
		if (value !== undefined) values[key] = value;
	}
	return {
		values,
		limits: {
			maxScaleLimit: wholeNumber(textOf('max-scale-limit') ?? '') ?? stockLimits.maxScaleLimit,
			allowZeroInitialScale: textOf('allow-zero-initial-scale') === 'true',
		},
	};
}
