/** Which settings of the autoscaler a server takes, to the last number. */
import {describe, expect, it} from 'vitest';
import {autoscalingErrors, type AutoscalingKey} from '../../../source/knative/autoscaling/autoscaling.js';

type Values = Parameters<typeof autoscalingErrors>[0];

const isTaken = (key: AutoscalingKey, value: string) => autoscalingErrors({[key]: value})[key] === undefined;

describe('a setting is taken', () => {
	it.each<[AutoscalingKey, string[], string[]]>([
		['min-scale', ['', '0', '2147483647'], ['2147483648', '-1', '1.5', 'x']],
		['max-scale', ['0', '2147483647'], ['2147483648', '1.0']],
		['initial-scale', ['1'], ['0', '-1', 'x']],
		['activation-scale', ['2', '3'], ['1', '0', 'x', '2.5']],
		['target', ['0.01', '1', '100000'], ['0.009', '0', '-1', '1x', 'x']],
		['target-utilization-percentage', ['1', '100', '70.5'], ['0.9', '100.1', '0', '-5', '5 %']],
		['window', ['6s', '1h', '60m', '2m30s'], ['5s', '3601s', '1h1s', '6500ms', '6', '-6s']],
		['scale-down-delay', ['0', '0s', '1h', '3600s'], ['3601s', '500ms', '1']],
		['scale-to-zero-pod-retention-period', ['0s', '1h'], ['3601s', '1']],
		['panic-window-percentage', ['1', '100', '10.5'], ['0.9', '101', 'x', '-1']],
		['panic-threshold-percentage', ['110', '1000'], ['109', '1001', 'x']],
		['target-burst-capacity', ['-1', '0', '211', '0.5'], ['-2', '-1.5', 'x', '1x']],
		[
			'metric-aggregation-algorithm',
			['linear', 'weighted-exponential', 'weightedExponential'],
			['mean', 'Linear', 'exponential'],
		],
		[
			'class',
			['kpa.autoscaling.knative.dev', 'hpa.autoscaling.knative.dev', 'mine.example.com'],
			['x.knative.dev'],
		],
		['metric', ['concurrency', 'rps'], ['cpu', 'memory', 'x']],
	])('as %s of %j, and not of %j', (key, fine, wrong) => {
		expect(fine.filter(value => !isTaken(key, value))).toEqual([]);
		expect(wrong.filter(value => isTaken(key, value))).toEqual([]);
	});
});

const metricError = (values: Values) => autoscalingErrors(values).metric;

describe('the metric', () => {
	it('is one of two, of Knative’s own autoscaler', () => {
		const sentence = 'The metric is concurrency or rps.';
		expect(metricError({metric: 'cpu'})).toBe(sentence);
		expect(metricError({metric: 'cpu', class: ''})).toBe(sentence);
		expect(metricError({metric: 'cpu', class: 'kpa.autoscaling.knative.dev'})).toBe(sentence);
	});

	it('is any, of another one', () => {
		expect(metricError({metric: 'cpu', class: 'hpa.autoscaling.knative.dev'})).toBeUndefined();
		expect(metricError({metric: 'mine', class: 'mine.example.com'})).toBeUndefined();
	});
});

describe('where pods may start from none', () => {
	it('none is a number of them', () => {
		const limits = {maxScaleLimit: 0, allowZeroInitialScale: true};
		expect(autoscalingErrors({'initial-scale': '0'}, limits)).toEqual({});
		expect(autoscalingErrors({'initial-scale': 'x'}, limits)).toEqual({
			'initial-scale': 'Initial pods is a whole number, 0 or more.',
		});
	});
});

const max = (values: Values, maxScaleLimit = 0) =>
	autoscalingErrors(values, {maxScaleLimit, allowZeroInitialScale: false})['max-scale'];

const activation = (values: Values) => autoscalingErrors(values)['activation-scale'];

describe('between the bounds', () => {
	it('the most is no less than the least, unless it is without limit', () => {
		expect(max({'min-scale': '3', 'max-scale': '3'})).toBeUndefined();
		expect(max({'min-scale': '3', 'max-scale': '0'})).toBeUndefined();
		expect(max({'max-scale': '2'})).toBeUndefined();
		expect(max({'min-scale': '3'})).toBeUndefined();
		expect(max({'min-scale': '3', 'max-scale': '2'})).toBe(
			'Max pods (2) is less than min pods (3); 0 is without limit.',
		);
		expect(max({'min-scale': '1', 'max-scale': 'x'})).toBe('Max pods is a whole number, 0 or more.');
	});

	it('the most is what the cluster allows, which says so', () => {
		const sentence = 'This cluster allows max pods of 1 to 5.';
		expect(max({'max-scale': '5'}, 5)).toBeUndefined();
		expect(max({'max-scale': '6'}, 5)).toBe(sentence);
		expect(max({'max-scale': '0'}, 5)).toBe(sentence);
		expect(max({}, 5)).toBeUndefined();
		expect(max({'max-scale': '1'}, 1)).toBeUndefined();
		expect(max({'max-scale': '2'}, 1)).toBe('This cluster allows max pods of 1 to 1.');
		expect(max({'max-scale': 'x'}, 5)).toBe('Max pods is a whole number, 0 or more.');
		expect(max({'min-scale': '9', 'max-scale': '7'}, 5)).toContain('less than min pods (9)');
	});

	it('those from zero are no less than the least and no more than the most', () => {
		expect(activation({'activation-scale': '3', 'min-scale': '3', 'max-scale': '3'})).toBeUndefined();
		expect(activation({'activation-scale': '3', 'max-scale': '0'})).toBeUndefined();
		expect(activation({'activation-scale': '3', 'min-scale': '4'})).toBe(
			'Pods from zero (3) is less than min pods (4).',
		);
		expect(activation({'activation-scale': '3', 'min-scale': '1', 'max-scale': '2'})).toBe(
			'Pods from zero (3) is more than max pods (2).',
		);
		expect(activation({'activation-scale': '1', 'min-scale': '4'})).toBe(
			'Pods from zero is a whole number, 2 or more.',
		);
	});
});
