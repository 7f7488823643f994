/** What of a plan is told of its line of kn, and where that has none. Pure. */
import {droppedByKn, isOfKn} from '../knative/commands/commands.js';
import type {Split} from '../knative/split/split.js';
import type {Plan} from './plan.js';

/** What the command line of kn cannot do of it. */
export function knNotes(after: Split): string[] {
	const dropped = droppedByKn(after).map(({key}) => key);
	return dropped.length === 0 ? [] : [`The kn command drops ${dropped.join(', ')} (0 %, untagged).`];
}

/** The flags of kubectl that kn has, too (knative.dev/client: `kn options`); its `--user` is of a container. */
const knFlags: ReadonlySet<string> = new Set([
	'--context',
	'--kubeconfig',
	'--cluster',
	'--as',
	'--as-group',
	'--as-uid',
]);

/** The plan without its line of kn, where kn cannot be led to the cluster by these flags. */
export function withoutKn(plan: Plan, flags: readonly string[]): Plan {
	if (flags.every(word => !word.startsWith('--') || knFlags.has(word))) return plan;
	const notes = plan.splits ? knNotes(plan.splits.after) : [];
	return {
		...plan,
		commands: plan.commands.filter(line => !isOfKn(line)),
		notes: plan.notes.filter(note => !notes.includes(note)),
	};
}
