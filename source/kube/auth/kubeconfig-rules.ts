/**
 * What kubectl refuses in a kubeconfig whose every entry is well-formed (kubernetes/client-go tools/clientcmd/validation.go and
 * transport/transport.go): a file with two answers to one question is one whose author was mistaken.
 */
import {proxyFault} from '../http/proxy.js';
import {withoutAnyLogin} from '../../knative/text/user-info.js';
import {printable} from '../../knative/text/printable.js';
import {KubeconfigError} from './kubeconfig-files.js';
import type {SelectedContext} from './kubeconfig-entries.js';

/** Of those that kubectl has had inside, and what has taken their place. */
const formerProviders: Readonly<Record<string, string>> = {
	gcp: 'it was removed from kubectl 1.26; use the credential plugin gke-gcloud-auth-plugin',
	azure: 'it was removed from kubectl 1.26; use the credential plugin kubelogin',
};

/** Those that kubectl and this program speak with a plugin; v1alpha1 was removed from kubectl 1.24. */
const execVersions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

const interactiveModes = ['Never', 'IfAvailable', 'Always'];

/** @throws KubeconfigError that says what is said twice, or is missing. */
export function refuseAsKubectl(selected: SelectedContext): void {
	refuseCluster(selected);
	refuseUser(selected);
}

function refuseCluster({cluster, clusterName}: SelectedContext): void {
	const refuse = (why: string): never => {
		throw new KubeconfigError(`cluster "${printable(clusterName)}": ${why}`);
	};
	const {
		'certificate-authority': file,
		'certificate-authority-data': data,
		'insecure-skip-tls-verify': isInsecure,
		'proxy-url': proxy,
	} = cluster;
	if (file && data) refuse('certificate-authority and certificate-authority-data are both given; keep one');
	if (isInsecure && (file || data)) {
		refuse('it names an authority and says insecure-skip-tls-verify as well; keep one');
	}
	const fault = proxy ? proxyFault(proxy) : undefined;
	if (proxy && fault) refuse(`its proxy-url "${printable(withoutAnyLogin(proxy))}" ${fault}`);
}

function refuseUser({user, userName}: SelectedContext): void {
	const refuse = (why: string): never => {
		throw new KubeconfigError(`user "${printable(userName)}": ${why}`);
	};
	if ((user.token || user.tokenFile) && (user.username || user.password)) {
		refuse('a token and a user name or password are both given; only one way to log in is allowed');
	}
	for (const name of ['client-certificate', 'client-key'] as const) {
		if (user[name] && user[`${name}-data`]) refuse(`${name} and ${name}-data are both given; keep one`);
	}
	const {exec, 'auth-provider': provider} = user;
	if (exec && provider) refuse('an auth-provider and an exec plugin are both given; keep one');
	if (exec) {
		const {apiVersion, interactiveMode: mode} = exec;
		if (!execVersions.includes(apiVersion)) {
			refuse(`exec: its apiVersion "${printable(apiVersion)}" is none of ${execVersions.join(', ')}`);
		}
		if (mode && !interactiveModes.includes(mode)) {
			refuse(`interactiveMode "${printable(mode)}" is none of ${interactiveModes.join(', ')}`);
		}
		if (!mode && apiVersion === 'client.authentication.k8s.io/v1') {
			refuse('exec: interactiveMode must be given (Never, IfAvailable or Always)');
		}
	}
	if (provider && provider.name !== 'oidc') {
		const why = formerProviders[provider.name] ?? 'neither kubectl nor this program knows it';
		refuse(`auth-provider "${printable(provider.name)}": ${why}`);
	}
	// As k8s.io/client-go/plugin/pkg/client/auth/oidc has it; client-node goes on without credentials.
	if (provider) {
		for (const name of ['idp-issuer-url', 'client-id']) {
			if (!provider.config?.[name]) refuse(`auth-provider "oidc": its config must have ${name}`);
		}
		if (!provider.config?.['id-token'] && !provider.config?.['refresh-token']) {
			refuse('auth-provider "oidc": it has neither an id-token nor a refresh-token; log in again');
		}
	}
}
