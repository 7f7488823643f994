/** Whether the template of a service makes what users run, or something else, and what that is. Pure. */
import type {BaseOffer} from '../knative/forms/revision-form.js';
import {rejectionOf, takenBack, type ReleaseFacts} from '../knative/release/evidence/release-facts.js';
import {releaseOf} from '../knative/release/release.js';
import {rejectedWords, type Warning} from '../knative/release/warnings.js';
import {comparedTemplate, templateDifferences} from '../knative/revision/base.js';
import {rejectedLike, sameAs} from '../knative/release/evidence/likeness.js';
import {shortImage} from '../knative/text/short-words.js';
import {differences, type ComparedRevision} from '../knative/revision/revision-differences.js';
import {momentBy} from '../knative/text/moment.js';

/** Undefined where the two are the same, or what users run is not known. */
export function baseOffer(facts: ReleaseFacts & {now?: number | undefined}): BaseOffer | undefined {
	const {service, revisions} = facts;
	const {stable} = releaseOf(facts);
	const running = revisions?.find(({name}) => name === stable?.revision);
	const [difference] = running ? templateDifferences(service, running) : [];
	if (!running || difference === undefined) return undefined;
	const outcome = outcomeOf(facts);
	// Of the same image, what else is different tells the two apart.
	const what = service.summary.image === running.image ? `, ${difference}` : '';
	return {
		revision: running.name,
		template: `${shortImage(service.summary.image)}${what}`,
		outcome: outcome?.words,
		running: `${running.name} (${shortImage(running.image)})`,
	};
}

type Outcome = {
	revision: string;
	words: string;
	isRejected: boolean;
	/** Of another template that runs the same. */
	what?: string;
};

/** What has become of what this template makes: of a revision made from it, or of one with the same image or settings. */
function outcomeOf(
	facts: ReleaseFacts & {now?: number | undefined},
	template: ComparedRevision = comparedTemplate(facts.service),
): Outcome | undefined {
	const {service, revisions, now} = facts;
	const {stable, whole} = releaseOf(facts);
	const users = stable?.revision ?? whole;
	const made = revisions?.find(({name}) => name === service.latestCreated);
	const isSame = made !== undefined && differences(made, template).length === 0;
	const own = isSame ? rejectionOf(facts, made.name) : undefined;
	if (isSame && own) return {revision: made.name, words: rejectedWords(own, now), isRejected: true};
	const like = rejectedLike(facts, template, users);
	if (like) {
		return {
			revision: like.revision,
			words: rejectedWords(like.rejection, now),
			isRejected: true,
			what: like.what,
		};
	}
	for (const taken of takenBack(facts)) {
		const given = revisions?.find(({name}) => name === taken.revision);
		const what = given && sameAs(facts, template, given, users);
		if (what === undefined) continue;
		const how = taken.had === undefined ? 'rolled back' : 'taken from users by the undo';
		const words = `${how}${momentBy(taken, now)}`;
		const isIt = isSame && made.name === taken.revision;
		return {revision: taken.revision, words, isRejected: false, ...(!isIt && {what})};
	}
	return undefined;
}

/**
 * What is to be thought of before a revision is made that runs again what has failed users.
 *
 * @param template What it is made from; that of the service when not given.
 */
export function baseWarnings(
	facts: ReleaseFacts & {now?: number | undefined},
	template?: ComparedRevision,
): Warning[] {
	const outcome = outcomeOf(facts, template);
	if (!outcome) return [];
	const {revision, words, isRejected, what} = outcome;
	const sentence =
		what === undefined
			? `It is the same as ${revision}, which was ${words}.`
			: `It runs ${what} again, which was ${words}.`;
	return [{kind: isRejected ? 'rejected' : 'other', revision, sentence}];
}
