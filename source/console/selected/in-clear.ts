/** That a URL with https is asked without TLS, and what is not sent then before the operator agrees. Pure. */
import {isDeepStrictEqual} from 'node:util';
import {endpointText, type Endpoint} from '../../knative/commands/endpoint.js';
import {mayBeSecretHeader} from '../../knative/commands/secret-headers.js';
import {coveredBody, coveredMessage, secretFrom} from '../../knative/text/covered.js';
import type {SentRequest} from './request-commands.js';

/** `forward`: it leads there through the API server, so that nothing of it is on a network as it is. */
type AskedDoor = Endpoint & {tls: boolean; forward?: unknown};

/** That it is asked so, and why: `via` as of the gateway. */
export function clearSentence(host: string, via: string): string {
	const why = via === '--gateway' ? 'as --gateway says' : 'because the gateway has no TLS port';
	return `Asked in the clear, ${why}: the URL is https, and the certificate of ${host} is not checked.`;
}

/**
 * Why the request is not sent to that URL by that door: it has secrets in it, which nobody may read on the way. Undefined where it
 * may be sent; who names the door with `--gateway` has agreed.
 */
export function secretFault(
	{url, door, via}: {url: string | undefined; door: AskedDoor; via: string},
	sent: SentRequest,
): string | undefined {
	if (door.tls || !url?.startsWith('https:') || via === '--gateway' || door.forward) return undefined;
	const secrets = secretsOf(sent);
	if (secrets.length === 0) return undefined;
	return `Not sent: ${url} is asked in the clear, because the gateway has no TLS port, and ${secrets.join(', ')} may be secret. Leave that out, or agree with --gateway http://${endpointText(door)}.`;
}

/** What of a request may be secret, as it is called; what is only named (`@file`) is. */
function secretsOf({headers = [], path = '/', body = '', call}: SentRequest): string[] {
	const message = call?.request ?? {};
	const names = headers.filter(line => mayBeSecretHeader(line)).map(line => line.split(':', 1)[0] ?? '');
	const isBody = body.startsWith('@') || coveredBody(body) !== body;
	return [
		...names,
		...(secretFrom(path) === undefined ? [] : ['the path']),
		...(isBody ? ['the body'] : []),
		...(isDeepStrictEqual(coveredMessage(message), message) ? [] : ['the message']),
	];
}
