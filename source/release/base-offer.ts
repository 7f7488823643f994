/** Whether the template of a service makes what users run, or something else, and what that is. Pure. */
import type {BaseOffer} from '../knative/forms/revision-form.js';
import {noteOf, rejectionOf, type ReleaseFacts} from '../knative/release/evidence/facts.js';
import {releaseOf} from '../knative/release/release.js';
import type {Warning} from '../knative/release/warnings.js';
import {comparedTemplate, templateDifferences} from '../knative/revision/base.js';
import {differences} from '../knative/revision/differences.js';
import {momentBy} from '../knative/text/moment.js';

/** Undefined where the two are the same, or what users run is not known. */
export function baseOffer(facts: ReleaseFacts & {now?: number | undefined}): BaseOffer | undefined {
	const {service, revisions} = facts;
	const {stable} = releaseOf(facts);
	const running = revisions?.find(({name}) => name === stable?.revision);
	const [difference] = running ? templateDifferences(service, running) : [];
	if (!running || difference === undefined) return undefined;
	const fate = fateOf(facts);
	// Of the same image, what else is different tells the two apart.
	const what = service.summary.image === running.image ? `, ${difference}` : '';
	return {
		revision: running.name,
		template: `${shortImage(service.summary.image)}${what}${fate === undefined ? '' : `, ${fate.words}`}`,
		running: `${shortImage(running.image)} (${running.name})`,
	};
}

/** The image without its registry and path. */
const shortImage = (image: string) => image.slice(image.lastIndexOf('/') + 1);

/** What has become of the revision that the template made, where it was given up or rolled back. */
function fateOf(
	facts: ReleaseFacts & {now?: number | undefined},
): {revision: string; words: string; isRejected: boolean} | undefined {
	const {service, revisions, now} = facts;
	const made = revisions?.find(({name}) => name === service.latestCreated);
	if (!made || differences(made, comparedTemplate(service)).length > 0) return undefined;
	const rejection = rejectionOf(facts, made.name);
	if (rejection) {
		return {revision: made.name, words: `rejected${momentBy(rejection, now)}`, isRejected: true};
	}
	const found = noteOf(facts);
	if (!found?.isCurrent || found.note.verb !== 'roll back' || found.note.canary !== made.name)
		return undefined;
	const {since: at, by} = found.note;
	return {revision: made.name, words: `rolled back${momentBy({at, by}, now)}`, isRejected: false};
}

/** What is to be thought of before a revision is made from a template that has failed users. */
export function baseWarnings(facts: ReleaseFacts & {now?: number | undefined}): Warning[] {
	const fate = fateOf(facts);
	if (!fate) return [];
	const {revision, words, isRejected} = fate;
	const sentence = `It is made from the template of ${revision}, which was ${words}.`;
	return [{kind: isRejected ? 'rejected' : 'other', revision, sentence}];
}
