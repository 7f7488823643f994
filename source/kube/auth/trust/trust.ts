/** Which API server is trusted to be the one that is meant: its authority, the name in its certificate, or neither. */
import {describeFault} from '../../../knative/text/fault.js';
import {printable} from '../../../knative/text/printable.js';
import {readableCertificates} from './certificates.js';
import {dataOrFile, type SelectedContext} from '../kubeconfig.js';
import {KubeconfigError} from '../kubeconfig-files.js';
import {checkIdentity} from '../../http/server-identity.js';

export type Trust = {
	/** PEM; undefined on a connection without TLS. */
	ca?: string | string[];
	/** Always said, so that no variable of the environment decides it (NODE_TLS_REJECT_UNAUTHORIZED). */
	rejectUnauthorized: boolean;
	/** As Go: what is named as an authority is one, be it signed by another or no authority at all. */
	allowPartialTrustChain: true;
	servername?: string;
	checkServerIdentity: typeof checkIdentity;
};

/**
 * What the cluster of a context says; where it names no authority, those that this machine trusts.
 * @throws KubeconfigError when the authority cannot be read, or is no certificate.
 */
export async function trustOf({cluster, clusterName}: SelectedContext): Promise<Trust> {
	const isInsecure = cluster['insecure-skip-tls-verify'] === true;
	const name = cluster['tls-server-name'];
	const rest: Trust = {
		rejectUnauthorized: !isInsecure,
		allowPartialTrustChain: true,
		checkServerIdentity: checkIdentity,
		...(name && {servername: name}),
	};
	const file = cluster['certificate-authority'];
	let given: Buffer | undefined;
	try {
		given = await dataOrFile(cluster['certificate-authority-data'], file);
	} catch (error) {
		throw new KubeconfigError(
			`the certificate authority of cluster "${printable(clusterName)}" cannot be read: ${describeFault(error)}`,
			{cause: error},
		);
	}
	// Nothing is no authority, as for kubectl.
	if (given !== undefined && given.length > 0) {
		const ca = readableCertificates(given.toString('latin1'));
		if (ca === '') {
			throw new KubeconfigError(
				`the certificate authority of cluster "${printable(clusterName)}" is no certificate (PEM)`,
			);
		}
		return {ca, ...rest};
	}
	if (isInsecure || !/^https:/i.test(cluster.server)) return rest;
	// Read when it is needed: most kubeconfigs name their authority.
	const {systemRoots} = await import('./system-roots.js');
	roots ??= systemRoots();
	return {ca: await roots, ...rest};
}

/** They do not change while the program runs, and are hundreds of files. */
let roots: Promise<string[]> | undefined;
