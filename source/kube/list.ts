/** A collection, read once and whole. Who wants to know what becomes of it follows it with `reflect`. */
import {TransportError, type Cluster} from './cluster.js';
import {parseList} from './objects.js';

/** Objects of one list: beyond, nobody could look through them, and a list without an end would fill the memory. */
export const mostObjects = 100_000;

/** As a page of `reflect`. */
const pageSize = '250';

/**
 * The items of all pages, which are of one moment; undefined when they cannot be had, whatever the reason: refused, called
 * off, no answer, no list.
 */
export async function listAll(
	cluster: Cluster,
	path: string,
	query: {labelSelector?: string},
	signal: AbortSignal,
): Promise<unknown[] | undefined> {
	const items: unknown[] = [];
	let token = '';
	do {
		try {
			const answer = await cluster.request({
				method: 'GET',
				path,
				query: {...query, limit: pageSize, ...(token !== '' && {continue: token})},
				signal,
			});
			const page = answer.status === 200 ? parseList(answer.body) : undefined;
			if (!page) return undefined;
			items.push(...page.items);
			if (items.length > mostObjects || page.continue === token) {
				return page.continue === '' ? items : undefined;
			}
			token = page.continue;
		} catch (error) {
			if (error instanceof TransportError) return undefined;
			throw error;
		}
	} while (token !== '');
	return items;
}
