/** A kubeconfig that leads to the sandbox, for kubectl, kn and whoever else reads one. */
import {randomUUID} from 'node:crypto';
import {mkdtemp, rename, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {dump} from 'js-yaml';
import {directoryPrefix, markAsOwn, removeLeftovers} from './leftovers.js';

export type KubeconfigOptions = {
	/** The URL of the API server. */
	server: string;
	/** The certificate to trust, in PEM, where the server has TLS. kubectl sends no token to one without. */
	certificateAuthority?: string | undefined;
	/** What the context and the cluster are called. */
	contextName: string;
	namespace?: string;
	/** Further users, each with a context of their own. */
	others?: readonly (SandboxUser & {contextName: string})[];
} & SandboxUser;

type SandboxUser = {token: string; userName: string};

/** The kubeconfig as YAML. */
export function kubeconfigYaml(options: KubeconfigOptions): string {
	const {
		server,
		certificateAuthority,
		token,
		userName,
		contextName,
		namespace = 'default',
		others = [],
	} = options;
	const entries = [{token, userName, contextName}, ...others];
	const authority =
		certificateAuthority === undefined
			? {}
			: {'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64')};
	return dump({
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [{name: contextName, cluster: {server, ...authority}}],
		users: entries.map(entry => ({name: entry.userName, user: {token: entry.token}})),
		contexts: entries.map(entry => ({
			name: entry.contextName,
			context: {cluster: contextName, user: entry.userName, namespace},
		})),
		'current-context': contextName,
	});
}

/**
 * Writes the kubeconfig into a directory of its own that nobody else can read: it holds the token.
 *
 * @param parent where the directory is made; that of the system for temporary files unless told.
 * @returns the path of the file, the way to put another one in its stead, at once for who reads it, and the way to remove
 *   it together with its directory.
 */
export async function writeKubeconfig(
	options: KubeconfigOptions,
	parent = tmpdir(),
): Promise<{
	path: string;
	rewrite: (options: KubeconfigOptions) => Promise<void>;
	remove: () => Promise<void>;
}> {
	// mkdtemp makes it for the owner alone (0700), under a name that was not there before.
	const directory = await mkdtemp(join(parent, directoryPrefix));
	void removeLeftovers(parent);
	const path = join(directory, 'kubeconfig');
	try {
		await markAsOwn(directory);
		await writeFile(path, kubeconfigYaml(options), {mode: 0o600, flag: 'wx'});
	} catch (error) {
		await rm(directory, {recursive: true, force: true});
		throw error;
	}

	return {
		path,
		async rewrite(next) {
			// Renamed into place: nobody reads half of it.
			const draft = `${path}.${randomUUID()}`;
			await writeFile(draft, kubeconfigYaml(next), {mode: 0o600, flag: 'wx'});
			await rename(draft, path);
		},
		async remove() {
			await rm(directory, {recursive: true, force: true});
		},
	};
}
