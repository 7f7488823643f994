/** What the webhook says to annotations. */
import {describe, expect, it} from 'vitest';
import {denial, denied, knativeService} from '../support.js';

const annotations = 'spec.template.metadata.annotations';

describe('annotations', () => {
	it('§8.23 of autoscaling belong on the template', async () => {
		expect(
			await denied(
				knativeService('hello', {metadata: {annotations: {'autoscaling.knative.dev/min-scale': '1'}}}),
			),
		).toBe(
			denial(
				'invalid key name "autoscaling.knative.dev/min-scale": metadata.annotations\nautoscaling annotations must be put under "spec.template.metadata.annotations" to work',
			),
		);
	});

	it.each([
		[
			{'min-scale': '5', 'max-scale': '2'},
			`max-scale=2 is less than min-scale=5: ${annotations}.autoscaling.knative.dev/max-scale, ${annotations}.autoscaling.knative.dev/min-scale`,
		],
		[{'min-scale': '-1'}, `expected 0 <= -1 <= 2147483647: ${annotations}.autoscaling.knative.dev/min-scale`],
		[{minScale: 'foo'}, `invalid value: foo: ${annotations}.autoscaling.knative.dev/minScale`],
		[{metric: 'cpu'}, `invalid value: cpu: ${annotations}.autoscaling.knative.dev/metric`],
		[{class: 'x.knative.dev'}, `invalid value: x.knative.dev: ${annotations}.autoscaling.knative.dev/class`],
		[{target: '0'}, `target 0 should be at least 0.01: ${annotations}.autoscaling.knative.dev/target`],
		[
			{'target-utilization-percentage': '101'},
			`expected 1 <= 101 <= 100: ${annotations}.autoscaling.knative.dev/target-utilization-percentage`,
		],
		[
			{'target-burst-capacity': '-11'},
			`invalid value: -11: ${annotations}.autoscaling.knative.dev/target-burst-capacity`,
		],
		[
			{'panic-threshold-percentage': '100'},
			`expected 110 <= 100 <= 1000: ${annotations}.autoscaling.knative.dev/panic-threshold-percentage`,
		],
		[{window: '1s'}, `expected 6s <= 1s <= 1h0m0s: ${annotations}.autoscaling.knative.dev/window`],
		[
			{window: '6500ms'},
			`must be specified with at most second precision: ${annotations}.autoscaling.knative.dev/window`,
		],
		[
			{'scale-down-delay': '311m'},
			`expected 0s <= 311m <= 1h0m0s: ${annotations}.autoscaling.knative.dev/scale-down-delay`,
		],
		[
			{'initial-scale': '0'},
			`invalid value: 0: ${annotations}.autoscaling.knative.dev/initial-scale=0 not allowed by cluster`,
		],
		[
			{'activation-scale': '1'},
			`activation-scale=1 must be greater than 1: ${annotations}.autoscaling.knative.dev/activation-scale`,
		],
	])('of autoscaling have limits: %o', async (scaling, text) => {
		const prefixed = Object.fromEntries(
			Object.entries(scaling).map(([key, value]) => [`autoscaling.knative.dev/${key}`, value]),
		);
		expect(await denied(knativeService('hello', {templateMetadata: {annotations: prefixed}}))).toBe(
			denial(text),
		);
	});

	it.each([
		['abc', 'invalid value: abc: metadata.annotations.serving.knative.dev/rollout-duration'],
		[
			'1.5s',
			'rollout-duration=1.5s is not at second precision: metadata.annotations.serving.knative.dev/rollout-duration',
		],
		[
			'-5s',
			'rollout-duration=-5s must be positive: metadata.annotations.serving.knative.dev/rollout-duration',
		],
	])('a rollout duration of %s is denied', async (value, text) => {
		expect(
			await denied(
				knativeService('hello', {metadata: {annotations: {'serving.knative.dev/rollout-duration': value}}}),
			),
		).toBe(denial(text));
	});

	it('networking.knative.dev/* that nobody reads are denied', async () => {
		expect(
			await denied(
				knativeService('hello', {templateMetadata: {annotations: {'networking.knative.dev/x': '1'}}}),
			),
		).toBe(denial(`invalid key name "networking.knative.dev/x": ${annotations}`));
	});

	it('must be strings: a number cannot be decoded', async () => {
		expect(
			await denied(
				knativeService('hello', {
					templateMetadata: {annotations: {'autoscaling.knative.dev/min-scale': 1}},
				}),
			),
		).toContain('mutation failed: cannot decode incoming new object: json: cannot unmarshal number');
	});
});
