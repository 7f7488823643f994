/** Stories over HTTP, as in the domain's own test: whatever came before, the commands keep what they promise. */
import {
	array,
	assert,
	asyncProperty,
	constantFrom,
	nat,
	oneof,
	record,
	type Arbitrary,
} from '../../support/property.js';
import {expect, it} from 'vitest';
import type {Result} from '../../../source/headless/write/apply-plan.js';
import {openOperators, type Operators} from './operators.js';

type CommandStep =
	| {kind: 'deploy'; crashes: boolean}
	| {kind: 'kubectl'; words: readonly number[]; percent: number; tagged: boolean}
	| {kind: 'follow'}
	/** Image and split in one write, the latest with this share and the rest for another one, or for none. */
	| {kind: 'both'; word: number; percent: number}
	| {kind: 'kn'; words: readonly number[]; percent: number}
	| {kind: 'tag'; word: number; tag: string}
	| {kind: 'rollout'; seconds: number}
	| {kind: 'verb'; verb: 'complete' | 'rollback' | 'abandon' | 'undo'; machine: string};

const machine = constantFrom('ann', 'bob', 'nowhere');

const step: Arbitrary<CommandStep> = oneof(
	{
		weight: 4,
		arbitrary: record({kind: constantFrom('deploy' as const), crashes: constantFrom(false, false, true)}),
	},
	{
		weight: 3,
		arbitrary: record({
			kind: constantFrom('kubectl' as const),
			words: array(nat({max: 9}), {minLength: 2, maxLength: 2}),
			percent: constantFrom(0, 10, 50, 90, 100),
			tagged: constantFrom(true, false),
		}),
	},
	{weight: 1, arbitrary: record({kind: constantFrom('follow' as const)})},
	{
		weight: 2,
		arbitrary: record({
			kind: constantFrom('both' as const),
			word: nat({max: 9}),
			percent: constantFrom(0, 10, 100),
		}),
	},
	{
		weight: 2,
		arbitrary: record({
			kind: constantFrom('kn' as const),
			words: array(nat({max: 9}), {minLength: 2, maxLength: 2}),
			percent: constantFrom(0, 10, 50, 100),
		}),
	},
	{
		weight: 2,
		arbitrary: record({
			kind: constantFrom('tag' as const),
			word: nat({max: 9}),
			tag: constantFrom('stable', 'canary', 'previous', 'v1'),
		}),
	},
	{
		weight: 1,
		arbitrary: record({kind: constantFrom('rollout' as const), seconds: constantFrom(0, 380)}),
	},
	{
		weight: 6,
		arbitrary: record({
			kind: constantFrom('verb' as const),
			verb: constantFrom('complete' as const, 'rollback' as const, 'abandon' as const, 'undo' as const),
			machine,
		}),
	},
);

const numberOf = (revision: string) => Number(revision.slice(-5));
const wholeAfter = ({plan}: Result) =>
	plan?.splits?.after.find(({percent}) => percent === 100)?.revision ?? '';

/** What users have been served so far, by what the route says once it has settled. */
async function note(had: Set<string>, {service}: Operators): Promise<void> {
	const {statusTraffic} = await service('cart');
	for (const {revision, percent} of statusTraffic) if (percent > 0) had.add(revision);
}

async function brokenIn(steps: readonly CommandStep[]): Promise<string[]> {
	const operators = await openOperators();
	const {create, deploy, split, patch, run, revisions, service, splitOf} = operators;
	const had = new Set<string>();
	const broken: string[] = [];
	await create('cart');
	await note(had, operators);
	for (const what of steps) {
		const {length: made} = await revisions('cart');
		switch (what.kind) {
			case 'deploy': {
				const image = what.crashes ? 'registry.example.com/samples/helloworld-crash:1' : undefined;
				await deploy('cart', `number ${made + 1}`, image);
				break;
			}
			case 'kubectl': {
				const [one = 1, other = 1] = what.words.map(word => (word % made) + 1);
				const [stable, canary] = what.tagged ? ['#stable', '#canary'] : ['', ''];
				const words =
					one === other
						? `${one}=100`
						: `${one}=${100 - what.percent}${stable} ${other}=${what.percent}${canary}`;
				await split('cart', words);
				break;
			}
			case 'kn': {
				const [one = 1, other = 1] = what.words.map(word => (word % made) + 1);
				await operators.kn(
					'cart',
					one === other ? {[one]: 100} : {[one]: 100 - what.percent, [other]: what.percent},
				);
				break;
			}
			case 'tag': {
				await operators.moveTag('cart', (what.word % made) + 1, what.tag);
				break;
			}
			case 'rollout': {
				await operators.annotate('cart', {
					'serving.knative.dev/rollout-duration': what.seconds === 0 ? null : `${what.seconds}s`,
				});
				break;
			}
			case 'follow': {
				await patch('cart', {traffic: [{latestRevision: true, percent: 100}]});
				break;
			}
			case 'both': {
				const revisionName = `cart-${String((what.word % made) + 1).padStart(5, '0')}`;
				await patch('cart', {
					template: {
						spec: {
							containers: [
								{
									image: 'registry.example.com/samples/helloworld-go:1',
									env: [{name: 'TARGET', value: `number ${made + 1}`}],
								},
							],
						},
					},
					traffic: [
						{revisionName, percent: 100 - what.percent},
						{latestRevision: true, percent: what.percent},
					],
				});
				break;
			}
			case 'verb': {
				const before = await service('cart');
				const words = await splitOf('cart');
				const wasIn = new Set(
					[...before.specTraffic, ...before.statusTraffic].map(({revision, ...row}) =>
						'latest' in row && row.latest ? (revision ?? before.latestReady) : revision,
					),
				);
				if (what.verb !== 'undo') {
					const proposed = new Set<string>();
					for (const who of ['ann', 'bob', 'nowhere']) {
						const {code, plan} = await run(what.verb, 'cart', {machine: who, dryRun: true});
						proposed.add(`${code} ${JSON.stringify(plan?.splits?.after ?? [])}`);
					}
					if (proposed.size > 1) broken.push(`${words}: ${what.verb} proposes ${[...proposed].join(' or ')}`);
				}
				const result = await run(what.verb, 'cart', {machine: what.machine});
				const to = wholeAfter(result);
				if (result.code !== 0 || !result.plan) break;
				if (what.verb === 'complete' && !wasIn.has(to)) {
					broken.push(`${words}: promoted ${to}, which was in no split`);
				}
				if (what.verb === 'rollback') {
					const newest = Math.max(...[...wasIn].map(name => numberOf(name ?? '0')));
					if (numberOf(to) > newest) broken.push(`${words}: rolled back to ${to}, newer than all`);
					const olderHad = [...had].some(name => numberOf(name) < newest);
					if (!had.has(to) && olderHad) broken.push(`${words}: rolled back to ${to}, which no user had`);
					const marked = (await revisions('cart')).find(({name}) => name === to)?.rejected;
					if (marked !== undefined) broken.push(`${words}: rolled back to ${to}, which was rejected`);
					const after = await splitOf('cart');
					await run('rollback', 'cart', {machine: 'another'});
					if ((await splitOf('cart')) !== after) broken.push(`${words}: a second roll back changed ${after}`);
				}
				break;
			}
		}
		await note(had, operators);
	}
	return broken;
}

const runs = Number(process.env['STORIES_OVER_HTTP'] ?? 12);

it(`the commands keep what they promise, in ${runs} stories over HTTP`, async () => {
	await assert(
		asyncProperty(array(step, {minLength: 3, maxLength: 8}), async steps => {
			expect(await brokenIn(steps)).toEqual([]);
		}),
		{numRuns: runs, endOnFailure: true},
	);
}, 300_000);
