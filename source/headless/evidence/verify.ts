/**
 * `kn-canary verify`: asks a service a number of times that is fixed beforehand, and says by an exact test whether the
 * split that users get is the one that the route has, or the one that is expected.
 */
import type {Cluster} from '../../kube/cluster.js';
import type {GivenGateway} from '../../kube/gateway/gateway-address.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {probeOptionsOf} from '../../probe/transport/request-options.js';
import {createProbe} from '../../probe/transport/create-probe.js';
import type {LoopSnapshot} from '../../probe/loop/loop.js';
import {createLoop} from '../../probe/loop/loop.js';
import {connectionFailures} from '../../probe/transport/probe.js';
import {reachGateway} from '../../console/selected/reach-gateway.js';
import type {GatewayState} from '../../console/state/state.js';
import {hostFault, targetOf, tlsRedirectOf} from '../../console/live/request-target.js';
import type {ServiceView} from '../../knative/service/service.js';
import {routeSettled, serviceState} from '../../knative/service/service-state.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {configuredShares, expectedShares, type ExpectedShare} from './expected-split.js';
import {loginAdvice, wantsLogin} from './login-advice.js';
import {misplacedFlag} from './misplaced-flags.js';
import {abortOf, knowsAnyHost, learnTags, sendAll, triedAll, unlessAborted} from './send-all.js';
import {readService} from '../read/read-service.js';
import {settledService, type SettledService} from '../read/settled-service.js';
import {
	judge,
	notesOn,
	toReportChange,
	toReportFailure,
	toReportRow,
	hasAnswers,
	toReportSecond,
	type VerifyReport,
} from './verify-report.js';
import {zoned} from '../../knative/text/moment.js';

export type VerifyOptions = {
	service: string;
	namespace: string;
	/** Requests to send. */
	n: number;
	/** The chance of calling a correct split wrong, above 0 and below 1. */
	alpha: number;
	/** As `expectedShares` takes it; the split of the route when not given. */
	expect?: string | undefined;
	/** The operator's own word for where the gateway is; then it is not looked for. */
	gateway?: GivenGateway | undefined;
	requestOptions: RequestOptions;
	/** Flags of the requests that were typed, as `misplacedFlag` takes them. */
	typed?: readonly string[] | undefined;
	/** Of this program, for the User-Agent. */
	version?: string | undefined;
	/** Milliseconds to wait for a route that is still settling; 60,000 when not given. */
	settleTimeout?: number;
	onProgress?: (snapshot: LoopSnapshot) => void;
	/** Ends it: once requests are sent, with what was seen so far. */
	signal?: AbortSignal;
};

export type VerifyOutcome =
	| {kind: 'asked'; report: VerifyReport}
	/** Nothing was asked: there is no split that answers could be compared with. */
	| {kind: 'cannot tell'; sentence: string}
	/** Nothing was asked: there is no such service, or no right to it. */
	| {kind: 'refused'; sentence: string}
	/** Nothing was asked: what is expected cannot be meant. */
	| {kind: 'usage'; sentence: string}
	| {kind: 'could not ask'; sentence: string};

const verdictCodes = {
	agrees: exitCodes.done,
	disagrees: exitCodes.notMade,
	'cannot tell': exitCodes.cannotTell,
	refused: exitCodes.notMade,
	usage: exitCodes.usage,
	'could not ask': exitCodes.couldNotAsk,
} as const;

/** What a script is told: see the table of exit codes in the readme. */
export function exitCodeOf(outcome: VerifyOutcome): ExitCode {
	return verdictCodes[outcome.kind === 'asked' ? outcome.report.verdict.state : outcome.kind];
}

/**
 * Sends the requests and judges the answers. Throws only what `signal` was aborted with before there was one, and TypeError for
 * a bad request.
 */
export async function verifySplit(cluster: Cluster, options: VerifyOptions): Promise<VerifyOutcome> {
	const found = await settledService(cluster, options);
	if (found.kind !== 'service') return found;
	const misplaced = misplacedFlag(found.service, options.typed ?? []);
	if (misplaced !== undefined) return {kind: 'usage', sentence: misplaced};
	const {splitDoubt} = found.service;
	if (splitDoubt !== undefined) return {kind: 'cannot tell', sentence: `Cannot tell: ${splitDoubt}`};
	if (found.service.statusTraffic.length === 0) return {kind: 'cannot tell', sentence: neverServed(found)};
	const {gateway, signal, requestOptions} = options;
	const reached = await reachGateway(cluster, found.service, {
		given: gateway,
		host: requestOptions.host,
		signal,
	});
	try {
		return await askService(cluster, options, found, reached.gateway);
	} finally {
		await reached.close();
	}
}

/** Of a route without any target: it gets its first split with the first revision that is ready. */
function neverServed({service}: SettledService): string {
	const {sentence} = serviceState(service);
	const why = sentence === '' ? '' : ` ${sentence}`;
	return `Cannot tell: no revision of ${service.name} has been ready so far, so its route has no split.${why}`;
}

async function askService(
	cluster: Cluster,
	options: VerifyOptions,
	found: SettledService,
	gateway: GatewayState,
): Promise<VerifyOutcome> {
	const {requestOptions, version, onProgress} = options;
	const {service} = found;
	const {host} = requestOptions;
	const fault = host ? hostFault(service, host, gateway) : undefined;
	if (fault !== undefined) return {kind: 'usage', sentence: fault};
	const asked = targetOf(service, service.url, gateway, requestOptions);
	if (!asked.ok || gateway.kind !== 'found') {
		return {kind: 'could not ask', sentence: asked.ok ? 'The gateway was not found.' : asked.reason};
	}
	const configured = configuredShares(service.statusTraffic);
	const expected =
		options.expect === undefined
			? ({ok: true, shares: configured} as const)
			: expectedShares(options.expect, service.statusTraffic);
	if (!expected.ok) return {kind: 'usage', sentence: expected.reason};

	const probe = createProbe(probeOptionsOf(requestOptions, version));
	// Once beforehand, uncounted: where nothing listens there is no need to send hundreds to find that out.
	const {outcome: first} = await probe.ask(asked.target, {
		timeout: requestOptions.timeout,
		...(options.signal && {signal: options.signal}),
	});
	const redirect = tlsRedirectOf(asked, gateway, first);
	if (redirect) {
		await probe.close();
		return redirect.gateway
			? askService(cluster, options, found, redirect.gateway)
			: {kind: 'could not ask', sentence: redirect.sentence};
	}
	if (first.kind === 'failure' && (asked.unreached !== undefined || connectionFailures.has(first.failure))) {
		await probe.close();
		const sentences = [first.sentence, ...(asked.unreached === undefined ? [] : [asked.unreached])];
		return {kind: 'could not ask', sentence: sentences.join(' ')};
	}
	const loop = createLoop({
		target: asked.target,
		rate: requestOptions.rate,
		maxRate: requestOptions.maxRate,
		timeout: requestOptions.timeout,
		expectStatus: requestOptions.request.expectStatus,
		probe,
	});
	const unsubscribe = onProgress && loop.subscribe(onProgress);
	try {
		loop.setEpoch({weights: configured, settling: !found.settled});
		const learning =
			found.settled && asked.tagsMissing === undefined
				? learnTags(loop, cluster, service)
				: Promise.resolve();
		// Nobody may need it in the end.
		learning.catch(() => {});
		// A revision that scaled to zero is awake then; whoever fails is tried again beside the requests.
		await unlessAborted(Promise.race([learning, triedAll(loop)]), options.signal);
		const since = new Date();
		let snapshot = await sendAll(loop, options);
		const until = new Date();
		if (snapshot.isAnyHostOpen) {
			await Promise.race([knowsAnyHost(loop), abortOf(options.signal)]);
			snapshot = loop.snapshot();
		}
		if (mayTellMore(snapshot, expected.shares, options)) {
			await Promise.race([learning, abortOf(options.signal)]);
			snapshot = loop.snapshot();
		}
		const isEnded = options.signal?.aborted === true;
		const after = isEnded ? undefined : await readService(cluster, options.namespace, options.service);
		const change = after?.ok === true ? changeOf(service, after.service) : undefined;
		const nothing = nothingHeard(snapshot, gateway.guess);
		if (nothing !== undefined) return {kind: 'could not ask', sentence: nothing};
		const {unattributed, rows} = snapshot;
		const instead =
			interruption(snapshot, options) ??
			change?.instead ??
			(found.settled ? undefined : 'the route has not settled on its split');
		const verdict = judge(snapshot, expected.shares, {alpha: options.alpha, instead});
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
				since: zoned(since.getTime()),
				until: zoned(until.getTime()),
				requests: {
					asked: options.n,
					rate: requestOptions.rate,
					sent: snapshot.sent,
					notSent: snapshot.notSent,
					answered: snapshot.answered,
					errors: snapshot.errors,
					refused: snapshot.refused,
					gatewayAnswers: snapshot.gatewayAnswers,
					unreached: snapshot.unreached,
					attributed: snapshot.answered - unattributed,
					unattributed,
					statusCodes: snapshot.statusCodes,
				},
				configured,
				expected: expected.shares,
				rows: rows.map(row => toReportRow(row, expected.shares, {rows, alpha: options.alpha})),
				failures: snapshot.failures.map(toReportFailure),
				series: snapshot.timeline.filter(hasAnswers).map(toReportSecond),
				change: snapshot.change === undefined ? null : toReportChange(snapshot.change),
				verdict,
				notes: notesOn(snapshot, service, {
					configured,
					expected: expected.shares,
					requestOptions,
					besides: [
						asked.hostDoubt,
						asked.tagsMissing,
						asked.inClear,
						asked.unreached,
						snapshot.gatewayAnswers > 0 ? gateway.guess : undefined,
						change?.note,
					].filter(note => note !== undefined),
				}),
			},
		};
	} finally {
		unsubscribe?.();
		await loop.stop();
	}
}

/** Why what was seen so far is not the test that was meant: its number of requests was fixed beforehand. */
function interruption(
	{sent, inFlight, answered}: LoopSnapshot,
	{n, signal}: Pick<VerifyOptions, 'n' | 'signal'>,
): string | undefined {
	return signal?.aborted === true && (sent < n || inFlight > 0)
		? `interrupted after ${answered} of ${n} answers`
		: undefined;
}

/** Whether whose the answers are is all that is missing, and tags that have failed so far may still say it. */
function mayTellMore(
	snapshot: LoopSnapshot,
	expected: readonly ExpectedShare[],
	{alpha}: Pick<VerifyOptions, 'alpha'>,
): boolean {
	const {tags, unattributed, trouble} = snapshot;
	return (
		trouble === undefined &&
		unattributed > 0 &&
		tags.some(({state}) => state !== 'learned') &&
		judge(snapshot, expected, {alpha}).state === 'cannot tell'
	);
}

/** Who gets something of the traffic, and how much. */
const sharesOf = ({statusTraffic}: ServiceView) =>
	JSON.stringify(
		configuredShares(statusTraffic)
			.filter(({percent}) => percent > 0)
			.toSorted((one, other) => one.revision.localeCompare(other.revision)),
	);

/**
 * What became of the service between the two: `instead` says why what was asked meanwhile is of more than one split, or may be;
 * `note`, that it was changed and the split was not. A change that was taken back is one, and takes two generations.
 */
function changeOf(before: ServiceView, after: ServiceView): {instead?: string; note?: string} | undefined {
	if (after.uid !== before.uid || sharesOf(after) !== sharesOf(before)) {
		return {instead: 'the split was changed while it was asked'};
	}

	if (after.generation === before.generation) return undefined;
	return after.generation === before.generation + 1 && routeSettled(after)
		? {note: 'The service was changed while it was asked; what the split gives to whom was not.'}
		: {instead: 'the service was changed while it was asked'};
}

/** Why nothing of the service was heard at all; undefined when something was. */
function nothingHeard(
	{answered, settlingAnswers, last, trouble, gateway}: LoopSnapshot,
	guess: string | undefined,
): string | undefined {
	const isOfService = last.some(
		({grade, outcome}) => grade !== 'gateway' && grade !== 'unreached' && outcome.kind === 'response',
	);
	if (isOfService || (answered === 0 && settlingAnswers > 0)) return undefined;
	if (trouble && (trouble.kind === 'gateway' || trouble.kind === 'down')) {
		const advice =
			gateway.kind !== 'answers itself'
				? ''
				: wantsLogin(gateway.code)
					? `. ${loginAdvice}`
					: `. Check that this is the gateway of the service (--gateway) and that it has a route for its host.${guess === undefined ? '' : ` ${guess}`}`;
		return `${trouble.sentence.charAt(0).toUpperCase()}${trouble.sentence.slice(1)}${advice}`;
	}
	const failure = last.find(({outcome}) => outcome.kind === 'failure')?.outcome;
	if (answered === 0 && !failure) return undefined;
	return failure?.kind === 'failure' ? failure.sentence : 'No request was answered.';
}
