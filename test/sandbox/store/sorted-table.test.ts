import * as fc from '../../support/property.js';
import {expect, it} from 'vitest';
import {createSortedTable} from '../../../source/sandbox/store/sorted-table.js';

it('is a map whose keys come in order, whole or by what they begin with', () => {
	const key = fc.string({unit: fc.constantFrom('a', 'b', '\0', 'é', '-'), maxLength: 4});
	const action = fc.record({key, value: fc.nat(), isRemoval: fc.boolean()});
	fc.assert(
		fc.property(fc.array(action, {maxLength: 60}), key, (actions, prefix) => {
			const table = createSortedTable<number>();
			const model = new Map<string, number>();
			for (const {key: where, value, isRemoval} of actions) {
				if (isRemoval) {
					table.delete(where);
					model.delete(where);
				} else {
					table.put(where, value);
					model.set(where, value);
				}

				expect(table.get(where)).toBe(model.get(where));
				expect(table.has(where)).toBe(model.has(where));
			}

			const sorted = [...model].toSorted(([left], [right]) => (left < right ? -1 : 1));
			expect(table.range('')).toEqual(sorted.map(([, value]) => value));
			expect(table.range(prefix)).toEqual(
				sorted.filter(([name]) => name.startsWith(prefix)).map(([, value]) => value),
			);
		}),
	);
});
