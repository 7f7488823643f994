/**
 * From the bytes of a pod's answer to what is on the screen: recordings of a real cluster and answers in the older names, broken
 * in all the ways of a network, a proxy or another program. Whatever comes, there is a line of words and plain numbers.
 */
import {readFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import * as fc from '../support/property.js';
import {expect, it} from 'vitest';
import {usersSummary, usersVerdicts} from '../../source/console/live/users-lines.js';
import {createLedger, type LedgerStretch, type PodSample} from '../../source/users/counting/ledger.js';
import {usersView, type UsersView} from '../../source/users/counting/users-view.js';
import {askPod} from '../../source/users/scrape/ask-pod.js';
import type {KnownPod} from '../../source/users/scrape/pod-set.js';

const runs = Number(process.env['FUZZ_RUNS'] ?? 150);
const recordedStat = readFileSync(new URL('recorded/queue-proxy-9090-metrics.pb', import.meta.url));
const recordedText = readFileSync(new URL('recorded/queue-proxy-9091-metrics.txt', import.meta.url));

const pod: KnownPod = {
	name: 'users-00003-deployment-d8c54d5fc-lxxn5',
	uid: 'uid-1',
	revision: 'users-00003',
	isRunning: true,
	isReady: true,
	metrics: {kind: 'prometheus', isOlder: false},
	isNew: true,
};

const olderLabels = `namespace_name="ceo",pod_name="${pod.name}",revision_name="${pod.revision}",response_code="200"`;
const olderText = Buffer.from(
	[
		'# TYPE revision_app_request_count counter',
		`revision_app_request_count{${olderLabels}} 41`,
		'# TYPE revision_app_request_latencies histogram',
		`revision_app_request_latencies_bucket{${olderLabels},le="5"} 40`,
		`revision_app_request_latencies_bucket{${olderLabels},le="+Inf"} 41`,
		`revision_app_request_latencies_sum{${olderLabels}} 90.5`,
		`revision_app_request_latencies_count{${olderLabels}} 41`,
		'',
	].join('\n'),
);

/** Ways in which bytes come to be others. */
const broken = (recorded: Uint8Array) => {
	const at = fc.nat(recorded.length - 1);
	const bytes = Buffer.from(recorded);
	const splice = (from: number, length: number, other: Uint8Array) =>
		Buffer.concat([bytes.subarray(0, from), other, bytes.subarray(from + length)]);
	return fc.oneof(
		fc.constant(bytes),
		at.map(end => bytes.subarray(0, end)),
		fc
			.tuple(at, fc.integer({min: 0, max: 255}))
			.map(([place, byte]) => splice(place, 1, Uint8Array.of(byte))),
		fc
			.tuple(at, fc.nat(200), fc.uint8Array({maxLength: 40}))
			.map(([from, length, other]) => splice(from, length, other)),
		// A part comes twice, or many times.
		fc
			.tuple(at, fc.nat(400), fc.integer({min: 1, max: 50}))
			.map(([from, length, times]) =>
				splice(
					from,
					0,
					Buffer.concat(Array.from({length: times}, () => bytes.subarray(from, from + length))),
				),
			),
		// Varints without an end, and groups in groups.
		fc
			.tuple(at, fc.constantFrom(0xff, 0x80, 0x0b, 0x33, 0x7b), fc.nat(5000))
			.map(([from, byte, length]) => splice(from, 0, Buffer.alloc(length, byte))),
		fc.constant(gzipSync(bytes)),
		at.map(end => gzipSync(bytes).subarray(0, end)),
	);
};

const numbers = fc.constantFrom(
	'NaN',
	'+Inf',
	'-Inf',
	'-1',
	'-0',
	'0.5',
	'1e6',
	'9007199254740991',
	'1e300',
	'1e-300',
	'0x10',
	'',
	'1_000',
	'12,5',
);

/** Texts whose numbers, bounds, labels or names are other ones. */
const brokenText = (recorded: Buffer) => {
	const text = recorded.toString('utf8');
	const lines = text.split('\n');
	const line = fc.nat(lines.length - 1);
	const changed = (index: number, change: (old: string) => string) =>
		lines.map((old, place) => (place === index ? change(old) : old)).join('\n');
	return fc
		.oneof(
			broken(recorded).map(bytes => Buffer.from(bytes).toString('latin1')),
			fc
				.tuple(line, numbers)
				.map(([index, number]) => changed(index, old => old.replace(/ [^ ]*$/, ` ${number}`))),
			numbers.map(number => text.replaceAll(/ [\d.]+$/gm, ` ${number}`)),
			fc
				.tuple(line, numbers)
				.map(([index, number]) => changed(index, old => old.replace(/le="[^"]*"/, `le="${number}"`))),
			fc
				.tuple(line, fc.string({unit: 'binary', maxLength: 300}))
				.map(([index, value]) => changed(index, old => old.replace(/"[^"]*"/, () => JSON.stringify(value)))),
			line.map(index => changed(index, old => old.replace(/\{[^}]*\}/, ''))),
			fc.constantFrom('_seconds', '_milliseconds', '_total').map(unit => text.replaceAll('_seconds', unit)),
			fc.constant(text + text),
			fc
				.nat(2000)
				.map(many =>
					Array.from({length: many}, (_, code) =>
						lines.map(old => old.replace('"200"', `"${code}"`)).at(-6),
					).join('\n'),
				),
		)
		.map(changedText => Buffer.from(changedText));
};

const printable = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,500}$/u;

/** Every number that is shown, and every one that a script is told. */
function expectPlain(view: UsersView): void {
	for (const window of [view.recent, view.sinceSplit]) {
		const all = window.rows.flatMap(
			({perSecond, requests, failed, rejected, share = 0, p50 = 0, p95 = 0}) => [
				perSecond,
				requests,
				failed,
				rejected,
				share,
				// Beyond the last bound.
				p50 === Infinity ? 0 : p50,
				p95 === Infinity ? 0 : p95,
			],
		);
		for (const number of [window.seconds, window.perSecond, window.requests, ...all]) {
			expect(number).toBeGreaterThanOrEqual(0);
			expect(number).toBeLessThan(Infinity);
		}
	}
}

/** What is told after some rounds in which the pod answered so; the reasons for what it did not tell, too. */
async function told(
	bodies: readonly Uint8Array[],
	askFor: 'counts' | 'rate',
): Promise<{lines: string[]; reasons: string[]}> {
	const ledger = createLedger();
	const stretches: LedgerStretch[] = [];
	const reasons: string[] = [];
	for (const [index, body] of bodies.entries()) {
		const report = await askPod(async () => ({kind: 'read', body}), pod, {
			namespace: 'ceo',
			askFor,
			signal: new AbortController().signal,
		});
		if (report.kind === 'failed') reasons.push(report.sentence);
		const said: PodSample['said'] | undefined =
			report.kind === 'counts' || report.kind === 'rate' ? report : undefined;
		const at = index * 2000;
		const stretch = ledger.add({
			at,
			pods: new Map([
				[pod.revision, [pod.uid]],
				['users-00002', []],
			]),
			samples: said ? [{uid: pod.uid, revision: pod.revision, isNew: true, at, said}] : [],
			own: new Map(),
			isSettling: false,
		});
		if (stretch) stretches.push(stretch);
	}
	const view = usersView(stretches, {
		weights: [
			{revision: pod.revision, percent: 60},
			{revision: 'users-00002', percent: 40},
		],
		since: 0,
		pair: {fresh: pod.revision, old: 'users-00002'},
	});
	expectPlain(view);
	const snapshot = {
		state: 'counting' as const,
		view,
		changes: [],
		problems: [],
		asked: 0,
	};
	return {lines: [usersSummary(snapshot), ...usersVerdicts(snapshot)].map(({text}) => text), reasons};
}

it.each([
	['the rate of port 9090', 'rate', broken(recordedStat)],
	['the counts of port 9091', 'counts', brokenText(recordedText)],
	['the counts of an older Knative', 'counts', brokenText(olderText)],
] as const)('of %s, however broken, there are words and plain numbers', async (_, askFor, answers) => {
	await fc.assert(
		fc.asyncProperty(fc.array(answers, {minLength: 2, maxLength: 5}), async bodies => {
			const {lines, reasons} = await told(bodies, askFor);
			for (const line of [...lines, ...reasons]) expect(line).toMatch(printable);
			for (const line of lines) {
				expect(line.replaceAll(/users-\d{5}/g, '')).not.toMatch(/NaN|Infinity|undefined|-\d/);
			}
		}),
		{numRuns: runs},
	);
});

it('refuses a million series, and what is packed to become one', async () => {
	const million = Buffer.from('up 1\n'.repeat(1_000_000));
	const {reasons} = await told([million, gzipSync(million)], 'counts');
	expect(reasons).toEqual([
		'port 9091: no metrics: 1000001 lines are more than 100000',
		expect.stringMatching(/^port 9091: its gzip cannot be unpacked: /),
	]);
});
