/** Response headers of the API server that an operator wants to know of, and the login of a URL as a header of requests. */
import {printable} from '../../knative/text/printable.js';
import {loginIn} from '../../knative/text/user-info.js';

type HeaderValue = string | string[] | undefined;

function values(header: HeaderValue): string[] {
	return header === undefined ? [] : [header].flat();
}

/** `299 agent "text" ["date"]`, RFC 7234 §5.5: the text is a quoted string. */
const warning = /\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g;

/**
 * The texts of `Warning` headers: unescaped, printable, each once. Header bytes come as Latin-1 and are UTF-8 in
 * what Kubernetes sends.
 */
export function parseWarnings(header: HeaderValue): string[] {
	const texts = values(header)
		.flatMap(value => [...value.matchAll(warning)])
		.map(([, quoted]) => quoted!.replaceAll(/\\(.)/g, '$1'))
		.map(text => printable(Buffer.from(text, 'latin1').toString('utf8')));
	return [...new Set(texts)];
}

/** Scheme, host and port of a `Location`, printable; undefined where it is none, or of this server. */
export function parseOrigin(header: HeaderValue): string | undefined {
	const url = URL.parse(values(header)[0]?.trim() ?? '');
	return url === null || url.host === '' ? undefined : printable(`${url.protocol}//${url.host}`);
}

/** Seconds to wait, from a `Retry-After` of seconds or of a date; undefined when it says neither. Never negative. */
export function parseRetryAfter(header: HeaderValue, now: number): number | undefined {
	const value = values(header)[0]?.trim();
	if (value === undefined || value === '') return undefined;
	if (/^\d+$/.test(value)) return Number(value);
	const date = Date.parse(value);
	return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** The login of a URL as Go sends it, to a server or to a proxy: also a password without a user, and the reverse. Undefined without one. */
export function basicOf(url: URL): string | undefined {
	const login = loginIn(url);
	return login && `Basic ${Buffer.from(`${login.user}:${login.password}`, 'latin1').toString('base64')}`;
}
