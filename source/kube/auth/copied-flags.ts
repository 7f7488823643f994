/** What leads kubectl to the same cluster as this program, in a command line that is copied. Pure. */
import path from 'node:path';
import type {KubeconfigOverrides} from './kubeconfig-overrides.js';
import {withoutUserInfo} from '../../knative/text/user-info.js';

const flag = (name: string, value: string | undefined): string[] => (value ? [`--${name}`, value] : []);
const file = (name: string, value: string | undefined): string[] => flag(name, value && path.resolve(value));

/**
 * As words, with absolute paths: the line may be pasted anywhere, and the context that is current there is another one by
 * then. A token or password that was given on the command line is left out: it is nobody's to read off a screen.
 */
export function copiedFlags(
	context: string,
	kubeconfig: string | undefined,
	{
		cluster,
		user,
		server,
		insecureSkipTlsVerify,
		certificateAuthority,
		tlsServerName,
		clientCertificate,
		clientKey,
		as,
		asGroup = [],
		asUid,
	}: KubeconfigOverrides = {},
): string[] {
	return [
		...flag('context', context),
		...file('kubeconfig', kubeconfig),
		...flag('cluster', cluster),
		...flag('user', user),
		...flag('server', server && withoutUserInfo(server)),
		...(insecureSkipTlsVerify ? ['--insecure-skip-tls-verify'] : []),
		...file('certificate-authority', certificateAuthority),
		...flag('tls-server-name', tlsServerName),
		...file('client-certificate', clientCertificate),
		...file('client-key', clientKey),
		...flag('as', as),
		...asGroup.flatMap(group => flag('as-group', group)),
		...flag('as-uid', asUid),
	];
}
