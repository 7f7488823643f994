/** What is sent to a service, and what its revisions are identified by: chosen by the operator, kept per service. */
import {parseFingerprint} from '../../probe/attribution/fingerprint.js';
import {
	parseExpectedStatus,
	promptSources,
	requestContent,
	type RequestWords,
} from '../../probe/transport/request-content.js';
import {parseHost} from '../../probe/transport/request-content.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {domainsOf, missingService, selectedService} from '../state/read.js';
import {closeSheet, notify, notifyOnSheet, openSheet, saidWhy} from '../state/select.js';
import type {RequestSheet, RequestValues} from '../sheets/sheets.js';
import type {ConsoleStore} from '../state/state.js';
import {keepable} from './remembered-requests.js';
import {requestOptionsFor} from './request-target.js';

/** Headers that the sheet has room for. */
export const headerFields = 3;

/** Opens the sheet for the selected service, with what it is asked by now; what was suggested is filled in. */
export function openRequests(store: ConsoleStore): void {
	const state = store.getState();
	const service = selectedService(state);
	if (!service) return void saidWhy(store, 'info', missingService);
	const options = requestOptionsFor(state, service.uid);
	const suggestion = state.live?.uid === service.uid ? state.live.snapshot.suggestion : undefined;
	openSheet(store, {
		kind: 'requests',
		service: service.name,
		uid: service.uid,
		values: valuesOf(options, suggestion),
		suggestion,
		domains: domainsOf(state, service).map(({host}) => host),
		isGrpc: service.summary.protocol === 'grpc',
	});
}

const cookieHeader = /^cookie:\s*/i;

function valuesOf(
	{fingerprint, host, path, request}: RequestOptions,
	suggestion: string | undefined,
): RequestValues {
	return {
		fingerprint: suggestion ?? fingerprint ?? 'first-line',
		host: host ?? '',
		path,
		method: request.method,
		headers: request.headers.filter(line => !cookieHeader.test(line)),
		cookie: request.headers
			.filter(line => cookieHeader.test(line))
			.map(line => line.replace(cookieHeader, ''))
			.join('; '),
		body: request.body ?? '',
		expectStatus: request.expectStatus ?? '',
	};
}

/** What is wrong with a value and what to do; undefined when nothing is. */
export const requestRules = {
	fingerprint: (text: string) => sentenceOf(() => parseFingerprint(text.trim())),
	host: (text: string) => (text.trim() === '' ? undefined : sentenceOf(() => parseHost(text.trim()))),
	path: (text: string) =>
		/^\/[!-~]*$/.test(text) ? undefined : 'The path must start with "/" and be percent-encoded.',
	method: (text: string) =>
		sentenceOf(() => requestContent({...nothing, method: text.trim()}, promptSources)),
	header: (text: string) =>
		text.trim() === ''
			? undefined
			: sentenceOf(() => requestContent({...nothing, headers: [text]}, promptSources)),
	cookie: (text: string) =>
		text.trim() === ''
			? undefined
			: sentenceOf(() => requestContent({...nothing, headers: [`Cookie: ${text}`]}, promptSources)),
	body: (text: string) =>
		text === '' ? undefined : sentenceOf(() => requestContent({...nothing, body: text}, promptSources)),
	expectStatus: (text: string) =>
		text.trim() === '' ? undefined : sentenceOf(() => parseExpectedStatus(text.trim())),
};

const nothing: RequestWords = {method: 'GET', headers: [], body: undefined, expectStatus: undefined};

function sentenceOf(check: () => unknown): string | undefined {
	try {
		check();
		return undefined;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** Takes what was chosen from the next request on; counts begin again, because they are of another request. */
export function applyRequests(
	store: ConsoleStore,
	{uid, service}: RequestSheet,
	values: RequestValues,
): void {
	const {requestOptions, requests} = store.getState();
	const words: RequestWords = {
		method: values.method.trim().toUpperCase(),
		headers: [
			...values.headers.filter(line => line.trim() !== ''),
			...(values.cookie.trim() === '' ? [] : [`Cookie: ${values.cookie.trim()}`]),
		],
		body: values.body === '' ? undefined : values.body,
		expectStatus: values.expectStatus.trim() === '' ? undefined : values.expectStatus.trim(),
	};
	const fingerprint = values.fingerprint.trim();
	let chosen: RequestOptions;
	try {
		chosen = {
			...requestOptions,
			host: values.host.trim() === '' ? undefined : parseHost(values.host.trim()),
			path: values.path,
			request: words,
			content: requestContent(words, promptSources),
			fingerprint: fingerprint === 'first-line' ? undefined : fingerprint,
		};
	} catch (error) {
		// A file may have gone since it was checked.
		return notifyOnSheet(store, {tone: 'bad', text: error instanceof Error ? error.message : String(error)});
	}
	closeSheet(store);
	store.setState({requests: new Map(requests).set(uid, chosen)});
	const {left} = keepable(chosen);
	const forgotten =
		left.length === 0
			? ''
			: ` Not kept for the next start: ${left.join(', ')}; give values as $NAME or @file.`;
	notify(store, {
		tone: 'good',
		text: `Requests to ${service} are sent as chosen; counts start at 0.${forgotten}`,
	});
}
