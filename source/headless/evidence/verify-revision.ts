/**
 * `kn-canary verify SERVICE --revision WORD`: one request to that revision alone, whatever the split, as `V` in the console: at the
 * host of its tag, or by header where that leads nowhere.
 */
import type {Cluster} from '../../kube/cluster.js';
import type {GivenGateway} from '../../kube/gateway/gateway-address.js';
import {askPrivately, type PrivateAnswer} from '../../console/live/private-request.js';
import {taggedEntry, targetOf, tlsRedirectOf} from '../../console/live/request-target.js';
import {tagsByHeader} from '../../console/live/tags-by-header.js';
import {ownLine} from '../../knative/commands/own-line.js';
import {reachGateway} from '../../console/selected/reach-gateway.js';
import type {GatewayState} from '../../console/state/state.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {StatusTarget} from '../../knative/service/traffic-entries.js';
import {meantBy} from '../../knative/release/revision-by-word.js';
import {connectionFailures} from '../../probe/transport/probe.js';
import {anyHostSentence} from '../../release/verdict/any-host-sentence.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {visibleJson, type MessageStream} from '../said.js';
import {misplacedFlag} from './misplaced-flags.js';
import {readFacts} from '../write/read-facts.js';
import {settledService, type SettleOptions} from '../read/settled-service.js';

export type VerifyRevisionOptions = SettleOptions & {
	/** As `meantBy` takes it: a name, a number, a tag, `@canary`. */
	revision: string;
	gateway?: GivenGateway | undefined;
	requestOptions: RequestOptions;
	/** Flags of the requests that were typed, as `misplacedFlag` takes them. */
	typed?: readonly string[] | undefined;
};

/** What is said at the end. */
type RevisionReport = {
	result: 'answers' | 'fails' | 'cannot tell' | 'not asked';
	exitCode: ExitCode;
	sentence: string;
	revision?: string;
	tag?: string | undefined;
	url?: string;
	/** The tag was chosen by header, at the host of the service. */
	byHeader?: boolean;
	command?: string;
	code?: string;
	/** Milliseconds. */
	latency?: number;
	body?: string;
};

const not = (exitCode: ExitCode, sentence: string): RevisionReport => ({
	result: 'not asked',
	exitCode,
	sentence,
});

/** Returns the exit code: 0 when the revision answers, 1 when it fails or cannot be asked as things are, 2 when nothing shows whose the answer is, 3 when nothing was reached. */
export async function runVerifyRevision(
	cluster: Cluster,
	options: VerifyRevisionOptions & {output: 'text' | 'json'},
	{stdout, stderr}: {stdout: MessageStream; stderr: MessageStream},
): Promise<ExitCode> {
	const report = await verifyRevisionAlone(cluster, options).catch((error: unknown): RevisionReport => {
		if (options.signal?.aborted !== true) throw error;
		return not(exitCodes.cannotTell, `Cannot tell: interrupted before ${options.revision} answered.`);
	});
	if (options.output === 'json') stdout.write(`${visibleJson(report, 2)}\n`);
	else if (report.result === 'not asked') stderr.write(`${report.sentence}\n`);
	else {
		const {url = '', command = '', code, latency = 0, body = '', result, sentence} = report;
		const mark = {answers: '✓', 'cannot tell': '?', fails: '✗'}[result];
		const head = code === undefined ? [] : [`${mark} ${code}  ${Math.round(latency)} ms`];
		stdout.write(
			`${[url, command, ...head, ...(body === '' ? [] : [body.trimEnd()]), sentence].join('\n')}\n`,
		);
	}
	return report.exitCode;
}

async function verifyRevisionAlone(
	cluster: Cluster,
	{revision: word, gateway: given, requestOptions, typed = [], ...options}: VerifyRevisionOptions,
): Promise<RevisionReport> {
	const found = await settledService(cluster, options);
	if (found.kind !== 'service') {
		const isRefused = found.kind === 'refused';
		return not(isRefused ? exitCodes.notMade : exitCodes.couldNotAsk, found.sentence);
	}
	const read = await readFacts(
		{cluster, history: undefined},
		{namespace: options.namespace, name: options.service},
	);
	if (!read.ok) return not(read.isAnswer ? exitCodes.notMade : exitCodes.couldNotAsk, read.reason);
	const {service} = read.facts;
	const misplaced = misplacedFlag(service, typed);
	if (misplaced !== undefined) return not(exitCodes.usage, misplaced);
	const meant = meantBy(word, read.facts);
	if (!meant.ok) return not(exitCodes.usage, meant.reason);
	const entry = taggedEntry(service, meant.revision);
	if (!entry) {
		const {name, namespace} = service;
		const advice = `Give it one: ${ownLine(['tag', name, `${meant.revision}=NAME`], {namespace, flags: cluster.flags})}`;
		return not(exitCodes.notMade, `${meant.revision} has no tag, so it has no URL of its own. ${advice}`);
	}
	const reached = await reachGateway(cluster, service, {given, signal: options.signal});
	try {
		return await ask(cluster, service, entry, {
			gateway: reached.gateway,
			requestOptions,
			isSettled: found.settled,
			signal: options.signal,
		});
	} finally {
		await reached.close();
	}
}

async function ask(
	cluster: Cluster,
	service: ServiceView,
	entry: StatusTarget,
	{
		gateway,
		requestOptions,
		isSettled,
		signal,
	}: {
		gateway: GatewayState;
		requestOptions: RequestOptions;
		isSettled: boolean;
		signal: AbortSignal | undefined;
	},
): Promise<RevisionReport> {
	const {revision, tag = ''} = entry;
	const asked = targetOf(service, entry.url, gateway, requestOptions);
	if (!asked.ok) return not(exitCodes.couldNotAsk, asked.reason);
	const answered = await askPrivately(service, tag, asked, {
		gateway,
		requestOptions,
		signal,
		tagsByHeader: async one => tagsByHeader(cluster, one),
	});
	const redirect = tlsRedirectOf(answered.asked, gateway, answered.answer.outcome);
	if (redirect?.gateway) {
		return ask(cluster, service, entry, {
			gateway: redirect.gateway,
			requestOptions,
			isSettled,
			signal,
		});
	}
	if (redirect) return not(exitCodes.couldNotAsk, redirect.sentence);
	return reportOf(answered, {revision, tag, isSettled});
}

function reportOf(
	{answer: {outcome, latency}, asked, otherwise}: PrivateAnswer,
	{revision, tag, isSettled}: {revision: string; tag: string; isSettled: boolean},
): RevisionReport {
	const isByHeader = otherwise?.isByHeader === true;
	const place = {revision, tag, url: asked.url, byHeader: isByHeader, command: asked.command};
	const isGateways = outcome.kind === 'response' && outcome.by === 'gateway';
	const aside = [
		otherwise?.sentence,
		asked.inClear,
		asked.unreached,
		isGateways ? asked.guess : undefined,
	].filter(sentence => sentence !== undefined);
	const say = (...sentences: string[]) => [...sentences, ...aside].join(' ');
	if (outcome.kind === 'failure') {
		const sentence = say(outcome.sentence);
		return connectionFailures.has(outcome.failure)
			? {...not(exitCodes.couldNotAsk, sentence), ...place}
			: {result: 'fails', exitCode: exitCodes.notMade, ...place, sentence};
	}
	const {code, body, error, by} = outcome;
	const anyHosts = anyHostSentence(outcome, revision);
	const whose =
		anyHosts ??
		(by === 'gateway'
			? `${code} from the gateway itself: no revision answered.`
			: !isSettled
				? `The route has not settled on its split: a revision other than ${revision} may have answered.`
				: isByHeader
					? `Answered by ${revision}, if the header arrives; without it the split decides.`
					: `Answered by ${revision} (tag URLs ignore the split).`);
	const isGood = !error && by !== 'gateway';
	return {
		result: anyHosts !== undefined ? 'cannot tell' : isGood ? 'answers' : 'fails',
		exitCode: anyHosts !== undefined ? exitCodes.cannotTell : isGood ? exitCodes.done : exitCodes.notMade,
		...place,
		code,
		latency: Math.round(latency),
		body,
		sentence: say(whose),
	};
}
