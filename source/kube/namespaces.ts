/** The namespaces to choose from. */
import {TransportError, type Cluster} from './cluster.js';
import {listBounds} from './list.js';
import {identityOf, parseList} from './identity.js';
import {corePath} from './paths.js';
import {parseStatus, sentenceOf} from './status.js';

export type Namespaces =
	/** All there are, sorted. */
	| {kind: 'listed'; names: string[]}
	/** They may not or could not be listed; the names are those known without. Any other can still be typed. */
	| {kind: 'unlisted'; names: string[]; sentence: string};

/** A DNS-1123 label, which is all a namespace can be called; anything else is not put on a screen or into a path. */
const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/** The names of all namespaces; often a namespaced role may not list them, then the one of the context alone. */
export async function listNamespaces(cluster: Cluster): Promise<Namespaces> {
	const names: string[] = [];
	const unlisted = (sentence: string): Namespaces => ({
		kind: 'unlisted',
		names: [cluster.namespace],
		sentence,
	});
	try {
		const beyond = listBounds();
		let token = '';
		do {
			const query = {limit: '500', ...(token === '' ? {} : {continue: token})};
			const answer = await cluster.request({method: 'GET', path: corePath('namespaces'), query});
			if (answer.status !== 200) return unlisted(sentenceOf(answer));
			const page = parseList(answer.body);
			if (!page) return unlisted('the API server answered with something other than a list of namespaces');
			const why = beyond(page);
			if (why !== undefined) return unlisted(why);
			for (const item of page.items) {
				const name = identityOf(item)?.name;
				if (name !== undefined && label.test(name)) names.push(name);
			}
			token = page.continue;
		} while (token !== '');
	} catch (error) {
		if (error instanceof TransportError) return unlisted(error.message);
		throw error;
	}
	return {kind: 'listed', names: names.toSorted()};
}

/** Whether there is a namespace of this name; undefined when that may not or could not be asked. */
export async function namespaceExists(cluster: Cluster, name: string): Promise<boolean | undefined> {
	if (!label.test(name)) return false;
	try {
		const answer = await cluster.request({method: 'GET', path: corePath('namespaces', undefined, name)});
		if (answer.status === 200) return true;
		return answer.status === 404 && parseStatus(answer.body) ? false : undefined;
	} catch (error) {
		if (error instanceof TransportError) return undefined;
		throw error;
	}
}
