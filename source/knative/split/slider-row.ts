/** Which row of the slider is selected: the one that was chosen, or the one that was first. Pure. */
import {splitOf, type Split, type SplitRow} from './split.js';
import type {ServiceView} from '../service/service.js';

/**
 * The row that is selected by default: one from then on, whatever comes before it in the list. `revision` is what `@latest`
 * meant, where no other row leads there.
 */
export type FirstRow = {uid: string; key: string; revision: string | undefined};

/** The row that the slider stands on before anybody has chosen one; undefined for a split without rows. */
export function firstRowOf(service: ServiceView): FirstRow | undefined {
	const split = splitOf(service);
	const [first] = split;
	if (!first) return undefined;
	const {key, revision, latest} = first;
	const isAlone = split.every(row => row === first || row.revision !== revision);
	return {uid: service.uid, key, revision: latest && isAlone ? revision : undefined};
}

/**
 * @param chosen The key of the row that was chosen, if one was.
 * @returns Undefined when it is not in the split any more.
 */
export function selectedIn(
	split: Split,
	chosen: string | undefined,
	first: FirstRow | undefined,
): SplitRow | undefined {
	const find = (wanted: string | undefined) => split.find(({key}) => key === wanted);
	if (chosen !== undefined) return find(chosen);
	if (!first) return split[0];
	// What followed the latest and is pinned by now is still what was selected.
	return find(first.revision) ?? find(first.key);
}
