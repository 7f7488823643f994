/** What the sheets over the panes show: writes to be reviewed, what was asked of the gateway, what was sent. */
import type {RequestCommands} from '../selected/request-commands.js';
import type {Answer} from '../../probe/transport/probe.js';
import type {AutoscalingDefaults} from '../../knative/autoscaling/autoscaling-defaults.js';
import type {FieldErrors} from '../../knative/forms/form.js';
import type {BaseOffer, RevisionFieldId, RevisionValues} from '../../knative/forms/revision-form.js';
import type {Base} from '../../knative/revision/base.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {ServiceFieldId, ServiceValues} from '../../knative/forms/service-form.js';
import type {Split} from '../../knative/split/split.js';
import type {DryRun, Plan} from '../../release/plan.js';

type FormParts<Id extends string> = {
	/** What the rules say of the values as they are; a field that was not touched yet is not reproached. */
	errors: FieldErrors<Id>;
	touched: ReadonlySet<Id>;
	/** What the server said when it refused, by field; taken back when that field is changed. */
	refused: FieldErrors<Id>;
	/** A refusal that is about no field. */
	refusal: string | undefined;
};

/** The service a form is for, by name and uid: the newest state of it is read when the form is sent. */
export type OfService = {
	service: string;
	uid: string;
	/** As it was when the form was begun: what was typed is told from what it had, also when it is gone. */
	seen: ServiceView;
	/** The form was begun on one of that name that was deleted since, and taken over to this one. */
	isAnother: boolean;
};

/** What a new revision is made from. */
export type OnBase = {
	/** The template is not what users run: one may choose. */
	offer: BaseOffer | undefined;
	/** What users run, once it was read. */
	running: Base | undefined;
};

/** A form being filled in. What is typed stays, whatever the server says of it. */
export type ServiceFormSheet = FormParts<ServiceFieldId> & {kind: 'create service'; values: ServiceValues};
export type RevisionFormSheet = FormParts<RevisionFieldId> &
	OfService &
	OnBase & {kind: 'create revision'; values: RevisionValues};
export type ScalingFormSheet = FormParts<RevisionFieldId> &
	OfService &
	OnBase & {kind: 'autoscaling'; values: RevisionValues};
export type TagFormSheet = FormParts<'tags'> &
	OfService & {kind: 'tag'; revision: string; values: {tags: string}};
export type FormSheet = ServiceFormSheet | RevisionFormSheet | ScalingFormSheet | TagFormSheet;

/** What the cluster sets where a revision sets nothing, beside the autoscaling sheet. */
export type ScalingDefaults =
	| {kind: 'asking'}
	| ({kind: 'known'} & AutoscalingDefaults)
	/** It may not be read, or is not there: a stock cluster's defaults are shown, as such. */
	| {kind: 'not known'; why: string};

/** Three splits side by side, after a write that somebody else's came before. */
export type Conflict = {
	sentence: string;
	base: Split;
	mine: Split;
	/** Undefined when what is there now cannot be read. */
	theirs: Split | undefined;
	/** Who changed it, as the server knows them. */
	by: string | undefined;
	/** Theirs is what was asked for: there is nothing left to put on top or to edit. */
	already: boolean;
};

export type ReviewPhase =
	/** `after`: why what was sent was not made, though it can be sent again as it is. */
	| {kind: 'open'; after?: string}
	/** Enter was pressed once, and it needs two. */
	| {kind: 'armed'}
	| {kind: 'sending'}
	/** Not made. */
	| {kind: 'refused'; sentence: string}
	/** Made, but not as it was wanted: the server stored something else. */
	| {kind: 'altered'; sentence: string}
	/** Perhaps made: the sentence says what is known. */
	| {kind: 'unknown'; sentence: string}
	/** Somebody else changed the service in between; nothing was written. */
	| ({kind: 'conflict'} & Conflict);

/** How a plan is agreed to: by Enter, by Enter twice, or by typing a word and Enter. */
export type Confirmation = 'enter' | 'twice' | 'word';

/** A target scaled to zero, asked at its tag URL so that a pod is there before users are. */
export type Wake =
	| {kind: 'offered'; revisions: readonly string[]}
	| {kind: 'asking'; revisions: readonly string[]}
	| {kind: 'told'; sentences: readonly {isGood: boolean; text: string}[]};

export type ReviewSheet = {
	kind: 'review';
	/** Tells one review from the next one in its place. */
	id: number;
	/** The cluster it was opened on. */
	on: {context: string; server: string};
	plan: Plan;
	confirmation: Confirmation;
	/** What is to be typed; empty where nothing is. */
	word: string;
	/** Why Enter alone is not enough. */
	because: string;
	/** The word as far as it is typed. */
	typed: string;
	dryRun: DryRun;
	phase: ReviewPhase;
	/** A key that means nothing here was pressed, perhaps meant for elsewhere: the next Enter only asks again. */
	isDisarmed: boolean;
	/** How often it has asked to be agreed to, the first time included. */
	timesAsked: number;
	/** Rows of its text from the top on that have been on the screen, beyond its first page. */
	readTo: number;
	wake: Wake | undefined;
};

/** One request to the gateway by hand, on the service's own host or on a tag's. */
export type VerifySheet = RequestCommands & {
	kind: 'verify';
	service: string;
	/** Of the service. */
	uid: string;
	/** The tag whose URL is asked; undefined for the service's own. */
	tag: string | undefined;
	/** The revision that should answer; undefined where several may. */
	revision: string | undefined;
	/** When it was asked, the gateway may not have had this split yet, nor this tag: another revision may answer. */
	isSettling: boolean;
	url: string;
	/** That nothing says that the host is the service's. */
	hostDoubt?: string;
	/** That a URL with https is asked without TLS. */
	inClear?: string;
	/** What the command needs when this program has ended. */
	forwarding?: string;
	/** That the gateway's own address cannot be reached from here, and what that means. */
	unreached?: string;
	/** Why this gateway is asked, where the service's own Ingress does not say it. */
	guess?: string;
	/** That the host of the tag leads nowhere, and whether the tag was chosen by header instead. */
	otherwise?: {isByHeader: boolean; sentence: string};
	phase:
		| {kind: 'asking'}
		| {kind: 'answered'; answer: Answer; /** That the gateway wants TLS, and what to do. */ redirect?: string}
		| {kind: 'not asked'; sentence: string};
};

/** A write as it left the process, for the log. */
export type WriteRecord = {
	at: number;
	title: string;
	command: string;
	outcome: string;
	/** Of a change of a split: the rows of it, with what they were and were to be. */
	change?: {service: string; rows: Plan['rows']};
};

/** A request as text, as it is typed. */
export type RequestValues = {
	/** As `--fingerprint` takes it. */
	fingerprint: string;
	/** As `--host` takes it; empty for that of the service's URL. */
	host: string;
	path: string;
	method: string;
	/** `Name: value` each; empty ones are none. */
	headers: readonly string[];
	cookie: string;
	body: string;
	/** As `--expect-status` takes it; empty for the usual. */
	expectStatus: string;
};

/** What is sent to a service, being chosen. */
export type RequestSheet = {
	kind: 'requests';
	service: string;
	uid: string;
	values: RequestValues;
	/** By what revisions that answer identically can be told apart, in the words of `--fingerprint`. */
	suggestion: string | undefined;
	/** Hosts that DomainMappings lead to the service from. */
	domains: readonly string[];
	/** gRPC takes the headers only. */
	isGrpc: boolean;
};

/** What is asked of the operator where the cluster does not tell. */
export type AskedVerb = 'promote' | 'roll back' | 'abandon';

export type ChoiceSheet = {
	kind: 'choice';
	title: string;
	question: string;
	options: readonly {value: string; label: string}[];
	/** The service it is about, whatever is selected by then. */
	uid: string;
	verb: AskedVerb;
	/** A revision, or what becomes of the template. */
	about: 'revision' | 'template';
	/** Of abandoning: in the operator's words, and which revision, where that was asked before. */
	why: string;
	to?: string | undefined;
};
