/**
 * What an administrator may set of the webhooks' defaults and limits.
 *
 * Source: knative/serving pkg/apis/config/defaults.go, config/core/configmaps/{defaults,autoscaler}.yaml.
 */
import {settingsOf} from '../../cluster-settings.js';
import type {ObjectStore} from '../../shared-store.js';

export type AdmissionSettings = {
	/** Seconds; the default and the most. */
	timeout: number;
	maxTimeout: number;
	/** Seconds until the first byte of a response; filled in where it is less than the timeout. */
	responseStartTimeout: number;
	/** Requests a pod works on at a time; the default, the least and the most. */
	concurrency: number;
	minConcurrency: number;
	maxConcurrency: number;
	enableServiceLinks: boolean;
	allowsZeroInitialScale: boolean;
	/** 0 where there is none. */
	maxScaleLimit: number;
};

/** config-defaults and config-autoscaler as they are now. */
export function admissionSettings(store: ObjectStore): AdmissionSettings {
	const defaults = settingsOf(store, 'config-defaults');
	const autoscaler = settingsOf(store, 'config-autoscaler');
	return {
		timeout: defaults.number('revision-timeout-seconds', 300),
		maxTimeout: defaults.number('max-revision-timeout-seconds', 600),
		responseStartTimeout: defaults.number('revision-response-start-timeout-seconds', 300),
		concurrency: defaults.number('container-concurrency', 0),
		minConcurrency: defaults.flag('allow-container-concurrency-zero', true) ? 0 : 1,
		maxConcurrency: defaults.number('container-concurrency-max-limit', 1000),
		enableServiceLinks: defaults.flag('enable-service-links', false),
		allowsZeroInitialScale: autoscaler.flag('allow-zero-initial-scale', false),
		maxScaleLimit: autoscaler.number('max-scale-limit', 0),
	};
}
