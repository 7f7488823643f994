import {expect, test} from 'vitest';
import {array, assert, boolean, constantFrom, integer, property, record} from '../../../support/property.js';
import {
	isDone,
	parseRollout,
	step,
	type ConfigurationRollout,
	type Rollout,
} from '../../../../source/sandbox/controller/serving/rollout.js';

const second = 1e9;
const goalOf = (revisionName: string, percent = 100): Rollout => ({
	configurations: [{configurationName: 'hello', percent, revisions: [{revisionName, percent}]}],
});
const only = ({configurations = []}: Rollout): ConfigurationRollout => {
	const [first] = configurations;
	if (!first) {
		throw new Error('there is no rollout');
	}

	return first;
};
const shares = (rollout: Rollout): string =>
	only(rollout)
		.revisions.map(({revisionName, percent}) => `${revisionName}=${percent}`)
		.join(' ');

test('a new latest revision begins with one percent, taken from the one before', () => {
	const {rollout, nextStepTime} = step({
		goal: goalOf('b'),
		previous: goalOf('a'),
		now: 7 * second,
		duration: 100 * second,
		isServed: false,
	});
	expect(shares(rollout)).toBe('a=99 b=1');
	expect(only(rollout).starttime).toBe(7 * second);
	// Nothing is planned before it is known how long the gateway takes.
	expect(nextStepTime).toBe(0);
	expect(isDone(rollout)).toBe(false);
});

test('the steps are planned by the time the first one took, and end after the duration', () => {
	let {rollout} = step({
		goal: goalOf('b'),
		previous: goalOf('a'),
		now: 0,
		duration: 110 * second,
		isServed: false,
	});
	// Ten seconds until it was served: (110 − 10) / 10 = 10 steps of (100 − 1) / 10 ≈ 10 %, each 10 seconds.
	let now = 10 * second;
	const seen: string[] = [];
	while (!isDone(rollout)) {
		const next = step({goal: goalOf('b'), previous: rollout, now, duration: 110 * second, isServed: true});
		({rollout} = next);
		seen.push(`${now / second}s ${shares(rollout)}`);
		now = next.nextStepTime;
	}

	expect(seen).toEqual([
		'10s a=99 b=1',
		'20s a=89 b=11',
		'30s a=79 b=21',
		'40s a=69 b=31',
		'50s a=59 b=41',
		'60s a=49 b=51',
		'70s a=39 b=61',
		'80s a=29 b=71',
		'90s a=19 b=81',
		'100s a=9 b=91',
		'110s b=100',
	]);
	expect(only(rollout)).toEqual({
		configurationName: 'hello',
		percent: 100,
		revisions: [{revisionName: 'b', percent: 100}],
	});
});

test('looking at it between two steps changes nothing', () => {
	const first = step({
		goal: goalOf('b'),
		previous: goalOf('a'),
		now: 0,
		duration: 60 * second,
		isServed: false,
	});
	const planned = step({
		goal: goalOf('b'),
		previous: first.rollout,
		now: second,
		duration: 60 * second,
		isServed: true,
	});
	const again = step({
		goal: goalOf('b'),
		previous: planned.rollout,
		now: planned.nextStepTime - 1,
		duration: 60 * second,
		isServed: true,
	});
	expect(again).toEqual(planned);
});

test('a third revision in the middle takes its first percent of the youngest, and the timing begins again', () => {
	const previous: Rollout = {
		configurations: [
			{
				configurationName: 'hello',
				percent: 100,
				revisions: [
					{revisionName: 'a', percent: 60},
					{revisionName: 'b', percent: 40},
				],
				starttime: 1,
				stepDuration: 5,
				stepSize: 9,
				nextStepTime: 6,
			},
		],
	};
	const {rollout} = step({goal: goalOf('c'), previous, now: 6, duration: 60 * second, isServed: true});
	expect(shares(rollout)).toBe('a=60 b=39 c=1');
	expect(only(rollout)).not.toHaveProperty('stepSize');
	expect(only(rollout).starttime).toBe(6);
});

test.each([
	[30, 'b=30'],
	[50, 'a=10 b=40'],
	[100, 'a=60 b=40'],
])('lowering the share to %i %% takes from the oldest first', (percent, wanted) => {
	const previous: Rollout = {
		configurations: [
			{
				configurationName: 'hello',
				percent: 100,
				revisions: [
					{revisionName: 'a', percent: 60},
					{revisionName: 'b', percent: 40},
				],
			},
		],
	};
	const {rollout} = step({goal: goalOf('b', percent), previous, now: 0, duration: second, isServed: false});
	expect(shares(rollout)).toBe(wanted);
});

test('a share of one percent and a configuration that is new under a tag go over at once', () => {
	const small = step({
		goal: goalOf('b', 1),
		previous: goalOf('a', 1),
		now: 0,
		duration: second,
		isServed: true,
	});
	expect(shares(small.rollout)).toBe('b=1');
	const tagged: Rollout = {
		configurations: [
			{configurationName: 'hello', tag: 'new', percent: 100, revisions: [{revisionName: 'b', percent: 100}]},
		],
	};
	const {rollout} = step({goal: tagged, previous: goalOf('a'), now: 0, duration: second, isServed: true});
	expect(shares(rollout)).toBe('b=100');
});

test('whatever comes when, the shares are positive and add up', () => {
	const event = record({
		revision: constantFrom('a', 'b', 'c', 'd'),
		percent: integer({min: 0, max: 100}),
		passed: integer({min: 0, max: 90}),
		isServed: boolean(),
	});
	assert(
		property(array(event, {maxLength: 30}), events => {
			let previous: Rollout | undefined;
			let now = 0;
			for (const {revision, percent, passed, isServed} of events) {
				now += passed * second;
				const goal = goalOf(revision, percent);
				const {rollout} = step({goal, previous, now, duration: 120 * second, isServed});
				const {revisions} = only(rollout);
				expect(revisions.reduce((sum, share) => sum + share.percent, 0)).toBe(percent);
				expect(revisions.at(-1)?.revisionName).toBe(revision);
				expect(revisions.every(share => share.percent > 0 || percent === 0)).toBe(true);
				expect(new Set(revisions.map(({revisionName}) => revisionName)).size).toBe(revisions.length);
				previous = parseRollout(JSON.stringify(rollout));
				expect(previous).toEqual(rollout);
			}
		}),
	);
});

test.each([
	'',
	'nonsense',
	'[]',
	'{"configurations":7}',
	'{"configurations":[{"percent":50,"revisions":[]}]}',
])('an annotation of %j is no state to go on from', text => {
	const parsed = parseRollout(text);
	expect(parsed?.configurations ?? []).toEqual([]);
});
