/** What a change of a split made of each row that it changed, in a line. Pure. */
import {diffSplit, type Split} from '../../knative/split/split.js';

/**
 * `cart-00001 90 → 100 %, cart-00002 10 → 0 %`; nothing where nothing was changed.
 *
 * @param arrow What stands between before and after.
 * @param nameOf How a revision is called.
 */
export function changeWords(
	{before, after}: {readonly before: Split; readonly after: Split},
	arrow: string,
	nameOf: (revision: string) => string = revision => revision,
): string {
	return diffSplit(before, after)
		.filter(({changed}) => changed)
		.map(row => {
			const name = row.revision === undefined ? 'latest' : nameOf(row.revision);
			const tags =
				row.tags.join(',') === row.tagsBefore.join(',') ? '' : ` tags ${row.tags.join(',') || 'none'}`;
			const called = row.latest && row.revision !== undefined ? `latest (${name})` : name;
			if (row.before === undefined) return `${called} added at ${row.after ?? 0} %${tags}`;
			if (row.after === undefined) return `${called} removed (${row.before} %)`;
			return `${called} ${row.before} ${arrow} ${row.after} %${tags}`;
		})
		.join(', ');
}
