/** What a request of the API is: where it goes, and whether it writes. Pure. */
import {printable} from '../../knative/text/printable.js';
import type {ApiRequest} from '../cluster.js';

/** POSTs that ask a question and store nothing. */
const questions =
	/^\/apis\/(?:authorization\.k8s\.io\/v1\/selfsubject(?:access|rules)reviews|authentication\.k8s\.io\/v1\/selfsubjectreviews)$/;

/** Whether it may change something at the server. */
export function isWrite({method, path}: Pick<ApiRequest, 'method' | 'path'>): boolean {
	return method !== 'GET' && !(method === 'POST' && questions.test(path));
}

/** What the API server passes on to a pod, a Service or a node, and answers with what that says. */
const proxied = /^\/api\/v1\/(?:namespaces\/[^/]+\/(?:pods|services)|nodes)\/[^/]+\/proxy(?:\/|$)/;

/** Whether it may be something behind the API server that answers. */
export const isProxied = ({path}: Pick<ApiRequest, 'path'>): boolean => proxied.test(path);

/** The URL of a path below the server's own (`https://rancher.example/k8s/clusters/c-1`). */
export function urlOf(server: string, path: string, query: Record<string, string>): URL {
	// A name with `..` in it, or a query in the path, would get past the rule of what is a write.
	if (!path.startsWith('/') || /[?#\\]|\/\.{0,2}(?:\/|$)/.test(path)) {
		throw new TypeError(`not a path of the API: ${printable(path)}`);
	}
	const url = new URL(server);
	// As kubectl cleans the path of a server: `https://api.example//` is `https://api.example`.
	url.pathname = `${url.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '')}${path}`;
	url.search = new URLSearchParams(query).toString();
	return url;
}
