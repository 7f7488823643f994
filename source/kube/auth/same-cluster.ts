/**
 * Whether a context still means the cluster that it meant when the console was opened. Tools write kubeconfigs under running
 * programs, and give the name of a context to another cluster: what is in the file then is for that one.
 */
import {printable} from '../../knative/text/printable.js';
import {withoutAnyLogin} from '../../knative/text/user-info.js';
import type {SelectedContext} from './kubeconfig.js';

const identifying = [
	'server',
	'certificate-authority',
	'certificate-authority-data',
	'insecure-skip-tls-verify',
	'tls-server-name',
	'proxy-url',
] as const;

/** Undefined when it does; else a sentence that says what it means now. */
export function movedTo(opened: SelectedContext, now: SelectedContext): string | undefined {
	const different = identifying.filter(
		field => (opened.cluster[field] || undefined) !== (now.cluster[field] || undefined),
	);
	if (different.length === 0) return undefined;
	const server = printable(withoutAnyLogin(now.cluster.server));
	const what = different.includes('server')
		? server
		: `another ${different.includes('proxy-url') ? 'proxy' : 'certificate authority'} for ${server}`;
	return `the context ${printable(opened.name)} now means another cluster: ${what}`;
}
