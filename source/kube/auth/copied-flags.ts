/** What leads kubectl to the same cluster as this program, in a command line that is copied. Pure. */
import path from 'node:path';
import type {KubeconfigOverrides} from './kubeconfig-overrides.js';
import {withoutUserInfo} from '../../knative/text/user-info.js';

const flag = (name: string, value: string | undefined): string[] => (value ? [`--${name}`, value] : []);
/** Of several files only the environment can say all. */
const files = (names: readonly string[]): string[] =>
	names.length > 1 ? [`KUBECONFIG=${names.join(path.delimiter)}`] : [];
const file = (name: string, value: string | undefined): string[] => flag(name, value && path.resolve(value));

/**
 * As words, with absolute paths: the line may be pasted anywhere, and the context that is current there is another one by
 * then, or $KUBECONFIG is. A token that was given on the command line has a place, or kubectl would send the server that of the
 * context; itself it is left out, like a password: it is nobody's to read off a screen.
 *
 * @param context Undefined where no file has it.
 * @param kubeconfigs Paths of the files that were named. Of several, `KUBECONFIG=…` is the first word: see `placeOf`.
 */
export function copiedFlags(
	context: string | undefined,
	kubeconfigs: readonly string[],
	{
		cluster,
		user,
		server,
		insecureSkipTlsVerify,
		certificateAuthority,
		tlsServerName,
		token,
		clientCertificate,
		clientKey,
		as,
		asGroup = [],
		asUid,
	}: KubeconfigOverrides = {},
): string[] {
	return [
		...files(kubeconfigs),
		...flag('context', context),
		...(kubeconfigs.length === 1 ? flag('kubeconfig', kubeconfigs[0]) : []),
		...flag('cluster', cluster),
		...flag('user', user),
		...flag('server', server && withoutUserInfo(server)),
		...(insecureSkipTlsVerify ? ['--insecure-skip-tls-verify'] : []),
		...file('certificate-authority', certificateAuthority),
		...flag('tls-server-name', tlsServerName),
		...(token ? ['--token', '$TOKEN'] : []),
		...file('client-certificate', clientCertificate),
		...file('client-key', clientKey),
		...flag('as', as),
		...asGroup.flatMap(group => flag('as-group', group)),
		...flag('as-uid', asUid),
	];
}
