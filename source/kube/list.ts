/** A collection, read once and whole. Who wants to know what becomes of it follows it with `reflect`. */
import {TransportError, type Cluster} from './cluster.js';
import {parseList} from './identity.js';

/** Objects of one list: beyond, nobody could look through them, and a list without an end would fill the memory. */
const mostObjects = 100_000;

/** Half of what kubectl asks for: what a page is parsed from is garbage at once, and more of it would stay in memory. */
export const pageSize = 250;
/** Pages are as long as they are asked to be but for the first and the last, and a server may send what it likes. */
const mostPages = mostObjects / pageSize + 1;

type PageOfList = {items: readonly unknown[]; continue: string};

/** Told of each page of a list: why no more of it is to be asked for, as half a sentence; undefined while that is in order. */
export function listBounds(): (page: PageOfList) => string | undefined {
	let listed = 0;
	let pages = 0;
	let token = '';
	return page => {
		const isSame = page.continue !== '' && page.continue === token;
		token = page.continue;
		listed += page.items.length;
		pages += 1;
		if (listed > mostObjects) {
			return `there are more than ${mostObjects.toLocaleString('en')} objects here, which is more than can be followed`;
		}
		return isSame || (token !== '' && pages > mostPages)
			? 'the API server gives page after page of a list without an end'
			: undefined;
	};
}

/**
 * The items of all pages, which are of one moment; undefined when they cannot be had, whatever the reason: refused, called
 * off, no answer, no list, no end.
 */
export async function listAll(
	cluster: Cluster,
	path: string,
	query: {labelSelector?: string},
	signal: AbortSignal,
): Promise<unknown[] | undefined> {
	const pages: (readonly unknown[])[] = [];
	const beyond = listBounds();
	let token = '';
	do {
		try {
			const answer = await cluster.request({
				method: 'GET',
				path,
				query: {...query, limit: String(pageSize), ...(token !== '' && {continue: token})},
				signal,
			});
			const page = answer.status === 200 ? parseList(answer.body) : undefined;
			if (!page || beyond(page) !== undefined) return undefined;
			pages.push(page.items);
			token = page.continue;
		} catch (error) {
			if (error instanceof TransportError) return undefined;
			throw error;
		}
	} while (token !== '');
	return pages.flat();
}
