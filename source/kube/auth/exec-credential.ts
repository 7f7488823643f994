/**
 * What a credential plugin printed: an ExecCredential of client.authentication.k8s.io, as kubectl reads it
 * (kubernetes/client-go plugin/pkg/client/auth/exec/exec.go).
 */
import * as v from 'valibot';
import {printable} from '../../knative/text/printable.js';
import {mayBeToken} from './kubeconfig-entries.js';
import {readYaml} from './kubeconfig-yaml.js';
import {readPair, type CertificatePair} from './trust/certificates.js';

export type ExecCredential = {
	token?: string;
	certificate?: CertificatePair;
	/** Milliseconds since 1970; undefined where it is good until the server says otherwise. */
	expiresAt?: number;
};

/** Why a plugin gave no credentials: one sentence, printable. */
export class PluginError extends Error {
	override name = 'PluginError';
	/** It failed with the terminal: what it said there is not known. */
	isUnheard = false;
	constructor(
		message: string,
		/** The command is not there: no other way to run it helps. */
		readonly isMissing = false,
		options: ErrorOptions = {},
	) {
		super(message, options);
	}
}

const optionalText = v.optional(v.nullable(v.string()));
const credentialSchema = v.object({
	// Left out it is what is expected: that is how client-go decodes it.
	kind: v.exactOptional(v.literal('ExecCredential')),
	apiVersion: v.string(),
	status: v.optional(
		v.nullable(
			v.object({
				expirationTimestamp: optionalText,
				token: optionalText,
				clientCertificateData: optionalText,
				clientKeyData: optionalText,
			}),
		),
	),
});

/**
 * @param output What it printed, as a whole.
 * @param wantedVersion The apiVersion of the kubeconfig.
 * @throws PluginError.
 */
export function parseCredential(output: string, wantedVersion: string): ExecCredential {
	let printed: unknown;
	try {
		printed = readYaml(output);
	} catch {
		// Without the cause, in which its beginning stands: that may be of a token.
		throw new PluginError('what it printed is neither JSON nor YAML');
	}
	const parsed = v.safeParse(credentialSchema, printed);
	if (!parsed.success) throw new PluginError('what it printed is no ExecCredential');
	const {apiVersion, status} = parsed.output;
	if (apiVersion !== wantedVersion) {
		throw new PluginError(
			`the kubeconfig says that it speaks ${printable(wantedVersion)}, and it speaks ${printable(apiVersion)}`,
		);
	}
	const {token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp} = status ?? {};
	if (Boolean(cert) !== Boolean(key)) {
		throw new PluginError(
			`it gave ${cert ? 'a certificate without its key' : 'a key without its certificate'}`,
		);
	}
	if (!token && !cert) throw new PluginError('it gave neither a token nor a certificate');
	if (token && !mayBeToken(token)) throw new PluginError('its token has characters that no header may have');
	const pair = cert && key ? readPair({cert, key}) : undefined;
	if (pair && 'fault' in pair) throw new PluginError(`of what it gave ${pair.fault}`);
	const expiresAt = timeOf(expirationTimestamp);
	return {
		...(token && {token}),
		...(pair && {certificate: pair}),
		...(expiresAt !== undefined && {expiresAt}),
	};
}

/** Of a time as Go reads it (RFC 3339), in milliseconds since 1970: without its zone it could be any of 26. */
function timeOf(text: string | null | undefined): number | undefined {
	if (text === null || text === undefined) return undefined;
	const [, day] = /^(\d{4}-\d\d-\d\d)T(?!24)\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
	const time = day === undefined ? Number.NaN : Date.parse(text.replace(',', '.'));
	// The 30th of February is the 2nd of March to Date alone.
	const isDay = new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day?.slice(-2));
	if (!Number.isNaN(time) && isDay) return time;
	throw new PluginError(
		`its expirationTimestamp "${printable(text.slice(0, 80))}" is no time such as 2030-01-31T12:00:00Z`,
	);
}
