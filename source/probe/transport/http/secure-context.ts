/** The authorities that the gateway's certificate is checked against, made ready once: hundreds of certificates take longer to read than an answer takes. */
import {createSecureContext, type SecureContext} from 'node:tls';
import type {ProbeOptions, ProbeTarget} from '../probe.js';

const made = new WeakMap<readonly string[], Map<string, SecureContext>>();
const own: readonly string[] = [];

/** Undefined where Node's own authorities are all there are. */
export function secureContextFor(
	{authorities = own}: Pick<ProbeTarget, 'authorities'>,
	{ca = ''}: NonNullable<ProbeOptions['tls']> = {},
): SecureContext | undefined {
	if (authorities.length === 0 && ca === '') return undefined;
	const contexts = made.get(authorities) ?? new Map<string, SecureContext>();
	made.set(authorities, contexts);
	const known =
		contexts.get(ca) ??
		createSecureContext({
			ca: [...authorities, ...(ca === '' ? [] : [ca])],
			// As curl: an authority that is signed by another is one, too.
			allowPartialTrustChain: true,
		});
	contexts.set(ca, known);
	return known;
}
