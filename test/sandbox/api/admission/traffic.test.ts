/** What the webhook says to traffic. */
import {describe, expect, it} from 'vitest';
import {created, denial, denied, knativeService, mergePatch, servicesPath, start} from '../support.js';

const dns1035 =
	"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

describe('traffic', () => {
	it('§8.2 must sum to 100, and the object stays as it was', async () => {
		const running = await start();
		const before = await created(running, knativeService('hello'));
		const answer = await running.call('PATCH', `${servicesPath}/hello`, {
			headers: mergePatch,
			body: {spec: {traffic: [{latestRevision: true, percent: 90}]}},
		});
		expect(answer.body).toEqual({
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			message: denial('Traffic targets sum to 90, want 100: spec.traffic'),
			reason: 'BadRequest',
			code: 400,
		});
		expect((await running.call('GET', `${servicesPath}/hello`)).body).toEqual(before);
	});

	it('§8.3 tells each percentage out of range, sorted', async () => {
		const traffic = [
			{revisionName: 'hello-00001', percent: 150},
			{latestRevision: true, percent: -50},
		];
		expect(await denied(knativeService('hello', {spec: {traffic}}))).toBe(
			denial(
				'expected 0 <= -50 <= 100: spec.traffic[1].percent\nexpected 0 <= 150 <= 100: spec.traffic[0].percent',
			),
		);
	});

	it.each([
		[
			'a revision and the latest at once',
			[{revisionName: 'hello-1', latestRevision: true, percent: 100}],
			'may not set revisionName "hello-1" when latestRevision is true: spec.traffic[0].latestRevision',
		],
		[
			'neither of them',
			[{latestRevision: false, percent: 100}],
			'may not set revisionName "" when latestRevision is false: spec.traffic[0].latestRevision',
		],
		[
			'a Configuration',
			[{configurationName: 'hello', percent: 100}],
			'must not set the field(s): spec.traffic[0].configurationName',
		],
		['a URL', [{tag: 'a', url: 'http://a', percent: 100}], 'must not set the field(s): spec.traffic[0].url'],
		[
			'§8.17 a tag twice',
			[
				{tag: 'x', percent: 50},
				{tag: 'x', percent: 50},
			],
			'Multiple definitions for "x": spec.traffic[0].tag, spec.traffic[1].tag',
		],
		[
			'§8.17 a tag that is no label, with the index where upstream has it',
			[{percent: 0}, {tag: 'X', percent: 100}],
			`invalid value: not a DNS 1035 label: [${dns1035}]: spec.traffic.tag[1]`,
		],
		[
			'a revision name that is none',
			[{revisionName: 'b ar', percent: 100}],
			`invalid key name "b ar": spec.traffic[0].revisionName\nname part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
		],
	])('is denied with %s', async (_, traffic, text) => {
		expect(await denied(knativeService('hello', {spec: {traffic}}))).toBe(denial(text));
	});

	it('§8.4 §8.16 may name revisions that do not exist, and one of them twice', async () => {
		const {call} = await start();
		const traffic = [
			{revisionName: 'nobody', percent: 40},
			{revisionName: 'nobody', percent: 60},
		];
		expect(
			await call('POST', servicesPath, {body: knativeService('hello', {spec: {traffic}})}),
		).toMatchObject({code: 201});
	});

	it.each([
		['33.3', 33.3, 'number 33.3'],
		['"50"', '50', 'string'],
	])('cannot be decoded with a percentage of %s', async (_, percent, what) => {
		expect(await denied(knativeService('hello', {spec: {traffic: [{latestRevision: true, percent}]}}))).toBe(
			`admission webhook "webhook.serving.knative.dev" denied the request: mutation failed: cannot decode incoming new object: json: cannot unmarshal ${what} into Go struct field TrafficTarget.spec.RouteSpec.traffic.percent of type int64`,
		);
	});
});
