/**
 * A whole canary release, played on a cluster by an operator without a screen and told as plain lines. Every step says
 * what must be seen; the release passes only when all of it was.
 */
import type {Cluster} from '../kube/cluster.js';
import type {LoopSnapshot} from '../probe/loop/loop.js';
import type {Answer} from '../probe/transport/probe.js';
import {createConsole} from '../console/console.js';
import {evenShares} from '../console/state/draft.js';
import type {Plan} from '../release/plan.js';
import {createOperator, type Operator} from './operator.js';
import {NotShown} from './wait.js';

const name = 'helloworld-go';
const grpcName = 'helloworld-grpc';
const image = 'registry.example.com/knative-samples/helloworld-go:73fbdd56';
const grpcImage = 'registry.example.com/knative-samples/helloworld-grpc:73fbdd56';
const [world, knative] = ['Hello World!', 'Hello Knative!'];
/** Answers that each loop waits for: at 20 a second two seconds' worth, and plenty to see a share of one half. */
const enough = 40;

type Say = (line: string) => void;

/** Plays the release. Returns whether every step showed what it must; says which did not. */
export async function playDemo(cluster: Cluster, print: Say): Promise<boolean> {
	const console = createConsole({to: cluster.context, namespace: 'default'});
	const operator = createOperator(console);
	const say: Say = line => print(`   ${line}`);
	let number = 0;
	const steps: [string, () => Promise<void>][] = [
		['Look at the cluster', async () => look(operator, cluster, say)],
		['Create the service', async () => create(operator, say, {name, image, protocol: 'http'})],
		['Ask it once', async () => mustAnswer(await verify(operator, 'service', say), world)],
		['Create a revision with TARGET=Knative at 0 %', async () => createRevision(operator, say)],
		[
			'Ask the new revision in private, at its tag',
			async () => mustAnswer(await verify(operator, 'revision', say), knative),
		],
		[
			'See that nothing moved for users',
			async () => {
				await console.live.toggle();
				for (let step = 0; step < 4; step++) console.live.changePace(1);
				await mustCount(operator, say, {[world]: 100});
			},
		],
		['Split 50/50', async () => split(console, operator, say)],
		[
			'Complete: 100 % to the new revision',
			async () => {
				tell(await operator.write(console.complete), say);
				await mustCount(operator, say, {[knative]: 100});
			},
		],
		[
			'Roll back: 100 % to the old revision',
			async () => {
				tell(await operator.write(console.rollBack), say);
				await mustCount(operator, say, {[world]: 100});
			},
		],
		[
			'The same over gRPC: create and ask once',
			async () => {
				await create(operator, say, {name: grpcName, image: grpcImage, protocol: 'grpc'});
				mustAnswer(await verify(operator, 'service', say), 'SERVING');
			},
		],
	];
	console.connected(cluster);
	try {
		for (const [title, play] of steps) {
			number += 1;
			print(`${String(number).padStart(2)} ${title}`);
			await play();
		}
	} catch (error) {
		if (!(error instanceof NotShown)) throw error;
		say(`✗ ${error.message}`);
		print(`Step ${number} of ${steps.length} did not show what it must.`);
		return false;
	} finally {
		await console.stop();
	}
	print(`All ${steps.length} steps showed what they must.`);
	return true;
}

async function look(operator: Operator, {context}: Cluster, say: Say): Promise<void> {
	const {services, gateway} = await operator.connected();
	say(`context ${context}: ${services} services; gateway at ${gateway}`);
}

async function create(
	operator: Operator,
	say: Say,
	values: {name: string; image: string; protocol: 'http' | 'grpc'},
): Promise<void> {
	tell(await operator.createService(values), say);
	await operator.select(values.name);
	const {service, words} = await operator.ready(values.name);
	for (const word of words) say(word);
	if (service.url === undefined) throw new NotShown(`${values.name} is Ready without a URL`);
	say(`✓ ${service.url}`);
}

async function createRevision(operator: Operator, say: Say): Promise<void> {
	const {plan, before} = await operator.createRevision({
		env: [{name: 'TARGET', value: 'Knative'}],
		percent: '0',
	});
	tell(plan, say);
	const revision = await operator.readyRevision('canary', before);
	const service = await operator.settled(name);
	const share = service.statusTraffic
		.filter(target => target.revision === revision.name)
		.reduce((sum, {percent}) => sum + percent, 0);
	if (share !== 0) throw new NotShown(`${revision.name} has ${share} % of the traffic, and was to have none`);
	say(`✓ ${revision.name} is Ready and has 0 %`);
}

async function split(console: ReturnType<typeof createConsole>, operator: Operator, say: Say): Promise<void> {
	evenShares(console.store);
	tell(await operator.write(console.reviewDraft), say);
	const snapshot = await mustCount(operator, say, {[world]: 50, [knative]: 50});
	if (snapshot.verdict?.state !== 'agrees') {
		throw new NotShown(`the observed split does not agree: ${snapshot.verdict?.sentence ?? 'no verdict'}`);
	}
	say(`✓ ${snapshot.verdict.sentence}`);
}

function tell(plan: Plan, say: Say): void {
	for (const row of plan.rows) {
		say(`${row.revision ?? 'the new revision'}: ${row.before ?? '–'} → ${row.after ?? '–'} %`);
	}
	for (const command of plan.commands) say(`$ ${command}`);
}

async function verify(operator: Operator, which: 'service' | 'revision', say: Say): Promise<Answer> {
	const {sheet, answer} = await operator.verify(which);
	say(`$ ${sheet.command}`);
	const {outcome} = answer;
	say(outcome.kind === 'response' ? `${outcome.code}  ${outcome.firstLine}` : `✗ ${outcome.sentence}`);
	return answer;
}

function mustAnswer({outcome}: Answer, expected: string): void {
	const said = outcome.kind === 'response' ? outcome.firstLine : outcome.sentence;
	if (said !== expected) throw new NotShown(`the gateway said “${said}”, and was to say “${expected}”`);
}

/** Counts until there are enough answers, which must be these and no others, at these configured percents. */
async function mustCount(
	operator: Operator,
	say: Say,
	expected: Readonly<Record<string, number>>,
): Promise<LoopSnapshot> {
	await operator.settled(name);
	const asked = Object.values(expected).filter(percent => percent > 0);
	const snapshot = await operator.counted(
		({answered, weights, verdict}) =>
			answered >= enough &&
			asked.every(percent => weights.some(weight => weight.percent === percent)) &&
			verdict?.state !== 'too few',
	);
	for (const row of snapshot.rows) {
		if (row.n === 0) continue;
		const share = ((row.observedShare ?? 0) * 100).toFixed(1);
		const {low, high} = row.interval;
		say(
			`${row.fingerprint ?? '(no body)'}  ×${row.n}  asked ${row.configuredPercent ?? '–'} %, seen ${share} % [${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)}]`,
		);
	}
	const heard = new Set(snapshot.rows.filter(({n}) => n > 0).map(({fingerprint}) => fingerprint));
	const missing = Object.keys(expected).filter(greeting => !heard.has(greeting));
	const surplus = [...heard].filter(greeting => greeting === undefined || !(greeting in expected));
	if (missing.length > 0) throw new NotShown(`nobody said ${missing.join(' or ')}`);
	if (surplus.length > 0) throw new NotShown(`somebody said ${surplus.join(' and ')}, and nobody was to`);
	return snapshot;
}
