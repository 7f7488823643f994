/**
 * The autoscaling annotations of a Revision, with the defaults of config-autoscaler. Admission has refused what is not
 * valid; a value that cannot be read counts as not given, as it does in Knative.
 *
 * Source: knative/serving pkg/apis/autoscaling/register.go, pkg/autoscaler/config, config/core/configmaps/autoscaler.yaml.
 */
import {duration} from './cluster-settings.js';
import type {StoredRevision} from './objects.js';

export type ScaleBounds = {
	min: number;
	/** Infinity when there is no limit. */
	max: number;
	initial: number;
	/** Pods a revision wakes up with. */
	activation: number;
	metric: 'concurrency' | 'rps';
	/** Of the metric for each pod, utilization already taken into account. */
	target: number;
	/** Milliseconds over which the metric is averaged, and without requests before it goes to zero. */
	window: number;
	/** Milliseconds that the last pod stays at least. */
	retention: number;
	/** Share of the window that panic looks at, and how far over the capacity it begins (factors). */
	panicWindow: number;
	panicThreshold: number;
};

export function scaleBounds(revision: StoredRevision): ScaleBounds {
	const {annotations = {}, labels = {}} = revision.metadata;
	const text = (...keys: string[]): string | undefined =>
		keys.map(key => annotations[`autoscaling.knative.dev/${key}`]).find(value => value !== undefined);
	const number = (fallback: number, ...keys: string[]): number => {
		const value = Number(text(...keys));
		return Number.isFinite(value) ? value : fallback;
	};
	const metric = text('metric') === 'rps' ? 'rps' : 'concurrency';
	const hard = revision.spec?.containerConcurrency ?? 0;
	const given = number(metric === 'rps' ? 200 : hard || 100, 'target');
	const total = metric === 'concurrency' && hard > 0 ? Math.min(given, hard) : given;
	const utilization = number(70, 'target-utilization-percentage', 'targetUtilizationPercentage') / 100;
	// A revision that no route refers to is not kept up by its minimum.
	const reachable = labels['serving.knative.dev/routingState'] !== 'reserve';
	const min = reachable ? number(0, 'min-scale', 'minScale') : 0;
	return {
		min,
		max: number(0, 'max-scale', 'maxScale') || Number.POSITIVE_INFINITY,
		initial: Math.max(1, number(1, 'initial-scale', 'initialScale')),
		activation: number(1, 'activation-scale', 'activationScale'),
		metric,
		target: Math.max(0.01, total * utilization),
		window: duration(text('window')) ?? 60_000,
		retention: reachable
			? (duration(text('scale-to-zero-pod-retention-period', 'scaleToZeroPodRetentionPeriod')) ?? 0)
			: 0,
		panicWindow: number(10, 'panic-window-percentage', 'panicWindowPercentage') / 100,
		panicThreshold: number(200, 'panic-threshold-percentage', 'panicThresholdPercentage') / 100,
	};
}
