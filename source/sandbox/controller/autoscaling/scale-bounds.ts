/**
 * The autoscaling annotations of a Revision over the settings of config-autoscaler. Admission has refused what is not
 * valid; a value that cannot be read counts as not given, as it does in Knative.
 *
 * Source: knative/serving pkg/apis/autoscaling/register.go, pkg/autoscaler/config, config/core/configmaps/autoscaler.yaml,
 * pkg/reconciler/autoscaling/resources/target.go.
 */
import type {ObjectStore} from '../../shared-store.js';
import {duration, settingsOf} from '../../cluster-settings.js';
import type {StoredRevision} from '../objects.js';

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
	/** Milliseconds that the last pod stays once it is idle. */
	grace: number;
	/** Milliseconds for which the most pods wanted in them are kept. */
	scaleDownDelay: number;
	/** Whether the last pod goes at all. */
	scaleToZero: boolean;
	/** Share of the window that panic looks at, and how far over the capacity it begins (factors). */
	panicWindow: number;
	panicThreshold: number;
	/** By how much the pods may grow and shrink at a time (factors). */
	maxUpRate: number;
	maxDownRate: number;
	/** Milliseconds after which a revision whose pods do not become ready is given up. */
	activationTimeout: number;
};

/** Milliseconds between two decisions (KPA's tick-interval). */
export const tickInterval = 2000;
/** Milliseconds that giving up waits for the Deployment to be the first to say so (kpa/scaler.go). */
const activationTimeoutBuffer = 10_000;

/** Milliseconds until a Deployment that makes no progress counts as failed. */
export function progressDeadline(store: ObjectStore, {metadata}: StoredRevision): number {
	const own = duration(metadata.annotations?.['serving.knative.dev/progress-deadline']);
	return own ?? settingsOf(store, 'config-deployment').duration('progress-deadline', 600_000);
}

/** What the autoscaler goes by for a revision at this moment: both may change. */
export function scaleBounds(store: ObjectStore, revision: StoredRevision): ScaleBounds {
	const {annotations = {}, labels = {}} = revision.metadata;
	const cluster = settingsOf(store, 'config-autoscaler');
	const text = (...keys: string[]): string | undefined =>
		keys.map(key => annotations[`autoscaling.knative.dev/${key}`]).find(value => value !== undefined);
	const number = (fallback: number, ...keys: string[]): number => {
		const value = Number(text(...keys));
		return Number.isFinite(value) ? value : fallback;
	};
	const metric = text('metric') === 'rps' ? 'rps' : 'concurrency';
	const hard = revision.spec?.containerConcurrency ?? 0;
	const usual =
		metric === 'rps'
			? cluster.number('requests-per-second-target-default', 200)
			: hard || cluster.number('container-concurrency-target-default', 100);
	const given = number(usual, 'target');
	const total = metric === 'concurrency' && hard > 0 ? Math.min(given, hard) : given;
	const utilization = number(
		cluster.number('container-concurrency-target-percentage', 70),
		'target-utilization-percentage',
		'targetUtilizationPercentage',
	);
	// A revision that no route refers to is not kept up: not by its minimum, nor by retention or delay.
	const reachable = labels['serving.knative.dev/routingState'] !== 'reserve';
	const retention =
		duration(text('scale-to-zero-pod-retention-period', 'scaleToZeroPodRetentionPeriod')) ??
		cluster.duration('scale-to-zero-pod-retention-period', 0);
	const delay =
		duration(text('scale-down-delay', 'scaleDownDelay')) ?? cluster.duration('scale-down-delay', 0);
	const lowest = cluster.flag('allow-zero-initial-scale', false) ? 0 : 1;
	return {
		min: reachable ? number(cluster.number('min-scale', 0), 'min-scale', 'minScale') : 0,
		max: number(cluster.number('max-scale', 0), 'max-scale', 'maxScale') || Number.POSITIVE_INFINITY,
		initial: Math.max(lowest, number(cluster.number('initial-scale', 1), 'initial-scale', 'initialScale')),
		activation: number(1, 'activation-scale', 'activationScale'),
		metric,
		target: Math.max(0.01, (total * utilization) / 100),
		window: duration(text('window')) ?? cluster.duration('stable-window', 60_000),
		grace: Math.max(cluster.duration('scale-to-zero-grace-period', 30_000), reachable ? retention : 0),
		scaleDownDelay: reachable ? delay : 0,
		scaleToZero: cluster.flag('enable-scale-to-zero', true),
		panicWindow:
			number(
				cluster.number('panic-window-percentage', 10),
				'panic-window-percentage',
				'panicWindowPercentage',
			) / 100,
		panicThreshold:
			number(
				cluster.number('panic-threshold-percentage', 200),
				'panic-threshold-percentage',
				'panicThresholdPercentage',
			) / 100,
		maxUpRate: Math.max(1.01, cluster.number('max-scale-up-rate', 1000)),
		maxDownRate: Math.max(1.01, cluster.number('max-scale-down-rate', 2)),
		activationTimeout: progressDeadline(store, revision) + activationTimeoutBuffer,
	};
}
