/** What the sheets over the panes show: writes to be reviewed, what was asked of the gateway, what was sent. */
import type {Answer} from '../probe/probe.js';
import type {FieldErrors} from '../traffic/form.js';
import type {PatchOperation} from '../traffic/patch.js';
import type {RevisionFieldId, RevisionValues} from '../traffic/revision-form.js';
import type {ServiceFieldId, ServiceValues} from '../traffic/service-form.js';
import type {Split, SplitDifference} from '../traffic/split.js';
import type {KnativeService} from '../traffic/wire.js';

type FormParts<Id extends string> = {
	/** What the rules say of the values as they are; a field that was not touched yet is not reproached. */
	errors: FieldErrors<Id>;
	touched: ReadonlySet<Id>;
	/** What the server said when it refused, by field; taken back when that field is changed. */
	refused: FieldErrors<Id>;
	/** A refusal that is about no field. */
	refusal: string | undefined;
};

/** A form being filled in. What is typed stays, whatever the server says of it. */
export type ServiceFormSheet = FormParts<ServiceFieldId> & {kind: 'create service'; values: ServiceValues};
export type RevisionFormSheet = FormParts<RevisionFieldId> & {
	kind: 'create revision';
	/** The service it is for, by name and uid: the newest state of it is read when the form is sent. */
	service: string;
	uid: string;
	values: RevisionValues;
};
export type FormSheet = ServiceFormSheet | RevisionFormSheet;

/** A write that is ready to be sent, and all there is to say about it before that. */
export type Plan = {
	action: 'split' | 'complete' | 'roll back' | 'undo' | 'create revision' | 'create service';
	namespace: string;
	name: string;
	write:
		| {kind: 'patch'; uid: string; generation: number; operations: readonly PatchOperation[]}
		| {kind: 'create'; manifest: KnativeService};
	/** Before → after, a row per target. Empty where nothing was there before. */
	rows: readonly SplitDifference[];
	/** What else will be true: image, environment, port … */
	facts: readonly {label: string; value: string}[];
	notes: readonly string[];
	warnings: readonly string[];
	/** Command lines that do the same. */
	commands: readonly string[];
	/** Of a change of traffic alone: what undo will put back. */
	splits?: {before: Split; after: Split};
};

export type DryRun =
	| {kind: 'asking'}
	| {kind: 'accepted'}
	| {kind: 'refused'; sentence: string}
	| {kind: 'unknown'; sentence: string};

export type ReviewPhase =
	| {kind: 'open'}
	| {kind: 'sending'}
	| {kind: 'refused'; sentence: string}
	/** Somebody else changed the service in between; nothing was written. `theirs` is the split as it is now. */
	| {kind: 'conflict'; sentence: string; theirs: Split | undefined};

export type ReviewSheet = {kind: 'review'; plan: Plan; dryRun: DryRun; phase: ReviewPhase};

/** One request to the gateway by hand, on the service's own host or on a tag's. */
export type VerifySheet = {
	kind: 'verify';
	service: string;
	/** The tag whose URL is asked; undefined for the service's own. */
	tag: string | undefined;
	/** The revision that should answer; undefined where several may. */
	revision: string | undefined;
	url: string;
	/** The command line that asks the same. */
	command: string;
	phase: {kind: 'asking'} | {kind: 'answered'; answer: Answer} | {kind: 'not asked'; sentence: string};
};

/** A write as it left the process, for the log. */
export type WriteRecord = {at: number; title: string; command: string; outcome: string};
