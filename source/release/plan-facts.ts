/** What a plan of a release is made from, and what comes of planning. */
import type {Change} from '../knative/release/evidence/release-facts.js';
import type {Placeholders} from '../knative/release/verbs/role-tags.js';
import type {RevisionView} from '../knative/revision/revision.js';
import type {ServiceView} from '../knative/service/service.js';
import type {Plan} from './plan.js';
import type {AtTags, CanaryVerdict} from './verdict/canary-verdict.js';

export type Planned =
	| {ok: true; plan: Plan}
	/**
	 * `already`: what is wished for is so. `candidates`: it cannot be told which revision is meant, the operator has to
	 * say. `instead`: what may be meant.
	 */
	| {ok: false; reason: string; already?: true; candidates?: readonly string[]; instead?: 'abandon'};

/** What a plan is made from. */
export type Facts = {
	service: ServiceView;
	/** Newest first; undefined while they are not known, for which no roll back waits. */
	revisions: readonly RevisionView[] | undefined;
	/** Changes of its split, oldest first. */
	changes: readonly Change[];
	/** Milliseconds since 1970. */
	now?: number | undefined;
	/** Who writes, as the server knows them; empty where that is not known. */
	user?: string;
	/** Which names for tags are free; undefined where nobody has asked. */
	placeholders?: Placeholders | undefined;
	/** What the loop says of what users get, as a clause: `users get failures: 5 of 58`. */
	trouble?: string | undefined;
	/** How the canary did against what users had, as far as they were compared. */
	verdict?: CanaryVerdict | undefined;
	/** What each revision answered at its own tag, where a loop has asked there. */
	atTags?: AtTags | undefined;
};

/** How a verb is to be done. */
export type PlanOptions = {
	/** The operator's own word for which revision is meant, by its full name. */
	to?: string | undefined;
	/** What users had stays in the split at 0 %, tagged `previous`. */
	keepsPrevious?: boolean | undefined;
};
