/**
 * How quick and how light the built console is, on this machine, now, and how much of that is lost when the namespace grows
 * from 10 services to 1,000, of 10 revisions each. Everything is compared with something measured in the same run (a
 * bare Node process, kubectl where installed, the smallest size), because only such ratios mean anything on a shared
 * machine. Then a storm: 1,000 events a second. Prints tables; `--json FILE` writes the numbers too. Linux only.
 *
 * `K9S=path/to/k9s` has the figures that k9s has too measured of it as well, beside which ours are set.
 *
 * `--idle` and `--seconds` for how long an idle console and one that asks are looked at, `--storm 60` for a longer storm (0:
 * none).
 */
import {writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {startSandboxProcess, type SandboxProcess} from '../../test/support/program/sandbox-process.ts';
import {measureK9s} from './parts/k9s.ts';
import {openWatching, program, quit, screen} from './parts/open.ts';
import {createResults, printGrowth, printResults} from './parts/results.ts';
import {
	measureHeap,
	measureHeldKey,
	measureIdle,
	measureKeys,
	measureLooks,
	measureLoop,
	measureQuickLoop,
	measureScrolling,
	measureTouches,
} from './parts/running.ts';
import {measureStarts} from './parts/start-up.ts';
import {measureStorm} from './parts/storm.ts';
import {printTargets} from './parts/targets.ts';

const {values: flags} = parseArgs({
	options: {
		json: {type: 'string'},
		sizes: {type: 'string', default: '10,100,1000'},
		runs: {type: 'string', default: '5'},
		idle: {type: 'string', default: '30'},
		seconds: {type: 'string', default: '10'},
		keys: {type: 'string', default: '60'},
		storm: {type: 'string', default: '10'},
	},
});
// What is set for Node on this machine is not the program's: the certificates of NODE_EXTRA_CA_CERTS take 9 ms of a start.
for (const name of Object.keys(process.env)) {
	if (name.startsWith('NODE_')) delete process.env[name];
}
const sizes = flags.sizes.split(',').map(Number);
const runs = Number(flags.runs);
const seconds = Number(flags.seconds);
const keys = Number(flags.keys);
const stormSeconds = Number(flags.storm);
const stormRate = 1000;
const revisions = 10;
/** Beside the crowd there are the three services that every sandbox has. */
const ownServices = 3;

const storm = createResults();
const sandboxes: SandboxProcess[] = [];
try {
	for (const size of sizes) {
		const args = ['--services', String(size), '--revisions', String(revisions)];
		sandboxes.push(await startSandboxProcess(program, {args}));
	}
	const all = sizes.map((services, index) => ({
		services,
		kubeconfig: sandboxes[index]!.kubeconfig,
		...createResults(),
		beside: createResults(),
	}));
	await measureStarts(all, runs);

	const consoles = await Promise.all(
		all.map(async one => ({...one, terminal: await openWatching(one.kubeconfig)})),
	);
	for (const [what, measure] of [
		['an idle console', async () => measureIdle(consoles, Number(flags.idle))],
		['keys', async () => measureKeys(consoles, keys)],
		['a key that is held', async () => measureHeldKey(consoles, Math.min(...sizes) + ownServices - 1)],
		['keys that scroll', async () => measureScrolling(consoles)],
		['events that are not shown', async () => measureTouches(consoles, seconds)],
		['keys beside them', async () => measureLooks(consoles, seconds)],
		['a loop at 1/s', async () => measureLoop(consoles, seconds)],
	] as const) {
		console.error(`measuring ${what}`);
		await measure();
	}
	for (const {terminal} of consoles) await quit(terminal);
	console.error('measuring a loop at 50/s, and the heap');
	for (const {kubeconfig, add} of all) {
		await measureQuickLoop(kubeconfig, add, seconds);
		await measureHeap(kubeconfig, add);
	}

	const k9s = process.env['K9S'];
	if (k9s !== undefined) {
		console.error('measuring k9s');
		const clusters = all.map(({beside, ...one}) => ({...one, add: beside.add}));
		await measureK9s(k9s, clusters, {runs, idle: Number(flags.idle), keys, seconds});
	}

	for (const {services, results} of all) {
		printResults(`${services} services of ${revisions} revisions`, results);
	}
	for (const {services, results, beside} of all) printTargets(services, results, beside.results);
	console.log('');
	printGrowth(all);

	const largest = all.at(-1);
	if (largest && stormSeconds > 0) {
		const {kubeconfig, services} = largest;
		await measureStorm(kubeconfig, {perSecond: stormRate, seconds: stormSeconds, services, add: storm.add});
		printResults(
			`a storm of ${stormRate} events a second for ${stormSeconds} s, ${services} services`,
			storm.results,
		);
	}
	if (flags.json !== undefined) {
		const told = all.map(({services, results, beside}) => ({services, results, k9s: beside.results}));
		const numbers = {
			node: process.version,
			screen,
			revisions,
			runs,
			seconds,
			keys,
			sizes: told,
			storm: storm.results,
		};
		writeFileSync(flags.json, `${JSON.stringify(numbers, undefined, '\t')}\n`);
	}
} finally {
	await Promise.all(sandboxes.map(async sandbox => sandbox.stop()));
}
