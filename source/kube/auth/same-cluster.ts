/**
 * Whether a context still means the cluster that it meant when the console was opened. Tools write kubeconfigs under running
 * programs, and give the name of a context to another cluster: what is in the file then is for that one.
 */
import {printable} from '../../knative/text/printable.js';
import {withoutAnyLogin} from '../../knative/text/user-info.js';
import {proxyAddress} from '../http/proxy.js';
import {dataOrFile, type SelectedContext} from './kubeconfig.js';
import type {KubeconfigCluster} from './kubeconfig-entries.js';
import {certificatesIn} from './trust/certificates.js';

/** Undefined when it does; else a sentence that says what it means now. However the two are written, it is what they mean that counts. */
export async function movedTo(opened: SelectedContext, now: SelectedContext): Promise<string | undefined> {
	const [before, after] = [opened.cluster, now.cluster];
	const server = printable(withoutAnyLogin(after.server));
	const means = (what: string) => `the context ${printable(opened.name)} now means another cluster: ${what}`;
	if (addressOf(before.server) !== addressOf(after.server)) return means(server);
	if (proxyOf(before) !== proxyOf(after)) return means(`another proxy for ${server}`);
	const isSameTrust =
		Boolean(before['insecure-skip-tls-verify']) === Boolean(after['insecure-skip-tls-verify']) &&
		(before['tls-server-name'] || '') === (after['tls-server-name'] || '') &&
		(await isSameAuthority(before, after));
	return isSameTrust ? undefined : means(`another certificate authority for ${server}`);
}

/** With the path that paths of the API are put behind, as `urlOf` does. */
function addressOf(server: string): string {
	const url = new URL(server);
	url.pathname = url.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '');
	return url.href;
}

const proxyOf = ({'proxy-url': proxy}: KubeconfigCluster): string => (proxy ? proxyAddress(proxy) : '');

/** Of files what stands in them by now: so far the same file may have been given another authority, and it is read for each connection. */
async function isSameAuthority(before: KubeconfigCluster, after: KubeconfigCluster): Promise<boolean> {
	const [one, other] = [before, after].map(placesOf);
	if (one === other) return true;
	try {
		return (await authorityOf(before)) === (await authorityOf(after));
	} catch {
		return false;
	}
}

const placesOf = ({
	'certificate-authority-data': data,
	'certificate-authority': file,
}: KubeconfigCluster): string => JSON.stringify([data || '', file || '']);

/** The certificates in it, in whatever order; '' where none is given. */
async function authorityOf({
	'certificate-authority-data': data,
	'certificate-authority': file,
}: KubeconfigCluster): Promise<string> {
	const bytes = await dataOrFile(data, file);
	if (bytes === undefined || bytes.length === 0) return '';
	const certificates = certificatesIn(bytes.toString('latin1'));
	if (certificates.length === 0) throw new Error('there is no certificate in it');
	return [...new Set(certificates)].toSorted().join('\n');
}
