/** A write that is ready to be sent, and all there is to say about it before that; what a dry run said of it. */
import {atCluster, isOfKn, knNotes} from '../knative/commands/commands.js';
import {mayLeadKn} from '../knative/commands/place.js';
import type {PatchOperation} from '../knative/objects/patch.js';
import type {KnativeService} from '../knative/objects/wire.js';
import type {Rejection} from '../knative/release/evidence/rejection.js';
import type {BroughtBack} from '../knative/release/verbs/choice.js';
import type {ComparedRevision} from '../knative/revision/revision-differences.js';
import type {Warning} from '../knative/release/warnings.js';
import type {Split, SplitDifference} from '../knative/split/split.js';

/** A write of `spec.traffic` alone. */
export type TrafficAction = 'split' | 'promote' | 'roll back' | 'abandon' | 'undo' | 'tag';

export type PlanAction =
	| TrafficAction
	| 'send again'
	| 'create revision'
	| 'autoscaling'
	| 'create service'
	| 'delete revision'
	| 'delete service';

/** `uncovered`: what is shown instead of `value` to who asks for it; values of variables may be secrets. */
export type Fact = {label: string; value: string; uncovered?: string};

/** A write that is ready to be sent, and all there is to say about it before that. */
export type Plan = {
	action: PlanAction;
	/** Where and of which service; its uid is in `write`. A plan is of that object, whatever is selected by then. */
	namespace: string;
	name: string;
	write:
		| {kind: 'patch'; uid: string; generation: number; operations: readonly PatchOperation[]}
		| {kind: 'create'; manifest: KnativeService}
		| {kind: 'delete service'; uid: string; generation: number}
		/** `uid` of the revision, `serviceUid` of the service it is of. */
		| {kind: 'delete revision'; service: string; serviceUid: string; revision: string; uid: string};
	/** After the write: the revision that is marked as rejected. */
	reject?: {revision: string; uid: string; mark: Rejection};
	/** Which revision is given up, and why in the operator's words: also where it gets no mark, for want of its uid. */
	givenUp?: {revision: string; why: string};
	/** Before → after, a row per target. Empty where nothing was there before. */
	rows: readonly SplitDifference[];
	/** What else will be true: image, environment, port … */
	facts: readonly Fact[];
	notes: readonly string[];
	warnings: readonly Warning[];
	/** Command lines that do the same. */
	commands: readonly string[];
	/** Of a patch that changes the split: what undo will put back. */
	splits?: {before: Split; after: Split};
	/** Of a split that was another verb before somebody else's change: what has to be meant of that one has to be of this. */
	guardedAs?: TrafficAction;
	/** What it gives users again that somebody has taken from them: to be said of the same wish on another split, too. */
	bringsBack?: BroughtBack;
	/** Of a new revision: what it will be, as far as two of them are compared. */
	made?: ComparedRevision;
	/** Of a promotion that leaves a way back, or could: which revision was named, and whether what users had stays at 0 %. */
	promotion?: {to: string | undefined; keepsPrevious: boolean; wayBack: string};
	/** Of a promotion: what gets everything is not what is being tried, but one that somebody has chosen, or that was offered. */
	isOfAnother?: true;
	/** Of a release: who is stable and canary and why, since when, and what differs between the two. `isBad`: it speaks against it. */
	about?: readonly {label: string; value: string; isBad?: true}[];
	/** Of a release: which of the usual steps it leaves out, in words. */
	skipped?: string;
};

/** What has to be meant of a plan, whatever verb the same wish is planned by next. */
export type Guards = Pick<Plan, 'guardedAs' | 'bringsBack'>;

/** What either gives a canary that is worse has to be meant. */
const isGuarded = (action: PlanAction): action is 'undo' | 'promote' =>
	action === 'undo' || action === 'promote';

/** As which verb a plan is guarded against a canary that was found worse, for what is planned from it. */
export function guardsOf({action, guardedAs, bringsBack}: Pick<Plan, 'action' | keyof Guards>): Guards {
	const verb = guardedAs ?? action;
	return {...(isGuarded(verb) && {guardedAs: verb}), ...(bringsBack && {bringsBack})};
}

export type DryRun =
	| {kind: 'asking'}
	/** `missed`: what beside it would not be done, as a sentence. */
	| {kind: 'accepted'; missed?: string}
	| {kind: 'refused'; sentence: string}
	/** It would take it, and store something else. */
	| {kind: 'altered'; sentence: string}
	/** Whoever is not known to the server learns nothing of what it thinks of a change. */
	| {kind: 'not logged in'; sentence: string}
	| {kind: 'unknown'; sentence: string};

/** The plan with command lines that act on the cluster it is of, wherever they are pasted: of kn where that can be led there. */
export function placed(plan: Plan, {flags}: {flags: readonly string[]}): Plan {
	const {commands, notes} = mayLeadKn(flags) ? plan : withoutKn(plan);
	return {...plan, notes, commands: commands.map(line => atCluster(line, flags))};
}

/** What is left of the lines where kn cannot be led to the cluster, and of what is said of them. */
function withoutKn({commands, notes, splits}: Plan): Pick<Plan, 'commands' | 'notes'> {
	const ofKn = splits ? knNotes(splits.after) : [];
	return {
		commands: commands.filter(line => !isOfKn(line)),
		notes: notes.filter(note => !ofKn.includes(note)),
	};
}

/** What a review says of the release, in the order in which it is read: what was done so far before what differs. */
export function toldAbout({
	about = [],
	skipped,
}: Pick<Plan, 'about' | 'skipped'>): NonNullable<Plan['about']> {
	if (skipped === undefined) return about;
	const place = about.findIndex(({label}) => label === 'Differs');
	return about.toSpliced(place === -1 ? about.length : place, 0, {label: 'Skips', value: skipped});
}
