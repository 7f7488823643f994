/** What the command line says instead of a kubeconfig, with kubectl's flags and by its rules (clientcmd: client_config.go). */
import path from 'node:path';
import type {KubeconfigCluster, KubeconfigUser} from './kubeconfig-entries.js';

/** What was not given is undefined. */
export type KubeconfigOverrides = {
	/** Names of entries of the kubeconfig. */
	cluster?: string | undefined;
	user?: string | undefined;
	/** URL of the API server. */
	server?: string | undefined;
	insecureSkipTlsVerify?: boolean | undefined;
	/** Path, from where the program was started. */
	certificateAuthority?: string | undefined;
	tlsServerName?: string | undefined;
	token?: string | undefined;
	/** Paths, from where the program was started. */
	clientCertificate?: string | undefined;
	clientKey?: string | undefined;
	/** Whom to act as. */
	as?: string | undefined;
	asGroup?: readonly string[] | undefined;
	asUid?: string | undefined;
};

/** Whether the command line says who one is, so that the user of the context need not be there. */
export function hasOwnUser({token, clientCertificate}: KubeconfigOverrides): boolean {
	return Boolean(token ?? clientCertificate);
}

/** With what the flags say of the cluster; paths are taken from the working directory, as kubectl does. */
export function overrideCluster(
	cluster: KubeconfigCluster,
	overrides: KubeconfigOverrides,
): KubeconfigCluster {
	const {server, insecureSkipTlsVerify: insecure, certificateAuthority: authority, tlsServerName} = overrides;
	return {
		...cluster,
		...(server !== undefined && {server}),
		// Whoever gives one of them means it instead of what the file says of the certificate, not beside it.
		...((insecure || authority) && {
			'insecure-skip-tls-verify': insecure ?? false,
			'certificate-authority': authority && path.resolve(authority),
			'certificate-authority-data': undefined,
		}),
		// The name of the certificate of another server is of no use.
		...((tlsServerName !== undefined || server !== undefined) && {'tls-server-name': tlsServerName}),
	};
}

/** With what the flags say of the user; paths are taken from the working directory, as kubectl does. */
export function overrideUser(user: KubeconfigUser, overrides: KubeconfigOverrides): KubeconfigUser {
	const {token, clientCertificate, clientKey, as, asGroup, asUid} = overrides;
	return {
		...user,
		// What is given for this once comes before a file that is read each time.
		...(token !== undefined && {token, tokenFile: undefined}),
		...(clientCertificate !== undefined && {
			'client-certificate': path.resolve(clientCertificate),
			'client-certificate-data': undefined,
		}),
		...(clientKey !== undefined && {'client-key': path.resolve(clientKey), 'client-key-data': undefined}),
		...(as !== undefined && {as}),
		...(asGroup !== undefined && {'as-groups': [...asGroup]}),
		...(asUid !== undefined && {'as-uid': asUid}),
	};
}
