/** How services are asked, from one start of the console to the next: taken up when it starts, kept when it is chosen. */
import type {RememberedRequest, RequestMemory} from '../../journal/request-memory.js';
import {promptSources, requestContent, type RequestWords} from '../../probe/transport/request-content.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import {describeFault} from '../../knative/text/fault.js';
import {notify} from '../state/select.js';
import type {ConsoleStore} from '../state/state.js';

/** What a value may be written as that is not one itself. */
const reference = /(?:^|[\s=;])\$\{?\w+\}?|^(?:(?:Bearer|Basic|Token)\s+)?@/i;
const secretNames = /auth|cookie|token|secret|key|pass|session|credential|sign/i;
/** A run of characters as long as no word is. */
const secretLooking = /[\w+/=~-]{24,}/;

/** What of a request may be written down: never a value that may be a secret; and the names of what is left out. */
export function keepable({
	path,
	fingerprint,
	request,
}: Pick<RequestOptions, 'path' | 'fingerprint' | 'request'>): {
	kept: RememberedRequest;
	left: string[];
} {
	const left: string[] = [];
	const headers = request.headers.flatMap(line => {
		const {kept, isWhole} = keptHeader(line);
		if (!isWhole) left.push(line.split(':', 1)[0] ?? '');
		return kept === undefined ? [] : [kept];
	});
	const isNamed = request.body?.startsWith('@') === true;
	if (request.body !== undefined && !isNamed) left.push('the body');
	const query = path.indexOf('?');
	const isSecretPath = secretLooking.test(path) || (query >= 0 && secretNames.test(path.slice(query)));
	if (isSecretPath) left.push('the path');
	return {
		kept: {
			method: request.method,
			headers,
			path: isSecretPath ? '/' : path,
			...(request.body !== undefined && isNamed && {body: request.body}),
			...(request.expectStatus !== undefined && {expectStatus: request.expectStatus}),
			...(fingerprint !== undefined && {fingerprint}),
		},
		left,
	};
}

/** Of cookies each is looked at by itself. */
function keptHeader(line: string): {kept: string | undefined; isWhole: boolean} {
	const [, name = '', value = ''] = /^([^:]*):\s*(.*)$/s.exec(line) ?? [];
	if (/^cookie$/i.test(name)) {
		const cookies = value.split(';').map(cookie => cookie.trim());
		const named = cookies.filter(cookie => reference.test(cookie) || /^[^=]+=@/.test(cookie));
		return {
			kept: named.length > 0 ? `${name}: ${named.join('; ')}` : undefined,
			isWhole: named.length === cookies.length,
		};
	}
	const isKept = reference.test(value) || (!secretNames.test(name) && !secretLooking.test(value));
	return {kept: isKept ? line : undefined, isWhole: isKept};
}

/** Takes up what was kept, and keeps what is chosen from now on. Returns the way to stop. */
export function rememberRequests(store: ConsoleStore, memory: RequestMemory): () => void {
	let saved = store.getState().requests;
	const restore = async () => {
		const services = await memory.read();
		const {requestOptions, requests} = store.getState();
		const known = new Map(requests);
		for (const [uid, request] of services) {
			const options = known.has(uid) ? undefined : optionsOf(requestOptions, request);
			if (options) known.set(uid, options);
		}
		if (known.size === requests.size) return;
		saved = known;
		store.setState({requests: known});
	};
	void restore();
	return store.subscribe(({requests}) => {
		if (requests === saved) return;
		const changed = [...requests].filter(([uid, options]) => saved.get(uid) !== options);
		saved = requests;
		for (const [uid, options] of changed) {
			memory.write(uid, keepable(options).kept).catch((error: unknown) => {
				notify(store, {tone: 'bad', text: `The requests are not kept: ${describeFault(error)}`});
			});
		}
	});
}

/** Undefined where what it names is not there: it is then asked as the flags say. */
function optionsOf(
	requestOptions: RequestOptions,
	{path, fingerprint, method, headers, body, expectStatus}: RememberedRequest,
): RequestOptions | undefined {
	const request: RequestWords = {method, headers, body, expectStatus};
	try {
		return {...requestOptions, path, fingerprint, request, content: requestContent(request, promptSources)};
	} catch {
		return undefined;
	}
}
