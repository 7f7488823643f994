/** Where the API server of a sandbox is, and how it is spoken to, as the kubeconfig that it writes says. */
import {readFileSync} from 'node:fs';
import {load} from 'js-yaml';
import * as v from 'valibot';

const schema = v.object({
	clusters: v.array(
		v.object({cluster: v.object({server: v.string(), 'certificate-authority-data': v.string()})}),
	),
	users: v.array(v.object({user: v.object({token: v.string()})})),
});

export type ApiAccess = {server: string; ca: Buffer; token: string};

/** Of the first cluster and the first user. Throws when the file is none that a sandbox writes. */
export function accessOf(kubeconfig: string): ApiAccess {
	const {clusters, users} = v.parse(schema, load(readFileSync(kubeconfig, 'utf8')));
	const [first] = clusters;
	const [user] = users;
	if (!first || !user) throw new Error(`${kubeconfig} names no cluster or no user`);
	return {
		server: first.cluster.server,
		ca: Buffer.from(first.cluster['certificate-authority-data'], 'base64'),
		token: user.user.token,
	};
}
