/** One request by hand, and the command line that does the same. */
import {createProbe} from './create-probe.js';
import type {Answer, AskOptions, Probe, ProbeOptions, Target} from './probe.js';
import {checkTarget, defaultTimeout, formatAddress, serverName} from './probe.js';

export type Verification = {
	answer: Answer;
	/** The program and arguments of the equivalent command: `curl`, or `grpcurl` for gRPC. */
	command: readonly string[];
	/** The same as one line for a POSIX shell. */
	commandLine: string;
};

/**
 * Sends one request, over a connection of its own unless a probe is given.
 * Throws as {@link Probe.ask} does: never for what the gateway answers.
 */
export async function verifyOnce(
	target: Target,
	{
		probe,
		tls,
		fingerprint,
		...askOptions
	}: {probe?: Probe} & AskOptions & Pick<ProbeOptions, 'tls' | 'fingerprint'> = {},
): Promise<Verification> {
	const used = probe ?? createProbe({keepAlive: false, ...(tls && {tls}), ...(fingerprint && {fingerprint})});
	try {
		const answer = await used.ask(target, askOptions);
		const command = equivalentCommand(target, {timeout: askOptions.timeout, insecure: tls?.insecure});
		return {answer, command, commandLine: command.map(word => quote(word)).join(' ')};
	} finally {
		if (!probe) {
			await used.close();
		}
	}
}

/** What to type to send the same request. Throws TypeError for a target that cannot be asked. */
export function equivalentCommand(
	target: Target,
	{
		timeout = defaultTimeout,
		insecure = false,
	}: {timeout?: number | undefined; insecure?: boolean | undefined} = {},
): string[] {
	checkTarget(target);
	const seconds = String(Math.ceil(timeout / 1000));
	return target.protocol === 'grpc' ? grpcurl(target, seconds, insecure) : curl(target, seconds, insecure);
}

function curl({scheme, address, authority, path}: Target, seconds: string, insecure: boolean): string[] {
	const common = ['curl', '-sS', '--max-time', seconds];
	const port = scheme === 'https' ? 443 : 80;
	if (scheme === 'http') {
		const origin = formatAddress(address).replace(new RegExp(`:${port}$`), '');
		return [...common, '-H', `Host: ${authority}`, `http://${origin}${path}`];
	}

	// The server name of TLS comes from the URL, not from a Host header; only the connection is led elsewhere.
	const asked = /:\d+$/.test(authority) ? authority : `${authority}:${port}`;
	return [
		...common,
		...(insecure ? ['-k'] : []),
		'--connect-to',
		`${asked}:${formatAddress(address)}`,
		`https://${authority}${path}`,
	];
}

function grpcurl({scheme, address, authority, path}: Target, seconds: string, insecure: boolean): string[] {
	const security =
		scheme === 'http'
			? ['-plaintext']
			: [...(insecure ? ['-insecure'] : []), '-servername', serverName(authority)];
	const method = path === '/' ? 'grpc.health.v1.Health/Check' : path.slice(1);
	return [
		'grpcurl',
		...security,
		'-max-time',
		seconds,
		'-authority',
		authority,
		formatAddress(address),
		method,
	];
}

/** A word that a POSIX shell reads as it is. */
function quote(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
