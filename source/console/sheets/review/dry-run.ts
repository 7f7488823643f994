/** What the server says of a plan that is on review: asked when it opens, and again when that was said on another ground. */
import type {Cluster} from '../../../kube/cluster.js';
import type {Plan} from '../../../release/plan.js';
import {dryRunOf, sendPlan, type WriteOutcome} from '../../../release/send-plan.js';
import {changeSheet} from '../../state/select.js';
import type {ConsoleState, ConsoleStore} from '../../state/state.js';
import {lostGround} from './lost-ground.js';
import type {ReviewSheet} from '../sheets.js';

/**
 * Tries the plan dry. Where the ground of its review was lost meanwhile and is there again (the API server is back, a right
 * was given back), once more: what was said before, or could not be, is about what was there then.
 *
 * @param onRefused Told of a refusal and its sentence.
 */
export function keepTried(
	store: ConsoleStore,
	cluster: Cluster,
	plan: Plan,
	onRefused: (outcome: WriteOutcome, sentence: string) => void,
): void {
	let wasLost = false;
	let times = 0;

	async function tryDry(): Promise<void> {
		times += 1;
		const mine = times;
		const outcome = await sendPlan(cluster, plan, {dryRun: true});
		if (mine !== times) return;
		const dryRun = dryRunOf(outcome, plan);
		changeSheet(store, 'review', sheet => (sheet.plan === plan ? {...sheet, dryRun} : sheet));
		if (dryRun.kind === 'refused') onRefused(outcome, dryRun.sentence);
	}

	void tryDry();
	const unsubscribe = store.subscribe(state => {
		const sheet = reviewOfPlan(state, plan);
		if (!sheet) return unsubscribe();
		if (sheet.phase.kind !== 'open' && sheet.phase.kind !== 'armed') return;
		const isLost = lostGround(state, sheet) !== undefined;
		if (isLost === wasLost) return;
		wasLost = isLost;
		if (isLost) return;
		changeSheet(store, 'review', current =>
			current.plan === plan ? {...current, dryRun: {kind: 'asking'}} : current,
		);
		void tryDry();
	});
}

function reviewOfPlan({sheets}: Pick<ConsoleState, 'sheets'>, plan: Plan): ReviewSheet | undefined {
	const sheet = sheets.find(each => each.kind === 'review' && each.plan === plan);
	return sheet?.kind === 'review' ? sheet : undefined;
}
