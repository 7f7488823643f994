/**
 * One question to the HTTP API of Prometheus, at a URL or through the API server, and its answer.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/.
 */
import * as v from 'valibot';
import {jsonOf} from '../knative/text/json-text.js';
import {printable} from '../knative/text/printable.js';
import {TransportError, type Cluster} from '../kube/cluster.js';
import {sentenceOf} from '../kube/status.js';
import type {PrometheusPlace} from './prometheus-place.js';

/** Asks one query; the sentence says why there is no answer. */
export type AskPrometheus = (query: string, signal: AbortSignal) => Promise<PromAnswer>;
export type PromAnswer =
	/** `warning`: what it says itself of parts that are missing, printable. */
	{ok: true; series: readonly PromSeries[]; warning?: string} | {ok: false; sentence: string};
/** `value` is finite and not below 0. */
export type PromSeries = {readonly labels: ReadonlyMap<string, string>; readonly value: number};

const answerSchema = v.variant('status', [
	v.object({
		status: v.literal('success'),
		data: v.object({resultType: v.literal('vector'), result: v.array(v.unknown())}),
		warnings: v.fallback(v.optional(v.array(v.string()), []), []),
	}),
	v.object({status: v.literal('error'), error: v.string()}),
]);

const seriesSchema = v.array(
	v.object({metric: v.record(v.string(), v.string()), value: v.tuple([v.number(), v.string()])}),
);

/** Of one service: some revisions by status code, or by bucket. More are a fault or an attack. */
const mostSeries = 5000;
const mostBytes = 8 * 1024 * 1024;
const otherForm = 'what answers is no Prometheus: its answer has another form';

/** Reads an answer of `/api/v1/query` that counts something: a value that is no number of requests makes the whole of it none. */
export function readVector(body: unknown): PromAnswer {
	const parsed = v.safeParse(answerSchema, body);
	if (!parsed.success) return {ok: false, sentence: otherForm};
	const {output} = parsed;
	if (output.status === 'error') {
		return {ok: false, sentence: `Prometheus: ${printable(output.error.slice(0, 300))}`};
	}
	const {result} = output.data;
	if (result.length > mostSeries) {
		return {ok: false, sentence: `Prometheus answers with ${result.length} series, more than ${mostSeries}`};
	}
	const found = v.safeParse(seriesSchema, result);
	if (!found.success) return {ok: false, sentence: otherForm};
	const series = found.output.map(({metric, value: [, text]}) => ({
		labels: new Map(Object.entries(metric)),
		text,
		value: text.trim() === '' ? Number.NaN : Number(text),
	}));
	const odd = series.find(({value}) => !(value >= 0 && value <= Number.MAX_SAFE_INTEGER));
	return odd
		? {
				ok: false,
				sentence: `Prometheus says ${printable(odd.text.slice(0, 40))}, which is no number of requests`,
			}
		: {ok: true, series, ...warningOf(output.warnings)};
}

/** Of several that store the numbers, one that does not answer is a warning and no error: then some are missing. */
function warningOf([first, ...more]: readonly string[]): {warning?: string} {
	if (first === undefined) return {};
	const rest = more.length === 0 ? '' : `, and ${more.length} more`;
	return {warning: `${printable(first.slice(0, 300))}${rest}`};
}

const answerTimeout = 10_000;

/** @param cluster For a Service: the API server leads to it (the right to get services/proxy). */
export function askPrometheusAt(place: PrometheusPlace, cluster: Cluster): AskPrometheus {
	return async (query, signal) => {
		try {
			return place.kind === 'service'
				? await askService(place, cluster, {query, signal})
				: await askUrl(place.url, {query, signal});
		} catch (error) {
			if (signal.aborted) return {ok: false, sentence: 'it was called off'};
			if (error instanceof TransportError) return {ok: false, sentence: error.message};
			if (error instanceof Error && error.name === 'TimeoutError') {
				return {ok: false, sentence: `Prometheus: no answer within ${answerTimeout / 1000} s`};
			}
			const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
			const why = printable(cause instanceof Error ? cause.message : String(cause));
			return {ok: false, sentence: `Prometheus cannot be asked: ${why}`};
		}
	};
}

type PrometheusQuestion = {query: string; signal: AbortSignal};

async function askService(
	{namespace, name, port}: Extract<PrometheusPlace, {kind: 'service'}>,
	cluster: Cluster,
	{query, signal}: PrometheusQuestion,
): Promise<PromAnswer> {
	const {status, body} = await cluster.request({
		method: 'GET',
		path: `/api/v1/namespaces/${namespace}/services/${name}:${port}/proxy/api/v1/query`,
		query: {query},
		timeout: answerTimeout,
		signal,
	});
	if (status === 403) {
		return {ok: false, sentence: `needs the right to get services/proxy (${sentenceOf({status, body})})`};
	}
	return status === 200 || status === 400 || status === 422
		? readVector(body)
		: {ok: false, sentence: `Service ${namespace}/${name}:${port}: ${sentenceOf({status, body})}`};
}

async function askUrl(place: URL, {query, signal}: PrometheusQuestion): Promise<PromAnswer> {
	const url = new URL(place);
	url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/query`;
	url.search = new URLSearchParams({query}).toString();
	// A user in the URL is who asks; fetch takes no such URL.
	const login = url.username === '' ? undefined : `${unescape(url.username)}:${unescape(url.password)}`;
	url.username = '';
	url.password = '';
	const response = await fetch(url, {
		headers: {
			accept: 'application/json',
			...(login !== undefined && {authorization: `Basic ${Buffer.from(login).toString('base64')}`}),
		},
		signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeout)]),
	});
	const {status} = response;
	const who = `${url.host} answers with HTTP ${status}`;
	const text = await textOf(response);
	if (text === undefined) {
		return {ok: false, sentence: `${url.host} answers with more than ${mostBytes} bytes`};
	}
	if (status === 401 || status === 403) {
		return {
			ok: false,
			sentence: `${who}: Prometheus wants a login, such as https://USER:PASSWORD@${url.host}`,
		};
	}
	const body = jsonOf(text);
	if (body === undefined) return {ok: false, sentence: `${who}, and no JSON`};
	const answer = readVector(body);
	return !answer.ok && answer.sentence === otherForm && status !== 200 ? {ok: false, sentence: who} : answer;
}

/** As it is where it cannot be decoded. */
function unescape(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Undefined when there is too much of it. */
async function textOf({body}: Response): Promise<string | undefined> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of body ?? []) {
		size += chunk.length;
		if (size > mostBytes) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}
