/** Wakes the targets of a plan that are scaled to zero: one request to the tag URL of each, before users are sent there. */
import {targetStatusOf} from '../sheets/target-status.js';
import {changeSheet} from '../state/select.js';
import type {Wake} from '../sheets/sheets.js';
import type {Plan} from '../../release/plan.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';
import {targetOf, taggedEntry} from './request-target.js';

/** Milliseconds: an image may have to be pulled before a pod is there. */
const wakeTimeout = 60_000;

/** What is offered for a plan: the revisions it sends traffic to that have no pod, and a tag URL to be woken by. */
export function wakeOf(state: ConsoleState, plan: Plan): Wake | undefined {
	const service = serviceOfPlan(state, plan);
	if (!service) return undefined;
	const revisions = plan.warnings.flatMap(({kind, revision}) =>
		kind === 'cold' && revision !== undefined && taggedEntry(service, revision) ? [revision] : [],
	);
	return revisions.length > 0 ? {kind: 'offered', revisions: [...new Set(revisions)]} : undefined;
}

/** Asks the revisions of the review on top, at once; tells there what they answered. A second call meanwhile does nothing. */
export async function wakeTargets(store: ConsoleStore): Promise<void> {
	const sheet = store.getState().sheets.at(-1);
	if (sheet?.kind !== 'review' || sheet.wake?.kind !== 'offered') return;
	const {id, plan} = sheet;
	const {revisions} = sheet.wake;
	const put = (wake: Wake) =>
		changeSheet(store, 'review', current => (current.id === id ? {...current, wake} : current));
	put({kind: 'asking', revisions});
	const sentences = await Promise.all(revisions.map(async revision => ask(store, plan, revision)));
	put({kind: 'told', sentences});
}

/** The one that the plan is of, whatever is selected. */
function serviceOfPlan(state: ConsoleState, {write, name, namespace}: Plan): ServiceView | undefined {
	if (write.kind !== 'patch') return undefined;
	const status = targetStatusOf(state, {uid: write.uid, name, namespace});
	return status.kind === 'there' ? status.service : undefined;
}

async function ask(
	store: ConsoleStore,
	plan: Plan,
	revision: string,
): Promise<{isGood: boolean; text: string}> {
	const state = store.getState();
	const service = serviceOfPlan(state, plan);
	const entry = service && taggedEntry(service, revision);
	if (!service || !entry) {
		return {
			isGood: false,
			text: `${revision} has no tag, so it has no URL to be woken by: t gives it one, or the first answers wait.`,
		};
	}
	const asked = targetOf(service, entry.url, state.gateway);
	if (!asked.ok) return {isGood: false, text: asked.reason};
	const {verifyOnce} = await import('../../probe/loop/verify-once.js');
	const version = process.env['KN_CANARY_VERSION'];
	const {answer} = await verifyOnce(asked.target, {
		timeout: wakeTimeout,
		...(version !== undefined && {version}),
	});
	const {outcome, latency} = answer;
	const after = `after ${(latency / 1000).toFixed(1)} s`;
	if (outcome.kind === 'failure') return {isGood: false, text: `${revision}: ${outcome.sentence} (${after})`};
	return {
		isGood: !outcome.error,
		text: `${revision} is awake: it answered ${outcome.code} at its tag ${entry.tag} ${after}.`,
	};
}
