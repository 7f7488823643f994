/** Objects of several namespaces in one table: what is called alike is still two. */
import {expect, it} from 'vitest';
import {keyOf} from '../../../source/console/tables/object-name.js';
import {
	createRevisionTable,
	createSortedTable,
	indexOfName,
	placeOf,
} from '../../../source/console/tables/tables.js';
import {revisionView} from '../../knative/objects.js';

const named = (namespace: string, name: string) => ({namespace, name});

const revision = (namespace: string, generation: number) => ({
	...revisionView(generation),
	namespace,
	service: 'cart',
	name: `cart-0000${generation}`,
	uid: `${namespace}-${generation}`,
});

it('keeps two services of one name in two namespaces, in order of namespace and name', () => {
	const table = createSortedTable<{namespace: string; name: string; uid: string}>();
	for (const [namespace, name] of [
		['shop', 'cart'],
		['bank', 'cart'],
		['shop', 'api'],
		['bank-2', 'api'],
	] as const) {
		table.put({...named(namespace, name), uid: `${namespace}-${name}`});
	}
	expect(table.snapshot().map(keyOf)).toEqual(['bank/cart', 'bank-2/api', 'shop/api', 'shop/cart']);
	table.drop(named('bank', 'cart'));
	expect(table.snapshot().map(keyOf)).toEqual(['bank-2/api', 'shop/api', 'shop/cart']);
	expect(indexOfName(table.snapshot(), named('bank', 'cart'))).toBe(-1);
	expect(indexOfName(table.snapshot(), named('shop', 'cart'))).toBe(2);
	expect(placeOf(table.snapshot(), named('shop', 'b'))).toBe(2);
});

it('keeps the revisions of services of one name apart', () => {
	const table = createRevisionTable();
	for (const namespace of ['bank', 'shop']) {
		for (const generation of [1, 2]) table.put(revision(namespace, generation));
	}
	table.drop(named('bank', 'cart-00002'));
	const uids = (namespace: string) =>
		table
			.snapshot()
			.get(keyOf(named(namespace, 'cart')))
			?.map(({uid}) => uid);
	expect(uids('bank')).toEqual(['bank-1']);
	expect(uids('shop')).toEqual(['shop-2', 'shop-1']);
});
