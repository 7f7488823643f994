/** What is said of a plan that goes by the history, where the history of this machine cannot be read. Pure. */
import type {Planned} from './plan-facts.js';

/**
 * That nothing can be read is not that there is nothing.
 * @param problem Why it cannot be read; undefined when it can.
 * @param changes How many changes are known all the same, from what the console has seen itself.
 */
export function withoutHistory(
	planned: Planned,
	action: 'undo' | 'roll back',
	{problem, changes}: {problem: string | undefined; changes: number},
): Planned {
	if (problem === undefined) return planned;
	const unread = `The history of this machine cannot be read (${problem})`;
	if (!planned.ok) {
		if (action !== 'undo' || planned.already || changes > 0) return planned;
		return {ok: false, reason: `${unread}, so it is not known what there is to undo.`};
	}
	const seen = changes > 0 ? ', and what was seen since' : '';
	const by =
		action === 'undo' ? 'notes on the cluster' : 'tags, notes and the list of revisions on the cluster';
	return {
		ok: true,
		plan: {...planned.plan, notes: [`${unread}: this goes by ${by}${seen}.`, ...planned.plan.notes]},
	};
}
