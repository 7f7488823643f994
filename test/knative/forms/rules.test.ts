import {describe, expect, test} from 'vitest';
import {autoscalingErrors, settingOf} from '../../../source/knative/autoscaling/autoscaling.js';
import {goDuration} from '../../../source/knative/text/duration.js';
import {
	concurrencyRule,
	cpuRule,
	envRowsRule,
	envRule,
	imageRule,
	labelRule,
	memoryRule,
	namesIn,
	namespaceRule,
	objectNameRule,
	percentRule,
	portRule,
	pullSecretsRule,
	tagRule,
	wholeNumber,
} from '../../../source/knative/forms/rules.js';

const nameRule = (value: string) => labelRule('The name', value);

describe.each<
	[string, (value: string) => string | undefined, readonly string[], readonly [string, string][]]
>([
	[
		'a name',
		nameRule,
		['a', 'helloworld-go', 'a1-b2', 'a'.repeat(63)],
		[
			['', 'The name is missing.'],
			['a'.repeat(64), 'The name has 64 characters; at most 63 characters.'],
			['1a', 'The name may have lower-case letters, digits and -, beginning with a letter'],
			['Hello', 'lower-case letters'],
			['a-', 'ending with a letter or digit'],
			['a_b', 'lower-case letters'],
			['a\n', 'lower-case letters'],
		],
	],
	[
		'a namespace',
		namespaceRule,
		['default', '1st', 'x'.repeat(63)],
		[
			['', 'is missing'],
			['-a', 'beginning and ending'],
			['x'.repeat(64), '64'],
		],
	],
	[
		'an image',
		imageRule,
		[
			'helloworld-go',
			'ghcr.io/knative/helloworld-go:latest',
			'registry.cn-hangzhou.aliyuncs.com/knative-sample/helloworld-go:73fbdd56',
			'localhost:5000/a/b__c.d:V1.0_x',
			`a@sha256:${'0'.repeat(64)}`,
			`Registry.example.com/a:b@sha256:${'f'.repeat(64)}`,
			'a'.repeat(512),
		],
		[
			['', 'The image is missing.'],
			['a b', 'must not contain spaces'],
			['https://ghcr.io/a', 'without a scheme'],
			['HelloWorld', 'capitals in its tag only'],
			['a:b:c', 'Invalid image reference'],
			['a/', 'Invalid image reference'],
			['a@sha256:12', 'Invalid image reference'],
			['a'.repeat(513), '513 characters'],
		],
	],
	[
		'a port',
		portRule,
		['1', '8080', '65535'],
		[
			['0', 'from 1 to 65535'],
			['65536', 'from 1 to 65535'],
			['', 'from 1 to 65535'],
			['80.5', 'from 1 to 65535'],
			['0x50', 'from 1 to 65535'],
			...['8008', '8012', '8013', '8022', '9090', '9091'].map((port): [string, string] => [
				port,
				`Port ${port} is reserved by Knative; choose another, for example 8080.`,
			]),
		],
	],
	[
		'CPU',
		cpuRule,
		['1', '0.5', '.5', '500m', '1e-1'],
		[
			['0', 'for example 0.5'],
			['0m', 'for example 0.5'],
			['1.5.5', 'for example 0.5'],
			['5cores', 'for example 0.5'],
			['1Gi', 'cores'],
			['-1', 'cores'],
			['x', 'cores'],
		],
	],
	[
		'memory',
		memoryRule,
		['128Mi', '1Gi', '1e9', '134217728', '0.5Gi', '128M'],
		[
			['128m', 'Memory of 128m is a fraction of a byte; for mebibytes write 128Mi.'],
			['128MB', 'for example 128Mi'],
			['0', 'for example 128Mi'],
			['128mi', 'for example 128Mi'],
			['1ki', 'for example 128Mi'],
		],
	],
	[
		'a hard limit',
		concurrencyRule,
		['0', '1000'],
		[
			['1001', '0 (none) to 1000'],
			['-1', 'whole number'],
			['1.5', 'whole number'],
		],
	],
	[
		'a share',
		percentRule,
		['0', '100'],
		[
			['101', 'whole percent'],
			['', 'whole percent'],
			['5.5', 'whole percent'],
		],
	],
	[
		'a tag',
		value => tagRule(value, 'helloworld-go'),
		// With `-helloworld-go` that is a label of 63 characters.
		['canary', 'v2', 'x'.repeat(49)],
		[
			['@latest', 'The tag @latest may have'],
			['x'.repeat(50), 'at most 63 characters'],
		],
	],
	[
		'the name of a service account',
		value => objectNameRule('The service account', value),
		['robot', '1st.robot-a', [63, 63, 63, 61].map(length => 'x'.repeat(length)).join('.')],
		[
			[[63, 63, 63, 62].map(length => 'x'.repeat(length)).join('.'), 'has 254 characters'],
			['x'.repeat(64), 'The service account may have lower-case letters'],
			['a..b', 'beginning and ending'],
			['Robot', 'lower-case'],
		],
	],
	[
		'pull secrets',
		pullSecretsRule,
		['', ' , ', 'a', 'a, b c.d'],
		[
			['a b,a', 'named twice'],
			['a, B\u001B, C', 'The pull secret B␛ may have'],
		],
	],
])('%s', (_what, rule, good, bad) => {
	test.each(good)('may be %j', value => {
		expect(rule(value)).toBeUndefined();
	});
	test.each(bad)('may not be %j', (value, sentence) => {
		expect(rule(value)).toContain(sentence);
	});
});

test.each([
	[['A', '_b', 'c.d-e'], undefined],
	[[''], 'An environment variable has no name.'],
	[['1A'], 'The environment variable 1A may have letters'],
	[['A='], 'may have letters'],
	[['PORT'], 'The environment variable PORT is set by Knative itself.'],
	[['K_REVISION'], 'is set by Knative itself'],
	[['A', 'B', 'A'], 'The environment variable A is defined twice.'],
	[['a\u001b[2J'], 'The environment variable a␛[2J may'],
])('environment variables %j', (names, sentence) => {
	const found = envRule(names);
	expect(sentence === undefined ? found : found?.includes(sentence)).toBe(
		sentence === undefined ? undefined : true,
	);
});

test('of rows without their = the first one is told', () => {
	const rows = ['A', 'B\u0007', 'C'].map(name => ({name, value: ''}));
	const unfinished = rows.map((row, index) => (index > 0 ? {...row, unfinished: true as const} : row));
	expect(envRowsRule(unfinished)).toBe('“B␇” has no “=”; write NAME=value.');
	expect(envRowsRule(rows.slice(0, 1))).toBeUndefined();
});

test('names stand between commas or blanks', () => {
	expect(namesIn(' a,b  c ,, d')).toEqual(['a', 'b', 'c', 'd']);
	expect(namesIn(' ')).toEqual([]);
});

test.each([
	['0', 0],
	['007', 7],
	['999999999999999', 999_999_999_999_999],
	['1000000000000000', undefined],
	['-1', undefined],
	['1.0', undefined],
	['', undefined],
])('%j as a whole number is %s', (typed, number) => {
	expect(wholeNumber(typed)).toBe(number);
});

test.each([
	[{}, {}],
	[{'min-scale': '', 'max-scale': '', window: ''}, {}],
	[{'min-scale': '2', 'max-scale': '2', metric: 'rps', target: '0.5', window: '1m30s'}, {}],
	[{'min-scale': '5', 'max-scale': '0'}, {}],
	[
		{'min-scale': '5', 'max-scale': '2'},
		{'max-scale': 'Max pods (2) is less than min pods (5); 0 is without limit.'},
	],
	[{'min-scale': '-1'}, {'min-scale': 'Min pods is a whole number, 0 or more.'}],
	[{'max-scale': '2147483648'}, {'max-scale': 'Max pods is a whole number, 0 or more.'}],
	[{'initial-scale': '0'}, {'initial-scale': 'Initial pods is a whole number, 1 or more.'}],
	[{metric: 'cpu'}, {metric: 'The metric is concurrency or rps.'}],
	[{target: '0'}, {target: 'The target is a number, 0.01 or more.'}],
	[
		{'target-utilization-percentage': '101'},
		{'target-utilization-percentage': 'Utilization is a percentage from 1 to 100.'},
	],
	[{window: '5s'}, {window: 'The window is whole seconds from 6s to 1h, for example 60s or 2m30s.'}],
	[{window: '6500ms'}, {window: 'The window is whole seconds from 6s to 1h, for example 60s or 2m30s.'}],
	[{window: '60'}, {window: 'The window is whole seconds from 6s to 1h, for example 60s or 2m30s.'}],
	[{'scale-down-delay': '0'}, {}],
	[{'min-scale': '3', 'activation-scale': '3', 'max-scale': '3'}, {}],
	[
		{'min-scale': '4', 'activation-scale': '3'},
		{'activation-scale': 'Pods from zero (3) is less than min pods (4).'},
	],
	[
		{'activation-scale': '3', 'max-scale': '2'},
		{'activation-scale': 'Pods from zero (3) is more than max pods (2).'},
	],
	[
		{'scale-down-delay': '2h'},
		{'scale-down-delay': 'The scale-down delay is whole seconds from 0s to 1h, for example 60s or 2m30s.'},
	],
])('autoscaling %j', (values, errors) => {
	expect(autoscalingErrors(values)).toEqual(errors);
});

test.each([
	['1h30m', 5400],
	['90s', 90],
	['1.5m', 90],
	['0', 0],
	['-5s', undefined],
	['5', undefined],
	['', undefined],
	['5 s', undefined],
])('the Go duration %j is %s seconds', (text, seconds) => {
	expect(goDuration(text)).toBe(seconds);
});

test('a setting is read in whichever spelling it has, the newer one first', () => {
	const setting = {key: 'min-scale', aliases: ['minScale']} as const;
	expect(settingOf(new Map([['minScale', '3']]), setting)).toBe('3');
	expect(
		settingOf(
			new Map([
				['minScale', '3'],
				['min-scale', '1'],
			]),
			setting,
		),
	).toBe('1');
	expect(settingOf(new Map(), setting)).toBeUndefined();
});
