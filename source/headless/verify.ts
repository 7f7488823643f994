/**
 * `kn-canary verify`: asks a service a number of times that is fixed beforehand, and says by an exact test whether the
 * split that users get is the one that the route has, or the one that is expected.
 */
import type {Cluster} from '../cluster/cluster.js';
import {TransportError} from '../cluster/cluster.js';
import type {GatewayAddress} from '../cluster/gateway-address.js';
import {sentenceOf} from '../cluster/status.js';
import type {Asking} from '../probe/asking.js';
import {probeOptionsOf} from '../probe/asking.js';
import {createProbe} from '../probe/create-probe.js';
import type {Loop, LoopSnapshot} from '../probe/loop.js';
import {createLoop} from '../probe/loop.js';
import type {FailureKind} from '../probe/probe.js';
import type {Row} from '../probe/report.js';
import {reachGateway} from '../store/gateway.js';
import type {GatewayState} from '../store/state.js';
import {tagsOf, targetOf} from '../store/target.js';
import type {ServiceView} from '../traffic/service.js';
import {parseService} from '../traffic/service.js';
import {routeSettled} from '../traffic/state.js';
import type {FixedVerdict} from '../verdict/fixed-verdict.js';
import {fixedVerdict} from '../verdict/fixed-verdict.js';
import {configuredShares, expectedShares, type Share} from './expected-split.js';

export type VerifyOptions = {
	service: string;
	namespace: string;
	/** Requests to send. */
	n: number;
	/** The chance of calling a split wrong that is right, above 0 and below 1. */
	alpha: number;
	/** As `expectedShares` takes it; the split of the route when not given. */
	expect?: string | undefined;
	/** The operator's own word for where the gateway is; then it is not looked for. */
	gateway?: GatewayAddress | undefined;
	asking: Asking;
	/** Of this program, for the User-Agent. */
	version?: string | undefined;
	/** Milliseconds to wait for a route that is still settling; 60,000 when not given. */
	settleTimeout?: number;
	onProgress?: (snapshot: LoopSnapshot) => void;
	signal?: AbortSignal;
};

/** Everything that was asked and counted. A plain value, fit for JSON. */
export type VerifyReport = {
	service: string;
	namespace: string;
	context: string;
	url: string;
	/** `via`: what it was learned from; `portForward`: it is ours, and was there for as long as this took. */
	gateway: {host: string; port: number; tls: boolean; via: string; portForward: boolean};
	/** ISO 8601, UTC: from the first request on, until the last answer. */
	since: string;
	until: string;
	requests: {
		asked: number;
		/** A second. */
		rate: number;
		sent: number;
		notSent: number;
		answered: number;
		errors: number;
		attributed: number;
		unattributed: number;
		statusCodes: Readonly<Record<string, number>>;
	};
	configured: readonly Share[];
	expected: readonly Share[];
	/** Latencies in milliseconds, from the slot a request was scheduled for; p99 from 100 answers on. */
	rows: readonly ReportRow[];
	verdict: Omit<FixedVerdict, 'attributed' | 'unattributed'> & {alpha: number};
	/** What should be known beside the verdict. */
	notes: readonly string[];
};

export type ReportRow = {
	revision: string | null;
	/** Whose answers these may be, when it is not known whose they are. */
	candidates: readonly string[];
	fingerprint: string | null;
	attribution: Row['attribution'];
	configuredPercent: number | null;
	expectedPercent: number | null;
	n: number;
	errors: number;
	/** Of all answers, 0–1, and its 95 % Wilson score interval. */
	observedShare: number | null;
	interval: {low: number; high: number};
	p50: number | null;
	p95: number | null;
	p99: number | null;
};

export type VerifyOutcome = {kind: 'asked'; report: VerifyReport} | {kind: 'could not ask'; sentence: string};

/** The exit code of `kn-canary verify`: 0 agrees, 1 disagrees, 2 cannot tell, 3 could not ask. */
export function exitCodeOf(outcome: VerifyOutcome): 0 | 1 | 2 | 3 {
	if (outcome.kind === 'could not ask') return 3;
	return ({agrees: 0, disagrees: 1, 'cannot tell': 2} as const)[outcome.report.verdict.state];
}

/** Sends the requests and judges the answers. Throws only what `signal` was aborted with, and TypeError for a bad `asking`. */
export async function verifySplit(cluster: Cluster, options: VerifyOptions): Promise<VerifyOutcome> {
	const found = await settledService(cluster, options);
	if (found.kind === 'could not ask') return found;
	const reached = await reachGateway(cluster, options.gateway);
	try {
		return await askService(cluster, options, found, reached.gateway);
	} finally {
		await reached.close();
	}
}

async function askService(
	cluster: Cluster,
	options: VerifyOptions,
	found: SettledService,
	gateway: GatewayState,
): Promise<VerifyOutcome> {
	const {asking, version, onProgress} = options;
	const {service} = found;
	const asked = targetOf(service, service.url, gateway, asking);
	if (!asked.ok || gateway.kind !== 'found') {
		return {kind: 'could not ask', sentence: asked.ok ? 'The gateway was not found.' : asked.reason};
	}
	const configured = configuredShares(service.statusTraffic);
	const expected =
		options.expect === undefined
			? ({ok: true, shares: configured} as const)
			: expectedShares(options.expect, service.statusTraffic);
	if (!expected.ok) return {kind: 'could not ask', sentence: expected.reason};

	const probe = createProbe(probeOptionsOf(asking, version));
	// Once beforehand, uncounted: where nothing listens there is no need to send hundreds to find that out.
	const {outcome: first} = await probe.ask(asked.target, {timeout: asking.timeout});
	if (first.kind === 'failure' && unreachable.has(first.failure)) {
		await probe.close();
		return {kind: 'could not ask', sentence: first.sentence};
	}
	const loop = createLoop({
		target: asked.target,
		rate: asking.rate,
		maxRate: asking.maxRate,
		timeout: asking.timeout,
		probe,
	});
	const unsubscribe = onProgress && loop.subscribe(onProgress);
	try {
		loop.setEpoch({weights: configured, settling: !found.settled});
		if (found.settled) await loop.learn(tagsOf(service));
		const since = new Date();
		const snapshot = await sendAll(loop, options);
		const until = new Date();
		const after = await readService(cluster, options);
		const changed =
			after.kind === 'service' &&
			(after.service.uid !== service.uid ||
				JSON.stringify(configuredShares(after.service.statusTraffic)) !== JSON.stringify(configured));
		if (snapshot.answered + snapshot.settlingAnswers > 0 && !heardAnything(snapshot)) {
			const failure = snapshot.last.find(({outcome}) => outcome.kind === 'failure')?.outcome;
			return {
				kind: 'could not ask',
				sentence: failure?.kind === 'failure' ? failure.sentence : 'No request was answered.',
			};
		}
		const {unattributed, rows} = snapshot;
		const verdict = judge(snapshot, expected.shares, {
			alpha: options.alpha,
			...(found.settled ? {} : {instead: 'the route has not settled on its split'}),
			...(changed ? {instead: 'the split was changed while it was asked'} : {}),
		});
		return {
			kind: 'asked',
			report: {
				service: service.name,
				namespace: service.namespace,
				context: cluster.context,
				url: asked.url,
				gateway: {
					host: gateway.host,
					port: gateway.port,
					tls: gateway.tls,
					via: gateway.via,
					portForward: gateway.forward !== undefined,
				},
				since: since.toISOString(),
				until: until.toISOString(),
				requests: {
					asked: options.n,
					rate: asking.rate,
					sent: snapshot.sent,
					notSent: snapshot.notSent,
					answered: snapshot.answered,
					errors: snapshot.errors,
					attributed: snapshot.answered - unattributed,
					unattributed,
					statusCodes: snapshot.statusCodes,
				},
				configured,
				expected: expected.shares,
				rows: rows.map(row => toReportRow(row, expected.shares)),
				verdict,
				notes: notesOn(snapshot, service, configured, expected.shares),
			},
		};
	} finally {
		unsubscribe?.();
		await loop.stop();
	}
}

/** What no second request would change. */
const unreachable: ReadonlySet<FailureKind> = new Set(['refused', 'dns', 'tls']);

type Found = {kind: 'service'; service: ServiceView} | {kind: 'could not ask'; sentence: string};

type SettledService = Extract<Found, {kind: 'service'}> & {settled: boolean};

async function readService(
	cluster: Cluster,
	{namespace, service: name}: Pick<VerifyOptions, 'namespace' | 'service'>,
): Promise<Found> {
	const path = `/apis/serving.knative.dev/v1/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}`;
	try {
		const answer = await cluster.request({method: 'GET', path});
		if (answer.status !== 200) {
			return {
				kind: 'could not ask',
				sentence: `Service ${name} in namespace ${namespace}: ${sentenceOf(answer)}`,
			};
		}
		const parsed = parseService(answer.body);
		return parsed.ok
			? {kind: 'service', service: parsed.value}
			: {kind: 'could not ask', sentence: parsed.reason};
	} catch (error) {
		if (!(error instanceof TransportError)) throw error;
		return {kind: 'could not ask', sentence: error.message};
	}
}

/** Milliseconds between two looks at a route that is settling. */
const settlePoll = 250;

/** A pipeline asks right after its write: waits until the gateway has what the route says, for a while. */
async function settledService(
	cluster: Cluster,
	options: VerifyOptions,
): Promise<Extract<Found, {kind: 'could not ask'}> | SettledService> {
	const {settleTimeout = 60_000, signal} = options;
	const end = performance.now() + settleTimeout;
	for (;;) {
		signal?.throwIfAborted();
		const found = await readService(cluster, options);
		if (found.kind === 'could not ask') return found;
		const settled = routeSettled(found.service);
		if (settled || performance.now() >= end) return {...found, settled};
		await new Promise(resolve => setTimeout(resolve, settlePoll));
	}
}

/** Times that what could not be sent is tried again: the test is for the number of requests that was fixed beforehand. */
const rounds = 10;

/** Resolves when so many requests are over, answered or failed; fewer where the machine cannot keep up at all. */
async function sendAll(loop: Loop, {n, asking, signal}: VerifyOptions): Promise<LoopSnapshot> {
	let snapshot = await sendBurst(loop, n, asking.rate, signal);
	for (let round = 1; round < rounds && snapshot.sent < n && !snapshot.settling; round++) {
		snapshot = await sendBurst(loop, n - snapshot.sent, asking.rate, signal);
	}
	return snapshot;
}

async function sendBurst(
	loop: Loop,
	requests: number,
	rate: number,
	signal: AbortSignal | undefined,
): Promise<LoopSnapshot> {
	const {promise, resolve, reject} = Promise.withResolvers<LoopSnapshot>();
	const onAbort = () => reject(signal?.reason);
	signal?.addEventListener('abort', onAbort, {once: true});
	const unsubscribe = loop.subscribe(snapshot => {
		if (snapshot.state === 'paused' && snapshot.burstLeft === 0 && snapshot.inFlight === 0) resolve(snapshot);
	});
	loop.burst(requests, rate);
	try {
		return await promise;
	} finally {
		unsubscribe();
		signal?.removeEventListener('abort', onAbort);
	}
}

const heardAnything = ({last, answered, errors}: LoopSnapshot): boolean =>
	answered > errors || last.some(({outcome}) => outcome.kind === 'response');

function judge(
	{rows, unattributed, answered}: LoopSnapshot,
	expected: readonly Share[],
	{alpha, instead}: {alpha: number; instead?: string},
): VerifyReport['verdict'] {
	const counts = new Map(expected.map(({revision}) => [revision, 0]));
	for (const {revision, n} of rows) if (revision !== undefined) counts.set(revision, n);
	const percents = new Map(expected.map(({revision, percent}) => [revision, percent]));
	const judged = fixedVerdict(
		[...counts].map(([key, count]) => ({key, percent: percents.get(key) ?? 0, count})),
		{unattributed, alpha},
	);
	const {attributed: _attributed, unattributed: _unattributed, ...verdict} = judged;
	if (instead !== undefined) {
		return {
			...verdict,
			alpha,
			state: 'cannot tell',
			p: undefined,
			method: undefined,
			sentence: `Cannot tell: ${instead}.`,
		};
	}
	return answered === 0
		? {...verdict, alpha, state: 'cannot tell', sentence: 'Cannot tell: nothing was answered.'}
		: {...verdict, alpha};
}

function toReportRow(row: Row, expected: readonly Share[]): ReportRow {
	const {revision, candidates, fingerprint, attribution, configuredPercent, n, errors, observedShare} = row;
	return {
		revision: revision ?? null,
		candidates,
		fingerprint: fingerprint ?? null,
		attribution,
		configuredPercent: configuredPercent ?? null,
		expectedPercent: expected.find(share => share.revision === revision)?.percent ?? null,
		n,
		errors,
		observedShare: observedShare ?? null,
		interval: row.interval,
		p50: row.p50 ?? null,
		p95: row.p95 ?? null,
		p99: row.p99 ?? null,
	};
}

function notesOn(
	{tags, rows, notSent}: LoopSnapshot,
	service: ServiceView,
	configured: readonly Share[],
	expected: readonly Share[],
): string[] {
	const notes: string[] = [];
	if (JSON.stringify(configured) !== JSON.stringify(expected)) {
		const split = configured.map(({revision, percent}) => `${revision} ${percent} %`).join(', ');
		notes.push(`The route is configured otherwise than expected: ${split}.`);
	}
	for (const {tag, problem} of tags) {
		if (problem !== undefined) notes.push(`Nothing could be learned from the tag ${tag}: ${problem}`);
	}
	const tagged = new Set(
		service.statusTraffic.flatMap(({tag, revision}) => (tag === undefined ? [] : [revision])),
	);
	const sharing = configured.filter(({percent}) => percent > 0 && percent < 100);
	for (const {revision} of sharing) {
		if (!tagged.has(revision)) {
			notes.push(
				`${revision} has no tag, so what it answers cannot be learned: tag it, for instance with \`kn service update --tag\`.`,
			);
		}
	}
	for (const {attribution, candidates} of rows) {
		if (attribution === 'indistinguishable') {
			notes.push(
				`${candidates.join(' and ')} answer alike: from outside they cannot be told apart. Try --fingerprint.`,
			);
		}
	}
	if (notSent > 0)
		notes.push(
			`${notSent} slots passed unsent, because too many requests were under way; they were made up for later.`,
		);
	return notes;
}
