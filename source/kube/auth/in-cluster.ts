/** A pod's own way to the API server: its service account (kubernetes/client-go rest.InClusterConfig, clientcmd). */
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {readableCertificates} from './trust/certificates.js';
import type {Kubeconfig, KubeconfigEntry, KubeconfigSource} from './kubeconfig-entries.js';

const defaultPlace = '/var/run/secrets/kubernetes.io/serviceaccount';

type Account = {directory: string; server: string; namespace: string | undefined};

/** Undefined where this is no pod, or one without a service account. */
async function accountOf({
	serviceAccount = defaultPlace,
	env = process.env,
}: KubeconfigSource): Promise<Account | undefined> {
	const {KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, POD_NAMESPACE: told} = env;
	if (!host || !port) return undefined;
	if ((await textOf(serviceAccount, 'token')) === undefined) return undefined;
	return {
		directory: serviceAccount,
		server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
		namespace: told || (await textOf(serviceAccount, 'namespace'))?.trim() || undefined,
	};
}

async function textOf(directory: string, name: string): Promise<string | undefined> {
	try {
		return await readFile(path.join(directory, name), 'utf8');
	} catch {
		return undefined;
	}
}

/** As a kubeconfig with one context. Without an authority that can be read those of the machine count. */
export async function inCluster(source: KubeconfigSource): Promise<Kubeconfig | undefined> {
	const account = await accountOf(source);
	if (!account) return undefined;
	const {directory, server, namespace} = account;
	const authority = await textOf(directory, 'ca.crt');
	const entry = (value: unknown): KubeconfigEntry => ({value, file: 'the service account', directory});
	return {
		files: ['the service account'],
		isOfPod: true,
		currentContext: 'in-cluster',
		contexts: new Map([['in-cluster', entry({cluster: 'in-cluster', user: 'service account', namespace})]]),
		clusters: new Map([
			[
				'in-cluster',
				entry({
					server,
					...(authority !== undefined &&
						readableCertificates(authority) !== '' && {'certificate-authority': 'ca.crt'}),
				}),
			],
		]),
		users: new Map([['service account', entry({tokenFile: 'token'})]]),
	};
}

/** Where a context that names no namespace leads from within a pod. */
export async function podNamespace(source: KubeconfigSource): Promise<string | undefined> {
	return (await accountOf(source))?.namespace;
}
