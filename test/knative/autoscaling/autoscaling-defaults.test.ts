/** What is read of ConfigMap config-autoscaler, keys and values as knative/serving pkg/autoscaler/config/config.go has them. */
import {describe, expect, it} from 'vitest';
import {parseAutoscalingDefaults} from '../../../source/knative/autoscaling/autoscaling-defaults.js';

const stock = {maxScaleLimit: 0, allowZeroInitialScale: false};

describe('what a cluster sets for its revisions', () => {
	it('is read under the names that the ConfigMap has for it', () => {
		const data = {
			'min-scale': '1',
			'max-scale': '9',
			'initial-scale': '2',
			'container-concurrency-target-default': '50',
			'container-concurrency-target-percentage': '80',
			'stable-window': '90s',
			'scale-down-delay': '15m',
			'scale-to-zero-pod-retention-period': '1m',
			'panic-window-percentage': '20',
			'panic-threshold-percentage': '300',
			'target-burst-capacity': '-1',
			'pod-autoscaler-class': 'hpa.autoscaling.knative.dev',
		};
		expect(parseAutoscalingDefaults({data})?.values).toEqual({
			'min-scale': '1',
			'max-scale': '9',
			'initial-scale': '2',
			target: '50',
			'target-utilization-percentage': '80',
			window: '90s',
			'scale-down-delay': '15m',
			'scale-to-zero-pod-retention-period': '1m',
			'panic-window-percentage': '20',
			'panic-threshold-percentage': '300',
			'target-burst-capacity': '-1',
			class: 'hpa.autoscaling.knative.dev',
		});
	});

	it('is printable, and what is empty or no text is left to a stock cluster’s', () => {
		const data = {'min-scale': '', 'stable-window': 90, 'initial-scale': '2\u0007', window: '7s'};
		expect(parseAutoscalingDefaults({data})?.values).toEqual({'initial-scale': '2␇'});
	});

	it('is nothing in a ConfigMap without data, and not known of what is none', () => {
		expect(parseAutoscalingDefaults({})).toEqual({values: {}, limits: stock});
		expect(parseAutoscalingDefaults('no')).toBeUndefined();
		expect(parseAutoscalingDefaults({data: 'no'})).toBeUndefined();
	});
});

describe('what a cluster allows', () => {
	it.each([
		[{'max-scale-limit': '7'}, {...stock, maxScaleLimit: 7}],
		[{'max-scale-limit': 'many'}, stock],
		[{'allow-zero-initial-scale': 'true'}, {...stock, allowZeroInitialScale: true}],
		[{'allow-zero-initial-scale': 'false'}, stock],
	])('by %j is %j', (data, limits) => {
		expect(parseAutoscalingDefaults({data})?.limits).toEqual(limits);
	});
});
