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
import {gradeOf} from '../../probe/attribution/grade.js';
import type {GatewayResponse} from '../../probe/transport/probe.js';
import {parseExpectedStatus} from '../../probe/transport/request-content.js';
import {anyHostSentence} from '../../release/verdict/any-host-sentence.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {visibleJson, type MessageStream} from '../said.js';
import {loginAdvice, wantsLogin} from './login-advice.js';
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

/** What was asked, and how. */
type AskedRevision = {revision: string; tag: string; isSettled: boolean; requestOptions: RequestOptions};

/** What is said at the end. */
type RevisionReport = {
	/** `no answer`: it was asked, and nothing of the revision was heard. */
	result: 'answers' | 'fails' | 'cannot tell' | 'no answer' | 'not asked';
	exitCode: ExitCode;
	sentence: string;
	revision?: string;
	tag?: string | undefined;
	url?: string;
	/** The tag was chosen by header, at the host of the service. */
	byHeader?: boolean;
	/** With what may be secret of it named. */
	command?: string;
	/** What opens the port of that command: the port-forward of this program is closed by then. */
	forwarding?: string;
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

/** Returns the exit code: 0 when the revision answers, 1 when it fails or cannot be asked as things are, 2 when the answer does not show whose it is or that it works, 3 when nothing of it was heard. */
export async function runVerifyRevision(
	cluster: Cluster,
	options: VerifyRevisionOptions & {output: 'text' | 'json'},
	{stdout, stderr}: {stdout: MessageStream; stderr: MessageStream},
): Promise<ExitCode> {
	const report = await verifyRevisionAlone(cluster, options).catch((error: unknown): RevisionReport => {
		if (options.signal?.aborted !== true) throw error;
		return not(exitCodes.cannotTell, `Cannot tell: interrupted before ${options.revision} answered.`);
	});
	const isHeard = report.result !== 'not asked' && report.code !== undefined;
	if (options.output === 'json') stdout.write(`${visibleJson(report, 2)}\n`);
	else if (!isHeard) stderr.write(`${report.sentence}\n`);
	else {
		const {url = '', command = '', forwarding, code, latency = 0, body = '', result, sentence} = report;
		const mark = {answers: '✓', 'cannot tell': '?', fails: '✗', 'no answer': '✗', 'not asked': '✗'}[result];
		const head = code === undefined ? [] : [`${mark} ${code}  ${Math.round(latency)} ms`];
		const way =
			forwarding === undefined
				? []
				: ['That port was open for this request alone; this opens it again:', forwarding];
		stdout.write(
			`${[url, command, ...way, ...head, ...(body === '' ? [] : [body.trimEnd()]), sentence].join('\n')}\n`,
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
	return reportOf(answered, {revision, tag, isSettled, requestOptions});
}

function reportOf(
	{answer: {outcome, latency}, asked, otherwise}: PrivateAnswer,
	{revision, tag, isSettled, requestOptions}: AskedRevision,
): RevisionReport {
	const isByHeader = otherwise?.isByHeader === true;
	const place = {
		revision,
		tag,
		url: asked.url,
		byHeader: isByHeader,
		command: asked.namedCommand,
		...(asked.forwarding !== undefined && {forwarding: asked.forwarding}),
	};
	const isGateways = outcome.kind === 'response' && outcome.by === 'gateway';
	const {host} = requestOptions;
	const aside = [
		host
			? `${host} (--host) was not asked: ${isByHeader ? 'the host of the service' : 'that of the tag'} was.`
			: undefined,
		otherwise?.sentence,
		asked.inClear,
		asked.unreached,
		isGateways ? asked.guess : undefined,
	].filter(sentence => sentence !== undefined);
	const say = (sentence: string) => [sentence, ...aside].join(' ');
	// Nothing was heard that could be the revision's.
	if (outcome.kind === 'failure') {
		const result = 'no answer';
		return {result, exitCode: exitCodeOf[result], ...place, sentence: say(outcome.sentence)};
	}
	const {code, body} = outcome;
	const {result, sentence} = heard(outcome, {isByHeader, revision, isSettled, requestOptions});
	return {
		result,
		exitCode: exitCodeOf[result],
		...place,
		code,
		latency: Math.round(latency),
		body,
		sentence: say(sentence),
	};
}

/** As `verify` ends with a service of which it heard the same. */
const exitCodeOf: Readonly<Record<RevisionReport['result'], ExitCode>> = {
	answers: exitCodes.done,
	fails: exitCodes.notMade,
	'cannot tell': exitCodes.cannotTell,
	'no answer': exitCodes.couldNotAsk,
	'not asked': exitCodes.couldNotAsk,
};

/** What an answer shows, and whose it is. */
function heard(
	outcome: GatewayResponse,
	{isByHeader, revision, isSettled, requestOptions}: Omit<AskedRevision, 'tag'> & {isByHeader: boolean},
): Pick<RevisionReport, 'result' | 'sentence'> {
	const {code, by, location} = outcome;
	const to = location === undefined ? '' : `, a redirect to ${location} that is not followed`;
	if (by === 'gateway') {
		const advice = wantsLogin(code) ? ` ${loginAdvice}` : '';
		return {
			result: 'no answer',
			sentence: `${code} from the gateway itself${to}: no revision answered.${advice}`,
		};
	}
	const anyHosts = anyHostSentence(outcome, revision);
	if (anyHosts !== undefined) return {result: 'cannot tell', sentence: anyHosts};
	const {expectStatus} = requestOptions.request;
	const grade = gradeOf(outcome, expectStatus === undefined ? undefined : parseExpectedStatus(expectStatus));
	if (grade === 'redirect' || grade === 'refusal') {
		const advice = `choose what to send (--path, --method, --header), or expect it (--expect-status ${code}).`;
		return {
			result: 'cannot tell',
			sentence: `${code}${to}: nothing shows that ${revision} works; ${advice}`,
		};
	}
	if (!isSettled) {
		return {
			result: 'cannot tell',
			sentence: `The route has not settled on its split: a revision other than ${revision} may have answered.`,
		};
	}
	const whose = isByHeader
		? `Answered by ${revision}, if the header arrives; without it the split decides.`
		: `Answered by ${revision} (tag URLs ignore the split).`;
	return {result: grade === 'failure' ? 'fails' : 'answers', sentence: whose};
}
