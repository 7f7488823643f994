/**
 * What is typed ahead on a line that lags, while services come and go around the one that is selected: nothing is written
 * that was not on the screen when Enter was pressed. TYPED_AHEAD_TRIALS=1000 tries that often.
 */
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import {identityOf} from '../../../source/kube/identity.js';
import {servingPath} from '../../../source/kube/paths.js';
import {seededRandom} from '../../../source/sandbox/seeded-random.js';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {startApiRelay, tokenOf, type ApiRelay, type RelayedRequest} from '../../support/kube/api-relay.js';
import {openBuiltConsole} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';
import {startWorld, type World} from '../../support/world.js';

const trials = Number(process.env['TYPED_AHEAD_TRIALS'] ?? 20);
/** That many operators at once, each with a console of their own. */
const operators = Number(process.env['TYPED_AHEAD_OPERATORS'] ?? 2);
/** Milliseconds each way. */
const delay = 300;
/** Milliseconds after the last key in which a write may still come, and the screen gets quiet. */
const aftermath = 2 * delay + 500;
/** Milliseconds between two events around. */
const between = 50;

const names = ['bell', 'cart', 'dusk', 'echo', 'fern'];
const services = servingPath('services', 'default');

let world: World;
let directory: string;
let incarnations = 0;
/** What tells an object from all others on the screen, by its uid. */
const marks = new Map<string, string>();

beforeAll(async () => {
	world = await startWorld();
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-typed-'));
});

afterAll(async () => {
	await world.stop();
	await rm(directory, {recursive: true, force: true});
});

/** A service is told by its uid, which is in the command line on its sheet; a revision by its image, made for it alone. */
function note(object: Record<string, unknown>): void {
	const {uid} = identityOf(object) ?? {};
	if (uid === undefined) return;
	const image = /registry\.example\.com\/(i\d+x\d+)\//.exec(JSON.stringify(object['spec'] ?? null))?.[1];
	marks.set(uid, object['kind'] === 'Revision' && image !== undefined ? image : uid);
}

const template = (incarnation: number, revision: number) => ({
	spec: {containers: [{image: `registry.example.com/i${incarnation}x${revision}/helloworld-go:1`}]},
});

/** A service with a release under way, and a third revision that has no traffic. */
async function create(name: string): Promise<void> {
	const incarnation = ++incarnations;
	await world.other.request({
		method: 'POST',
		path: services,
		body: {
			apiVersion: 'serving.knative.dev/v1',
			kind: 'Service',
			metadata: {name, namespace: 'default'},
			spec: {template: template(incarnation, 1)},
		},
	});
	const traffic = [
		{revisionName: `${name}-00001`, percent: 90, tag: 'stable'},
		{revisionName: `${name}-00002`, percent: 10, tag: 'canary'},
	];
	for (const revision of [2, 3]) {
		await world.other.request({
			method: 'PATCH',
			path: `${services}/${name}`,
			contentType: 'application/merge-patch+json',
			body: {spec: {template: template(incarnation, revision), traffic}},
		});
	}
}

/** Somebody else at work, 20 times a second, until it is called off. */
async function churn(random: () => number, signal: AbortSignal): Promise<void> {
	const there = new Set<string>();
	while (!signal.aborted) {
		const name = names[Math.floor(random() * names.length)]!;
		if (there.delete(name)) {
			await world.other.request({method: 'DELETE', path: `${services}/${name}`});
		} else {
			there.add(name);
			await create(name);
		}
		await pause(between);
	}
}

/** What the console has written since: no dry runs. */
function writesSince(relay: ApiRelay, start: number): RelayedRequest[] {
	return relay.seen.slice(start).filter(({method, query, path: at, body}) => {
		const isQuestion = at.includes('selfsubject');
		return method !== 'GET' && !isQuestion && !query.has('dryRun') && !body.includes('"dryRun"');
	});
}

/** The uid that a write is guarded by. */
const uidOf = ({body}: RelayedRequest): string =>
	/"path":"\/metadata\/uid","value":"([^"]+)"/.exec(body)?.[1] ??
	/"preconditions":\{"uid":"([^"]+)"/.exec(body)?.[1] ??
	'no uid';

/** The text of a screen, in ASCII or not, with the breaks of its lines taken out. */
const flat = (screen: string) => screen.replaceAll(/[│╭╮╰╯─|+\s-]/g, '').replaceAll('⏎', 'enter');

/** The keys of each thing that is done without looking: the last one is the Enter that would write. */
const habits: readonly (readonly string[])[] = [
	['1', 'R', 'enter'],
	['1', 'c', 'enter'],
	['1', 'D', 'name', 'enter'],
	['2', 'D', 'enter'],
	['3', 'right', 'enter', 'enter'],
	['1', 'R', 'change', 'm', 'enter'],
];

type TerminalLine = {isAnswering: boolean; answersFor?: string};

/** A console of its own, behind a relay that tells its writes from those of others. */
async function open(line: TerminalLine): Promise<{terminal: TestTerminal; relay: ApiRelay}> {
	const {kubeconfigPath} = world.sandbox;
	const relay = await startApiRelay(kubeconfigPath, {
		rules: {token: tokenOf(kubeconfigPath), object: note},
	});
	onTestFinished(async () => relay.close());
	const state = await mkdtemp(path.join(directory, 'state-'));
	const config = path.join(state, 'config');
	await writeFile(config, kubeconfigFor(relay.url));
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', config, '-n', 'default'],
		cols: 200,
		rows: 60,
		env: {XDG_STATE_HOME: state, KUBECONFIG: ''},
		delay,
		...line,
	});
	await terminal.until(/watching/);
	return {terminal, relay};
}

/** The service that the operator sees selected. */
const selectedOn = (screen: string) => /[▸>] . (\w+) /u.exec(screen)?.[1];

/** One habit, with gaps of 0 to 600 ms. Returns what was written although it was not on the screen. */
async function blind(
	{terminal, relay}: {terminal: TestTerminal; relay: ApiRelay},
	habit: readonly string[],
	random: () => number,
): Promise<string[]> {
	const start = relay.seen.length;
	const seen: string[] = [];
	// A machine that stands still makes the line longer than it is meant to be: what happens then proves nothing.
	const stillness = monitorEventLoopDelay({resolution: 10});
	stillness.enable();
	for (const key of habit) {
		if (key === 'name') {
			// A deletion wants the name: typed as fast as somebody types who knows it.
			for (const letter of selectedOn(terminal.screen()) ?? 'cart') {
				terminal.press(letter);
				await pause(random() * 100);
			}
			continue;
		}
		if (key === 'change') {
			await pause(2 * delay);
			const name = selectedOn(terminal.screen()) ?? 'cart';
			await world.other.request({
				method: 'PATCH',
				path: `${services}/${name}`,
				contentType: 'application/merge-patch+json',
				body: {spec: {traffic: [{revisionName: `${name}-00002`, percent: 100, tag: 'canary'}]}},
			});
			await pause(2 * delay);
			continue;
		}
		if (key === 'enter') seen.push(flat(terminal.screen()));
		terminal.press(key);
		await pause(random() * 600);
	}
	await pause(aftermath);
	stillness.disable();
	const isFair = stillness.max < 150e6;
	const wrong = writesSince(relay, start).flatMap(write => {
		const mark = marks.get(uidOf(write)) ?? uidOf(write);
		const wasSeen = seen.some(screen => screen.includes(flat(mark)) && screen.includes('enterapply'));
		return wasSeen || !isFair
			? []
			: [`${habit.join(' ')}: ${write.method} ${write.path} (${mark}) was on no screen`];
	});
	// Back to the panes, and on to a service that is there.
	terminal.press('esc');
	terminal.press('esc');
	terminal.press('1');
	terminal.press(random() < 0.5 ? 'j' : 'k');
	await pause(aftermath);
	return wrong;
}

describe.each([
	['that answers', {isAnswering: true}],
	['that answers nothing', {isAnswering: false}],
	// As mosh does: at the far end of the line, before anything is on the screen at the near one.
	['that answers for another one', {isAnswering: true, answersFor: '\u001B[>1;10;0c'}],
] satisfies [string, TerminalLine][])('with a terminal %s', (_, line) => {
	it(
		`nothing is written in ${trials} trials that was not on the screen`,
		async () => {
			const ending = new AbortController();
			const others = churn(seededRandom(1), ending.signal);
			const wrong: string[] = [];
			const operate = async (seed: number) => {
				const random = seededRandom(seed);
				const opened = await open(line);
				await using terminal = opened.terminal;
				await terminal.until(screen => selectedOn(screen) !== undefined);
				for (let trial = seed; trial < trials; trial += operators) {
					const habit = habits[Math.floor(random() * habits.length)]!;
					wrong.push(...(await blind(opened, habit, random)));
				}
			};
			await Promise.all(Array.from({length: operators}, async (_operator, seed) => operate(seed)));
			ending.abort();
			await others;
			expect(wrong).toEqual([]);
		},
		60_000 + trials * 8000,
	);

	it('who reads needs two keys', async () => {
		await create('read');
		const {terminal, relay} = await open(line);
		onTestFinished(() => terminal[Symbol.asyncDispose]());
		await terminal.until(/read/);
		terminal.press('/');
		terminal.type('read');
		terminal.press('enter');
		await terminal.until(/Revisions of read/);
		const start = relay.seen.length;
		terminal.press('R');
		await terminal.until(/Roll back read[^]*(?:⏎|enter) apply/);
		// As long as somebody takes to read a line.
		if (!line.isAnswering || 'answersFor' in line) await pause(1000);
		terminal.press('enter');
		await terminal.until(/1 Services[^]*read\s[^\n]*\s100[│|]0\s/);
		expect(writesSince(relay, start)).toHaveLength(1);
		await world.delete('read');
	});
});
