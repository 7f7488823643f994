/** What can happen to a service, step by step, and stories of such steps. */
import {
	array,
	boolean,
	constant,
	constantFrom,
	nat,
	oneof,
	record,
	type Arbitrary,
} from '../../../support/property.js';

export type StoryStep =
	| {kind: 'deploy'; by: string; crashes: boolean; stays: boolean}
	| {kind: 'ready'}
	| {kind: 'crash'; pick: number}
	| {
			kind: 'kubectl';
			picks: readonly number[];
			shares: readonly number[];
			/** In that order, `none` for a row without. */
			tags: readonly Tag[];
			follows: 'not' | 'whole' | 'too';
			/** Which machines see it: on their own, or as a part of what happened while they were away. */
			seen: 'bobs' | 'both' | 'later' | 'nobody';
	  }
	/** A change of the template and of the split in one write, as `kn service update --image … --traffic …` sends it. */
	| {kind: 'both'; pick: number; share: number; crashes: boolean; stays: boolean}
	| {kind: 'delete'; pick: number}
	| {kind: 'kn'; picks: readonly number[]; share: number}
	| {kind: 'tag'; pick: number; tag: string}
	| {kind: 'rollout'; on: boolean}
	| {kind: 'roll on'}
	/** `kubectl replace` and the like: what this program wrote down on the service is lost. */
	| {kind: 'forget'}
	/** Somebody marks a revision as rejected, by hand. */
	| {kind: 'mark'; pick: number}
	/** `to`: which revision the operator names; `none` for whom the release is to tell. */
	| {
			kind: 'verb';
			verb: 'promote' | 'roll back' | 'abandon' | 'undo';
			machine: string;
			to: number | 'none';
			keepsPrevious: boolean;
	  }
	| {kind: 'new revision'; machine: string; percent: number; crashes: boolean; stays: boolean}
	| {kind: 'slide'; machine: string; pick: number; percent: number}
	/** Of a revision in the split, by this program. */
	| {kind: 'retag'; machine: string; pick: number; tag: string};

export type Tag = 'none' | 'stable' | 'canary' | 'previous' | 'v1';

const machine = constantFrom('anns', 'bobs');
const pick = nat({max: 20});
const share = constantFrom(0, 1, 5, 10, 25, 50, 75, 90, 100);

const step: Arbitrary<{step: StoryStep; seconds: number}> = record({
	seconds: constantFrom(2, 5, 30, 600),
	step: oneof(
		{
			weight: 4,
			arbitrary: record({
				kind: constant('deploy' as const),
				by: constantFrom('ci', 'bob'),
				crashes: boolean(),
				stays: boolean(),
			}),
		},
		{weight: 1, arbitrary: constant({kind: 'ready' as const})},
		{weight: 1, arbitrary: record({kind: constant('crash' as const), pick})},
		{
			weight: 3,
			arbitrary: record({
				kind: constant('kubectl' as const),
				picks: array(pick, {minLength: 1, maxLength: 3}),
				shares: array(share, {minLength: 3, maxLength: 3}),
				tags: array(
					constantFrom('none' as const, 'none' as const, 'stable' as const, 'canary' as const, 'v1' as const),
					{minLength: 3, maxLength: 3},
				),
				follows: constantFrom('not' as const, 'not' as const, 'whole' as const, 'too' as const),
				seen: constantFrom('bobs' as const, 'both' as const, 'later' as const, 'nobody' as const),
			}),
		},
		{
			weight: 1,
			arbitrary: record({
				kind: constant('both' as const),
				pick,
				share,
				crashes: boolean(),
				stays: boolean(),
			}),
		},
		{weight: 1, arbitrary: record({kind: constant('delete' as const), pick})},
		{
			weight: 2,
			arbitrary: record({
				kind: constant('kn' as const),
				picks: array(pick, {minLength: 2, maxLength: 2}),
				share,
			}),
		},
		{
			weight: 1,
			arbitrary: record({
				kind: constant('tag' as const),
				pick,
				tag: constantFrom('stable', 'canary', 'previous', 'v1'),
			}),
		},
		{weight: 1, arbitrary: record({kind: constant('rollout' as const), on: boolean()})},
		{weight: 1, arbitrary: constant({kind: 'roll on' as const})},
		{weight: 1, arbitrary: constant({kind: 'forget' as const})},
		{weight: 1, arbitrary: record({kind: constant('mark' as const), pick})},
		{
			weight: 6,
			arbitrary: record({
				kind: constant('verb' as const),
				verb: constantFrom('promote' as const, 'roll back' as const, 'abandon' as const, 'undo' as const),
				machine,
				to: oneof({weight: 4, arbitrary: constant('none' as const)}, {weight: 1, arbitrary: pick}),
				keepsPrevious: boolean(),
			}),
		},
		{
			weight: 3,
			arbitrary: record({
				kind: constant('new revision' as const),
				machine,
				percent: constantFrom(0, 0, 10),
				crashes: boolean(),
				stays: boolean(),
			}),
		},
		{weight: 3, arbitrary: record({kind: constant('slide' as const), machine, pick, percent: share})},
		{
			weight: 1,
			arbitrary: record({
				kind: constant('retag' as const),
				machine,
				pick,
				tag: constantFrom('stable', 'canary', 'v1'),
			}),
		},
	),
});

export const stories = array(step, {minLength: 3, maxLength: 14});
