/** Command lines that do the same as a key of this program, for a POSIX shell, to be shown and copied. */

import {bracketed, endpointText, type Endpoint} from './endpoint.js';
import {guard, type PatchOperation} from '../objects/patch.js';
import {printable} from '../text/printable.js';
import type {ServiceView} from '../service/service.js';
import {cookieParts, fromFile} from './named-value.js';
import {placeOf} from './place.js';
import {quoteWord, quoteWords} from './shell-words.js';
import {diffSplit, type Split} from '../split/split.js';

/** What a URL of http need not name. */
const httpPort = 80;

/** What a request is made of, in the words of the operator: a header's value may be `@file` or have `$NAME` in it. */
export type CommandRequest = {
	method?: string;
	headers?: readonly string[];
	body?: string | undefined;
};

/** How the gateway's certificate is checked, where TLS is spoken. */
export type CommandTls = {
	/** Path of a file with further authorities. */
	cacert?: string | undefined;
	insecure?: boolean | undefined;
};

/**
 * `curl -H 'Host: …' http://gateway/`: one request to the gateway in the name of the Service's (or tag's) host. Secrets
 * stay named: the shell reads the variable or the file.
 */
export function curlCommand(
	host: string,
	gateway: Endpoint,
	{
		path = '/',
		scheme = 'http',
		cacert,
		insecure = false,
		...request
	}: {path?: string; scheme?: 'http' | 'https'} & CommandTls & CommandRequest = {},
): string {
	const words = requestWords(request);
	if (scheme === 'http') {
		const authority = gateway.port === httpPort ? bracketed(gateway.host) : endpointText(gateway);
		const url = `http://${authority}${path}`;
		return ['curl', ...words, `-H ${singleQuoted(`Host: ${host}`)}`, quoteWord(url)].join(' ');
	}
	// TLS needs the name in the handshake too (SNI), which a header alone does not give; the Host has no port of the gateway in it.
	const [, name = host, port = '443'] = /^(.*):(\d+)$/.exec(host) ?? [];
	const to = `${name}:${port}:${endpointText(gateway)}`;
	const trust = [...(cacert === undefined ? [] : ['--cacert', cacert]), ...(insecure ? ['--insecure'] : [])];
	return ['curl', ...words, quoteWords([...trust, '--connect-to', to, `https://${host}${path}`])].join(' ');
}

function requestWords({method = 'GET', headers = [], body}: CommandRequest): string[] {
	const isTyped = headers.some(line => /^content-type:/i.test(line));
	return [
		...methodWords(method, body),
		// Nothing after a colon means to curl that it is not to be sent.
		...headers.map(line => `-H ${shellText(line.replace(/^([^:]*):\s*$/, '$1;'))}`),
		// curl would call it a form.
		...(body === undefined || isTyped ? [] : ["-H 'Content-Type:'"]),
		...(body === undefined
			? []
			: // As bytes: curl's own `--data` takes the line breaks out of a file.
				[`--data-binary ${quoteWord(body)}`]),
	];
}

function methodWords(method: string, body: string | undefined): string[] {
	if (method === (body === undefined ? 'GET' : 'POST')) return [];
	// With `-X HEAD` alone curl waits for a body that never comes.
	return method === 'HEAD' && body === undefined ? ['-I'] : [`-X ${quoteWord(method)}`];
}

const hasVariable = (text: string) => /(^|[\s=;])\$\{?\w/.test(text);

/** A header as the shell is to read it: a named value is looked up there, everything else stands as it is. */
function shellText(line: string): string {
	if (/^cookie:.*@/is.test(line)) return cookieText(line);
	const named = /^([^:]*:\s*(?:(?:Bearer|Basic|Token)\s+)?)@(.+)$/i.exec(line);
	if (named) {
		const [, before = '', file = ''] = named;
		return `${doubleQuoted(before).slice(0, -1)}$(cat ${quoteWord(file)})"`;
	}
	return hasVariable(line) ? doubleQuoted(line, {keepVariables: true}) : singleQuoted(line);
}

/** The same of cookies, each of which may be named. */
function cookieText(line: string): string {
	const parts = line.split(/(?<=^cookie: *|; *)/i).map(part => {
		const [, cookie = '', end = ''] = /^([^;]*)(.*)$/s.exec(part) ?? [];
		const {name, value} = cookieParts(cookie);
		const [, scheme = '', file] = fromFile.exec(value) ?? [];
		return file === undefined
			? doubleQuoted(part, {keepVariables: hasVariable(part)}).slice(1, -1)
			: `${doubleQuoted(name + scheme).slice(1, -1)}$(cat ${quoteWord(file.trim())})${end}`;
	});
	return `"${parts.join('')}"`;
}

function doubleQuoted(text: string, {keepVariables = false}: {keepVariables?: boolean} = {}): string {
	const escaped = printable(text).replaceAll(/["\\`]/g, String.raw`\$&`);
	return `"${keepVariables ? escaped : escaped.replaceAll('$', String.raw`\$`)}"`;
}

/** `grpcurl` for one call of a method: `grpc.health.v1.Health/Check` unless said otherwise, with an empty request. */
export function grpcurlCommand(
	host: string,
	gateway: Endpoint,
	{
		method = 'grpc.health.v1.Health/Check',
		request,
		protoFile,
		headers = [],
		scheme = 'http',
		cacert,
		insecure = false,
	}: {
		method?: string;
		request?: object;
		protoFile?: string | undefined;
		headers?: readonly string[];
		scheme?: 'http' | 'https';
	} & CommandTls = {},
): string {
	return [
		quoteWords([
			'grpcurl',
			...(scheme === 'http' ? ['-plaintext'] : []),
			...(scheme === 'https' && cacert !== undefined ? ['-cacert', cacert] : []),
			...(scheme === 'https' && insecure ? ['-insecure'] : []),
			...(protoFile === undefined ? [] : ['-proto', protoFile]),
			...(request === undefined ? [] : ['-d', visibleJson(request)]),
		]),
		...headers.map(line => `-H ${shellText(line)}`),
		quoteWords(['-authority', host, endpointText(gateway), method]),
	].join(' ');
}

/** `kubectl port-forward`: the same as the port-forward of this program, at the same port of this machine. */
export function kubectlForwardCommand(
	service: {namespace: string; name: string; port: number},
	localPort: number,
): string {
	return quoteWords([
		'kubectl',
		'port-forward',
		'-n',
		service.namespace,
		`service/${service.name}`,
		`${localPort}:${service.port}`,
	]);
}

/** `kubectl patch ksvc …` with the same operations, guarded against a change by somebody else in between. */
export function kubectlPatchCommand(
	view: Pick<ServiceView, 'name' | 'namespace' | 'uid' | 'generation'>,
	operations: readonly PatchOperation[],
	{context}: {context?: string} = {},
): string {
	return `${quoteWords([
		'kubectl',
		...(context === undefined ? [] : ['--context', context]),
		'patch',
		'ksvc',
		view.name,
		'-n',
		view.namespace,
		'--type=json',
	])} -p=${singleQuoted(visibleJson([...guard(view), ...operations]))}`;
}

/** `kubectl patch revision …` with annotations, on that revision and no later one of its name: the uid in a patch is a precondition. */
export function kubectlMarkCommand(
	{namespace, revision, uid}: {namespace: string; revision: string; uid: string},
	annotations: Readonly<Record<string, string>>,
): string {
	const words = ['kubectl', 'patch', 'revision', revision, '-n', namespace, '--type=merge'];
	return `${quoteWords(words)} -p=${singleQuoted(visibleJson({metadata: {uid, annotations}}))}`;
}

/**
 * `kn service update NAME --traffic a=50,b=50`, with `--tag` and `--untag` for what differs. kn sets every share to 0
 * first and drops rows that end at 0 % without a tag, so only the others are named. It writes without a guard.
 */
export function knTrafficCommand(
	view: Pick<ServiceView, 'name' | 'namespace'>,
	before: Split,
	after: Split,
): string {
	const words = ['kn', 'service', 'update', view.name, '-n', view.namespace];
	const shares = after.filter(row => row.percent > 0).map(row => `${row.key}=${row.percent}`);
	words.push('--traffic', shares.join(','));
	const rows = diffSplit(before, after);
	// A tag that moves has to be taken from where it is first.
	for (const row of rows) {
		const kept = row.after === undefined ? [] : row.tags;
		for (const tag of row.tagsBefore) if (!kept.includes(tag)) words.push('--untag', tag);
	}
	for (const row of rows) {
		for (const tag of row.tags) if (!row.tagsBefore.includes(tag)) words.push('--tag', `${row.key}=${tag}`);
	}
	return quoteWords(words);
}

/** What kn cannot keep, other than a patch: no reason to hide that they differ. */
export function knNotes(after: Split): string[] {
	const dropped = after.filter(row => row.percent === 0 && row.tags.length === 0).map(({key}) => key);
	return dropped.length === 0 ? [] : [`The kn command drops ${dropped.join(', ')} (0 %, untagged).`];
}

/** The same JSON with every character that a terminal would act on as a `\u` escape. */
function visibleJson(value: unknown): string {
	return JSON.stringify(value).replaceAll(/./gsu, character =>
		printable(character) === character || character === '\u200D'
			? character
			: [...Array(character.length).keys()]
					.map(index => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
					.join(''),
	);
}

function singleQuoted(word: string): string {
	return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** `kubectl create` with the whole object on standard input. */
export function kubectlCreateCommand(object: unknown): string {
	return `printf %s ${singleQuoted(visibleJson(object))} | kubectl create -f -`;
}

/** `kubectl delete ksvc …`; unlike the write of this program it does not look whether it is still the same object. */
export function kubectlDeleteCommand(
	kind: 'ksvc' | 'revision',
	{name, namespace}: Pick<ServiceView, 'name' | 'namespace'>,
): string {
	return quoteWords(['kubectl', 'delete', kind, name, '-n', namespace]);
}

/** `kubectl get ksvc NAME -n NS -o yaml`, which prints the same object. */
export function kubectlGetCommand(
	kind: 'ksvc' | 'revision',
	{name, namespace}: Pick<ServiceView, 'name' | 'namespace'>,
	{managedFields = false}: {managedFields?: boolean} = {},
): string {
	const fields = managedFields ? ['--show-managed-fields'] : [];
	return quoteWords(['kubectl', 'get', kind, name, '-n', namespace, '-o', 'yaml', ...fields]);
}

/** `kubectl logs POD -n NS -c CONTAINER --tail=200 -f`, or `--previous` for the run before the last restart. */
export function kubectlLogsCommand(
	{pod, namespace, container}: {pod: string; namespace: string; container: string},
	{tail, previous}: {tail: number; previous: boolean},
): string {
	const words = ['kubectl', 'logs', pod, '-n', namespace, '-c', container, `--tail=${tail}`];
	return quoteWords([...words, previous ? '--previous' : '-f']);
}

/** `kubectl` or `kn` at the beginning of a line of this file, or behind the object that is piped into it. */
const programOfCluster = /^(printf %s '(?:[^']|'\\'')*' \| )?(kubectl|kn)(?= )/;

/**
 * A line of this file, made to act on the same cluster wherever it is pasted.
 * @param flags Of kubectl and kn, as words: `--context`, and `--kubeconfig` where one was named; see `placeOf`.
 */
export function atCluster(line: string, flags: readonly string[]): string {
	const place = placeOf(flags);
	return line.replace(programOfCluster, (_, piped: string | undefined, program: string) =>
		`${piped ?? ''}${place.front}${program} ${place.flags}`.trimEnd(),
	);
}

/** Whether it is kn that the line starts. */
export const isOfKn = (line: string): boolean => line.startsWith('kn ');

/** Whether the line does nothing when the object was changed, or replaced, since it was made. */
export function isGuarded(line: string): boolean {
	return (
		line.includes('"path":"/metadata/uid"') ||
		line.includes(` -p='{"metadata":{"uid":`) ||
		line.endsWith(' create -f -')
	);
}

/**
 * The line with the values of variables covered: to be shown, not to be run. Pasted all the same it writes no cover in the place
 * of a value: without the quotes it is no JSON, which kubectl refuses before it sends anything.
 */
export function coveredLine(line: string): string {
	return line.replaceAll(/("name":"(?:[^"\\]|\\.)*","value":)"(?:[^"\\]|\\.)*"/g, '$1•••');
}

/** What is copied of lines that do the same: those that are guarded, each only after the one before it was done; else the first. */
export function copiedLines(lines: readonly string[]): string {
	const guarded = lines.filter(line => isGuarded(line));
	return (guarded.length > 0 ? guarded : lines.slice(0, 1)).join(' &&\n');
}
