/**
 * What is sent to a service, as the operator says it: method, headers, cookies, body, and which statuses are as they
 * should be. Values that nobody should read off a screen are named, not written: `$NAME` of the environment, `@file`.
 */
import {readGivenSync} from '../../files/given-file.js';
import {cookieParts, fromFile} from '../../knative/commands/named-value.js';
import {token, type RequestContent, type RequestHeader} from './probe.js';

/** As it was said: fit to be shown and remembered. */
export type RequestWords = {
	method: string;
	/** `Name: value`; `value`, or that of a cookie in it, may be `@file` or have `$NAME` in it. */
	headers: readonly string[];
	/** The text, or `@file`. */
	body: string | undefined;
	/** `200`, `200,404`, `200-299`, `2xx`. */
	expectStatus: string | undefined;
};

export const plainRequest: RequestWords = {
	method: 'GET',
	headers: [],
	body: undefined,
	expectStatus: undefined,
};

/** Where named values come from. */
export type ValueSources = {
	environment: Readonly<Record<string, string | undefined>>;
	/** Throws where there is no such file. */
	readFile: (file: string) => string;
};

const processSources: ValueSources = {
	environment: process.env,
	readFile: file => readGivenSync(file),
};

/** The same while somebody looks at a screen: an empty pipe is not waited for. */
export const promptSources: ValueSources = {
	...processSources,
	readFile: file => readGivenSync(file, {mayWait: false}),
};

/** Set by whoever sends the request, so that it goes where it should. */
const reserved = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade']);

/**
 * The request that the words mean; undefined for a plain GET.
 *
 * @throws TypeError with a sentence for the operator, which never has a value of the environment or a file in it.
 */
export function requestContent(
	{method, headers, body}: RequestWords,
	sources: ValueSources = processSources,
): RequestContent | undefined {
	if (!token.test(method)) {
		throw new TypeError(`${JSON.stringify(method)} is not an HTTP method, such as GET or POST.`);
	}

	const content: RequestContent = {
		method: method.toUpperCase(),
		headers: headers.map(line => parseHeader(line, sources)),
		...(body !== undefined && {body: body.startsWith('@') ? fileOf(body.slice(1), sources) : body}),
	};
	return content.method === 'GET' && content.headers.length === 0 && content.body === undefined
		? undefined
		: content;
}

function parseHeader(line: string, sources: ValueSources): RequestHeader {
	const [, name = '', value = ''] = /^([^:]*):\s*(.*?)\s*$/s.exec(line) ?? [];
	if (!token.test(name)) {
		// What has no name may be the value alone, and that a secret.
		const which = name === '' ? 'A header' : `The header ${JSON.stringify(name)}`;
		throw new TypeError(`${which} is not "Name: value", such as "Authorization: $TOKEN".`);
	}

	if (reserved.has(name.toLowerCase())) {
		throw new TypeError(`The header ${name} is set by kn-canary itself.`);
	}

	const isCookies = name.toLowerCase() === 'cookie';
	const resolved = isCookies ? resolveCookies(value, sources) : resolveValue(value, sources);
	if (/[^\t\u0020-\u007E\u0080-\u00FF]/.test(resolved)) {
		throw new TypeError(
			`The value of the header ${name} must not contain line breaks or control characters.`,
		);
	}

	return {name, value: resolved};
}

const variable = /(^|[\s=;])\$(?:\{(\w+)\}|(\w+))/g;

/** Of cookies each may be named, with its own name before it or without. */
function resolveCookies(value: string, sources: ValueSources): string {
	return value
		.split(/;\s*/)
		.map(cookie => {
			const {name, value: own} = cookieParts(cookie);
			return name + resolveValue(own, sources);
		})
		.join('; ');
}

function resolveValue(value: string, sources: ValueSources): string {
	const [, before = '', file] = fromFile.exec(value) ?? [];
	if (file !== undefined) {
		return before + fileOf(file, sources).trim();
	}

	return value.replaceAll(variable, (_, lead: string, braced?: string, bare?: string) => {
		const name = braced ?? bare ?? '';
		const found = sources.environment[name];
		if (found === undefined || found === '') {
			throw new TypeError(`The variable $${name} is not set: export it before kn-canary starts.`);
		}

		return lead + found;
	});
}

function fileOf(file: string, {readFile}: ValueSources): string {
	try {
		return readFile(file);
	} catch (error) {
		throw new TypeError(
			`The file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
			{cause: error},
		);
	}
}

/** Whether a status is as it should be. */
export type ExpectedStatus = (status: number) => boolean;

/**
 * @param text `200`, `200,404`, `200-299`, `2xx`.
 * @throws TypeError with a sentence for the operator.
 */
export function parseExpectedStatus(text: string): ExpectedStatus {
	const ranges = text.split(',').map(part => {
		const word = part.trim();
		const [, from, to = from] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(word) ?? [];
		if (from !== undefined) return {from: Number(from), to: Number(to)};
		const [, hundreds] = /^([1-5])xx$/i.exec(word) ?? [];
		if (hundreds !== undefined) return {from: Number(hundreds) * 100, to: Number(hundreds) * 100 + 99};
		throw new TypeError(
			`The expected status ${JSON.stringify(word)} is none: give 200, 200,404, 200-299 or 2xx.`,
		);
	});
	return status => ranges.some(({from, to}) => status >= from && status <= to);
}

/** The host to ask for. Throws TypeError where it is no host name, with a port or without. */
export function parseHost(host: string): string {
	// Anything else could end the header line and start another.
	if (!/^[\w.-]+(?::\d{1,5})?$/.test(host)) {
		throw new TypeError(`The host ${JSON.stringify(host)} is no host name, such as shop.example.com.`);
	}

	return host;
}
