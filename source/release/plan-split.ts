/**
 * Turns a wish about the traffic into a Plan: the one write, and everything the review sheet says about it. Pure; the
 * console and the commands without a screen plan by the same functions.
 */
import {
	knNotes,
	knTrafficCommand,
	kubectlMarkCommand,
	kubectlPatchCommand,
} from '../knative/commands/commands.js';
import {trafficOperation} from '../knative/objects/patch.js';
import {abandon} from '../knative/release/verbs/abandon.js';
import {
	isAsked,
	type BroughtBack,
	type Choice,
	type Guess,
	type Parts,
	type VerbOptions,
} from '../knative/release/verbs/choice.js';
import {baseOperation, basedOn, comparedTemplate, type Base} from '../knative/revision/base.js';
import {differences} from '../knative/revision/revision-differences.js';
import type {NotedRejection} from '../knative/release/evidence/note.js';
import {promote} from '../knative/release/verbs/promote.js';
import {longestReason, markOf, type Rejection} from '../knative/release/evidence/rejection.js';
import {releaseOf} from '../knative/release/release.js';
import {rollBack} from '../knative/release/verbs/roll-back.js';
import {pinnedSplit} from '../knative/release/verbs/settled-split.js';
import {rolledBackBefore} from '../knative/release/evidence/rolled-back.js';
import {sharesOf, sharesOfSplit} from '../knative/release/evidence/shares.js';
import {backSentence, undo} from '../knative/release/verbs/undo.js';
import {untriedOnWayBack, untriedWarning} from '../knative/release/untried.js';
import {trafficWarnings, type Warning} from '../knative/release/warnings.js';
import type {ServiceView} from '../knative/service/service.js';
import {diffSplit, splitOf, wholeOf, type Split} from '../knative/split/split.js';
import {retag} from '../knative/split/tags.js';
import {truncate} from '../knative/text/truncate.js';
import type {Plan, TrafficAction} from './plan.js';
import {latestGuards} from './doubt-since.js';
import {skippedSteps} from '../knative/release/skipped-steps.js';
import {aboutRelease} from './about-release.js';
import {newTags, placeholderRule, unreadNotes} from '../knative/release/verbs/role-tags.js';
import type {Facts, Planned, PlanOptions} from './plan-facts.js';
import {noteFor} from './plan-note.js';
import {failingWarnings, verdictWarnings, worseNotedWarnings} from './verdict/canary-verdict.js';

const optionsOf = ({now, placeholders}: Facts, {to}: PlanOptions = {}): VerbOptions => ({
	to,
	placeholders,
	now,
});

/** A write of `spec.traffic`, and of the note about it in the same patch. */
function trafficPlan(
	action: TrafficAction,
	facts: Facts,
	after: Split,
	{
		notes = [],
		warnings = [],
		parts,
		rejected,
		changesTemplate = false,
		guardedAs,
		bringsBack,
	}: {
		notes?: readonly string[];
		warnings?: readonly Warning[];
		parts?: Parts;
		rejected?: NotedRejection;
		changesTemplate?: boolean;
		guardedAs?: TrafficAction | undefined;
		bringsBack?: BroughtBack | undefined;
	} = {},
): Plan {
	const {service, revisions, now} = facts;
	const before = splitOf(service);
	const {stable, whole} = releaseOf(facts);
	// What is given up beside a release that goes on is no end of that.
	const isBeside = rejected !== undefined && parts?.canary !== rejected.revision;
	const operations = [
		...latestGuards({action, splits: {before, after}}),
		trafficOperation(after),
		...noteFor(isBeside ? 'split' : action, facts, after, {
			parts: isBeside ? undefined : parts,
			rejected,
			changesTemplate,
		}),
	];
	const back = bringsBack && backSentence(bringsBack, facts, after);
	const gaining = {action: guardedAs ?? action, before: sharesOf(service), after};
	const ofVerdict = [...verdictWarnings(facts.verdict, gaining), ...worseNotedWarnings(facts, gaining)];
	const skipped = action === 'split' || action === 'promote' ? skippedSteps(facts, after) : undefined;
	return {
		action,
		namespace: service.namespace,
		name: service.name,
		...(skipped !== undefined && {skipped}),
		write: {
			kind: 'patch',
			uid: service.uid,
			generation: service.generation,
			operations,
		},
		rows: rowsOf(service, before, after),
		facts: [],
		notes: [...notes, ...knNotes(after)],
		warnings: [
			...warnings,
			...(back === undefined ? [] : [{kind: 'other' as const, sentence: back}]),
			...untriedWarnings(action, facts, after, {said: warnings, bringsBack}),
			...troubleWarnings(action, facts.trouble),
			...ofVerdict,
			...failingWarnings(facts.atTags, gaining, ofVerdict),
			...trafficWarnings(service, revisions, before, after, {
				now,
				users: stable?.revision ?? whole,
				isBack: action === 'roll back',
			}),
		],
		commands: [kubectlPatchCommand(service, operations), knTrafficCommand(service, before, after)],
		splits: {before, after},
		about: aboutRelease(facts, wholeOf(after)),
		...(guardedAs && {guardedAs}),
		...(bringsBack && {bringsBack}),
	};
}

/** Whatever the pairs say: what fails now is known before more of it is asked for. Of a way out of that nothing need be said. */
function troubleWarnings(action: TrafficAction, trouble: string | undefined): Warning[] {
	if (trouble === undefined || action === 'roll back' || action === 'abandon' || action === 'tag') return [];
	return [{kind: 'other', sentence: `Live says: ${trouble}.`}];
}

/** A verb that has chosen a revision by itself has said so; a way back that was chosen for users is none, and neither is a tag. */
function untriedWarnings(
	action: TrafficAction,
	facts: Facts,
	after: Split,
	{said, bringsBack}: {said: readonly Warning[]; bringsBack: BroughtBack | undefined},
): Warning[] {
	if (action === 'roll back') {
		const untried = untriedOnWayBack(facts, after);
		return untried ? [untried] : [];
	}
	if (action !== 'split' && action !== 'promote') return [];
	const untried = untriedWarning(facts, after);
	const isKnown =
		untried === undefined ||
		facts.verdict?.canary.revision === untried.revision ||
		said.some(({kind}) => kind === 'guess');
	if (!isKnown) return [untried];
	return action === 'split' ? rolledBackWarnings(facts, after, bringsBack) : [];
}

const guessWarning = ({sentence, because}: Guess): Warning => ({
	kind: 'guess',
	sentence: `${sentence}.`,
	because,
});

/**
 * What was taken from users and gets more of them again: everything is meant as a promotion is, and of any share it is said.
 *
 * @param told What is told in other words already.
 */
function rolledBackWarnings(facts: Facts, after: Split, told: BroughtBack | undefined): Warning[] {
	const before = sharesOf(facts.service);
	const {canary, stable} = releaseOf(facts);
	return sharesOfSplit(facts.service, after).flatMap(({revision, percent}): Warning[] => {
		const has = before.find(share => share.revision === revision)?.percent ?? 0;
		if (percent <= has || revision === stable?.revision || revision === told?.revision) return [];
		const back = rolledBackBefore(facts, revision, facts.now);
		if (!back) return [];
		if (percent === 100 && revision === canary?.revision) return [guessWarning(back)];
		return [{kind: 'other', revision, sentence: `${back.sentence}.`}];
	});
}

/** A row a target; what followed the latest and is pinned by this is one row, of the revision that it was. */
function rowsOf(service: ServiceView, before: Split, after: Split) {
	const isPinned = after.every(({latest}) => !latest);
	return diffSplit(isPinned ? pinnedSplit(service) : before, after);
}

/**
 * @param warnings What there is to say of how it was come by.
 * @param guardedAs The verb that has made it, where it is one no more; `bringsBack` what that has told of.
 */
export function planSplit(
	facts: Facts,
	after: Split,
	{
		warnings = [],
		guardedAs,
		bringsBack,
	}: {
		warnings?: readonly Warning[];
		guardedAs?: TrafficAction | undefined;
		bringsBack?: BroughtBack | undefined;
	} = {},
): Planned {
	const {service} = facts;
	if (isAsked(service, after)) {
		return {ok: false, reason: `${service.name} has this split already.`, already: true};
	}
	return {ok: true, plan: trafficPlan('split', facts, after, {warnings, guardedAs, bringsBack})};
}

/** All of the traffic to the canary. */
export function planPromote(facts: Facts, {to, keepsPrevious}: PlanOptions = {}): Planned {
	const choice = promote(facts, {
		...optionsOf(facts, {to}),
		...(keepsPrevious !== undefined && {keepsPrevious}),
	});
	const result = promotionOf(facts, choice);
	// What it would be, were it kept.
	const kept = keepsPrevious === false ? promote(facts, optionsOf(facts, {to})) : choice;
	const wayBack = kept.kind === 'split' ? kept.parts.previous : undefined;
	if (!result.ok || wayBack === undefined) return result;
	const promotion = {to, keepsPrevious: keepsPrevious !== false, wayBack};
	return {ok: true, plan: {...result.plan, promotion}};
}

function promotionOf(facts: Facts, choice: Choice): Planned {
	const result = planned('promote', facts, choice);
	const isOfAnother = choice.kind === 'split' && choice.revision !== releaseOf(facts).canary?.revision;
	return result.ok && isOfAnother ? {ok: true, plan: {...result.plan, isOfAnother}} : result;
}

/** Needs nothing but the service itself: it waits for no list, no dry run, no probe. */
export function planRollback(facts: Facts, options: PlanOptions = {}): Planned {
	return planned('roll back', facts, rollBack(facts, optionsOf(facts, options)));
}

/**
 * The canary leaves the split, and is marked as rejected.
 *
 * @param why In the operator's words; may be empty.
 * @param base What users run, when the template is to be put back to it: that makes a revision, at 0 %.
 */
export function planAbandon(
	facts: Facts,
	{why = '', base, ...options}: PlanOptions & {why?: string; base?: Base | undefined} = {},
): Planned {
	const choice = abandon(facts, optionsOf(facts, options));
	if (choice.kind !== 'split') return planned('abandon', facts, choice);
	const {split, parts, rejected} = choice;
	const notes = [...choice.notes];
	const uid = facts.revisions?.find(({name}) => name === rejected)?.uid;
	const mark: Rejection = {by: facts.user ?? '', at: facts.now, why: truncate(why, longestReason)};
	notes.push(
		uid === undefined || uid === ''
			? `${rejected} is rejected by the note on ${facts.service.name}; it gets no mark of its own: the revisions could not be listed.`
			: `Two writes: this patch, whose note already says that ${rejected} is rejected, then the mark on ${rejected} itself.`,
	);
	const all = trafficPlan('abandon', facts, split, {
		notes,
		parts,
		rejected: {revision: rejected, ...mark},
		changesTemplate: base !== undefined && templateChanges(facts.service, base).length > 0,
	});
	// That it leaves the split is what was asked for.
	const warnings = all.warnings.filter(({kind, revision}) => kind !== 'unlisted' || revision !== rejected);
	const plan = base ? withTemplate({...all, warnings}, facts.service, base) : {...all, warnings};
	const [patch = '', ...others] = plan.commands;
	const {namespace} = facts.service;
	return {
		ok: true,
		plan: {
			...plan,
			...(uid && {
				commands: [patch, kubectlMarkCommand({namespace, revision: rejected, uid}, markOf(mark)), ...others],
			}),
			...(uid && {reject: {revision: rejected, uid, mark}}),
			givenUp: {revision: rejected, why},
		},
	};
}

const templateChanges = (service: ServiceView, base: Base) =>
	differences(comparedTemplate(service), comparedTemplate(basedOn(service, base)));

/** The same write with the template put back to what users run, in the same patch. */
function withTemplate(plan: Plan, service: ServiceView, base: Base): Plan {
	if (plan.write.kind !== 'patch') return plan;
	const operations = [baseOperation(base), ...plan.write.operations];
	const changes = templateChanges(service, base);
	return {
		...plan,
		write: {...plan.write, operations},
		facts: [
			{label: 'Template', value: `as ${base.revision} runs it: a new revision, at 0 %`},
			...changes.map(value => ({label: '', value})),
		],
		commands: [kubectlPatchCommand(service, operations)],
	};
}

/** Puts back the split before the last change, whoever made it. */
export function planUndo(facts: Facts): Planned {
	return planned('undo', facts, undo(facts, optionsOf(facts)));
}

function planned(action: TrafficAction, facts: Facts, choice: Choice): Planned {
	switch (choice.kind) {
		case 'refused': {
			const {reason, already, instead} = choice;
			return {ok: false, reason, ...(already && {already}), ...(instead && {instead})};
		}
		case 'ask':
			return {ok: false, reason: choice.question, candidates: choice.candidates};
		case 'split': {
			const {split, notes, parts, guess, bringsBack} = choice;
			const warnings = guess === undefined ? [] : [guessWarning(guess)];
			return {ok: true, plan: trafficPlan(action, facts, split, {notes, parts, warnings, bringsBack})};
		}
	}
}

/** @param tags All that are to lead to the revision; the others are taken from it. */
export function planTags(facts: Facts, revision: string, tags: readonly string[]): Planned {
	const {service, placeholders} = facts;
	const added = newTags(service, tags);
	const refusal = added.map(tag => placeholderRule(tag, service.name, placeholders)).find(rule => rule);
	if (refusal !== undefined) return {ok: false, reason: refusal};
	const {split, notes: moved} = retag(service, revision, tags);
	const notes = [...moved, ...unreadNotes(service, added, placeholders)];
	if (isAsked(service, split)) {
		return {ok: false, reason: 'Tags unchanged.', already: true};
	}
	return {ok: true, plan: trafficPlan('tag', facts, split, {notes})};
}
