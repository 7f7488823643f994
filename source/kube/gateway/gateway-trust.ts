/** Whom a gateway's certificate may be from: anybody whom this machine trusts, and the authorities of the cluster itself. */
import {systemRoots} from '../auth/trust/system-roots.js';
import type {Cluster} from '../cluster.js';

let ofMachine: Promise<readonly string[]> | undefined;

/** PEM certificates. */
export async function gatewayAuthorities(cluster: Cluster): Promise<readonly string[]> {
	ofMachine ??= systemRoots();
	try {
		return [...new Set([...(await ofMachine), ...(await cluster.authorities())])];
	} catch {
		// Without credentials nothing of the cluster is known.
		return ofMachine;
	}
}
