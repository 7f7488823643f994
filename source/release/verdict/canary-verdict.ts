/** How the canary did against what users had, and what a review says of it. Pure. */
import {noteOf} from '../../knative/release/evidence/release-facts.js';
import type {Share} from '../../knative/release/evidence/shares.js';
import {releaseOf, type ReleaseFacts} from '../../knative/release/release.js';
import type {Warning} from '../../knative/release/warnings.js';
import type {Split} from '../../knative/split/split.js';
import type {PlanAction} from '../plan.js';

type VerdictSide = {
	readonly revision: string;
	readonly asked: number;
	readonly failed: number;
	readonly p50?: number | undefined;
};

/** Of requests to both, sent in pairs. */
export type CanaryVerdict = {
	readonly canary: VerdictSide;
	readonly stable: VerdictSide;
	readonly pairs: number;
	readonly errors: 'worse' | 'suspicious' | 'not worse';
	readonly latency: 'slower' | 'suspicious' | 'not slower';
	/** What both answer proves that it was they who were asked; nothing else lets a failure rate be bounded. */
	readonly isProven: boolean;
	/** The canary's true failure rate is below this, 0–1; undefined where nothing bounds it. */
	readonly bound?: number | undefined;
};

const percent = (part: number, whole: number) => `${Math.round((100 * part) / Math.max(1, whole))} %`;

/** `WORSE: cart-00002 failed 18 of 81 (22 %), cart-00001 0 of 81.` */
export function verdictSentence(verdict: CanaryVerdict): string {
	const {canary, stable, errors, latency, pairs} = verdict;
	const counts = `${canary.revision} failed ${canary.failed} of ${canary.asked}${canary.failed > 0 ? ` (${percent(canary.failed, canary.asked)})` : ''}, ${stable.revision} ${stable.failed} of ${stable.asked}`;
	const slower =
		latency === 'slower' && canary.p50 !== undefined && stable.p50 !== undefined
			? ` SLOWER: p50 ${Math.round(canary.p50)} ms against ${Math.round(stable.p50)} ms.`
			: latency === 'slower'
				? ' SLOWER.'
				: '';
	if (pairs === 0) return `${canary.revision} was not compared with ${stable.revision}.`;
	// What speaks against it comes first.
	if (slower !== '' && errors === 'not worse') return `${slower.trim()} ${errorsSentence(verdict, counts)}`;
	return `${errorsSentence(verdict, counts)}${slower}`;
}

/** @param counts What failed of either, in words. */
function errorsSentence({canary, stable, errors, bound, isProven}: CanaryVerdict, counts: string): string {
	if (errors === 'worse') return `WORSE: ${counts}.`;
	if (errors === 'suspicious') return `Possibly worse: ${counts}.`;
	if (!isProven) {
		// What only fails shows no answer of its own.
		const failing = [canary, stable].find(({asked, failed}) => asked > 0 && failed === asked);
		const why = failing ? `${failing.revision} has only failed` : "the tags' answers do not differ";
		return `Not worse so far, if it was asked: ${why}: ${counts}.`;
	}
	// Nothing is bounded by a few requests: that is no word for it.
	if (bound === undefined || bound >= 1) return `Too few requests to tell: ${counts}.`;
	return `Not worse so far: ${counts} (true rate < ${(100 * bound).toFixed(1)} %).`;
}

/** That it is the one found worse, and nothing that was asked since speaks against that. */
export function isStillWorse(verdict: CanaryVerdict | undefined, revision: string): boolean {
	if (verdict?.canary.revision !== revision || verdict.errors === 'worse') return true;
	const {errors, isProven, bound = 1} = verdict;
	return errors !== 'not worse' || !isProven || bound >= 1;
}

/**
 * The same of what was found worse when it was compared, by whoever changed the split then: where nobody compares, as with one
 * command, that is all that is known of it. Nothing is said of what users have by now, nor on the way back to it.
 */
export function worseNotedWarnings(
	facts: ReleaseFacts & {readonly verdict?: CanaryVerdict | undefined},
	{action, before, after}: {action: PlanAction; before: readonly Share[]; after: Split},
): Warning[] {
	const worse = noteOf(facts)?.note.worse;
	const {stable, whole} = releaseOf(facts);
	if (worse === undefined || worse === (stable?.revision ?? whole)) return [];
	if (action === 'roll back' || action === 'abandon') return [];
	if (facts.verdict?.errors === 'worse' || !isStillWorse(facts.verdict, worse)) return [];
	const sentence = `WORSE: ${worse} failed more than what users had, when they were compared.`;
	const verdict = {revision: worse, kind: 'worse' as const, sentence};
	return moreOfIt(verdict, {action, before, after});
}

/** To give a canary that is worse, or slower, everything, by whatever verb, or to bring it back, has to be meant; any more of it is warned of. */
export function verdictWarnings(
	verdict: CanaryVerdict | undefined,
	{action, before, after}: {action: PlanAction; before: readonly Share[]; after: Split},
): Warning[] {
	if (!verdict || (verdict.errors !== 'worse' && verdict.latency !== 'slower')) return [];
	const {revision} = verdict.canary;
	const kind = verdict.errors === 'worse' ? 'worse' : 'slower';
	return moreOfIt({revision, kind, sentence: verdictSentence(verdict)}, {action, before, after});
}

/** How often revisions were asked at their own tags, and failed there, by name. */
export type AtTags = ReadonlyMap<string, {readonly requests: number; readonly failed: number}>;

/** Part of its requests that fails, from which on a revision is called failing. */
const failing = 0.05;

/**
 * A revision that gets more though it is known to fail, whichever it is and by whatever verb: the way back from one that fails may
 * lead to another. Nothing is asked once more for it: who rolls back has little time.
 */
export function failingWarnings(
	atTags: AtTags | undefined,
	{before, after}: {before: readonly Share[]; after: Split},
	said: readonly Warning[],
): Warning[] {
	return [...(atTags ?? [])].flatMap(([revision, {requests, failed}]): Warning[] => {
		const gets = after.reduce((sum, row) => sum + (row.revision === revision ? row.percent : 0), 0);
		const has = before.find(share => share.revision === revision)?.percent ?? 0;
		if (gets <= has || failed === 0 || failed < requests * failing) return [];
		if (said.some(warning => warning.revision === revision)) return [];
		const sentence = `${revision} failed ${failed} of ${requests} requests at its tag (${percent(failed, requests)}).`;
		return [{kind: 'other', revision, sentence}];
	});
}

function moreOfIt(
	{revision, kind, sentence}: {revision: string; kind: 'worse' | 'slower'; sentence: string},
	{action, before, after}: {action: PlanAction; before: readonly Share[]; after: Split},
): Warning[] {
	const percentBefore = before.find(share => share.revision === revision)?.percent ?? 0;
	const gets = after.reduce((sum, row) => sum + (row.revision === revision ? row.percent : 0), 0);
	if (gets <= percentBefore) return [];
	const isMeant = gets === 100 || action === 'promote' || action === 'undo';
	return [{kind: isMeant ? kind : 'other', revision, sentence}];
}
