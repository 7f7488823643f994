/** What the sheets show that look into the cluster: an object as it is, its events, its logs. */
import type {EventView} from '../../knative/objects/event.js';
import type {PodView} from '../../knative/objects/pod.js';

/** An object that is looked at: a service, or a revision of one. */
export type Inspected = {
	kind: 'service' | 'revision';
	name: string;
	namespace: string;
	/** The service itself, or the one that the revision is of. */
	service: string;
	serviceUid: string;
};

/** Without and with managedFields. */
export type YamlLines = {short: readonly string[]; whole: readonly string[]};

export type YamlSheet = {
	kind: 'yaml';
	/** Tells one sheet from the next one in its place. */
	id: number;
	object: Inspected;
	phase:
		| {kind: 'asking'}
		/** As the server gave it, and when (milliseconds since 1970); what may be secret is covered in `covered`. */
		| {kind: 'read'; at: number; lines: YamlLines; covered: YamlLines}
		| {kind: 'not read'; sentence: string};
};

export type EventsSheet = {
	kind: 'events';
	id: number;
	object: Inspected;
	phase:
		| {kind: 'asking'}
		/** Newest first. `problem`: why what is shown may be old. */
		| {
				kind: 'followed';
				events: readonly EventView[];
				/** There were more than are kept. */
				isCut: boolean;
				problem: string | undefined;
		  }
		| {kind: 'not read'; sentence: string};
};

/** The log of a revision, as far as it was read. */
export type LogView = {
	namespace: string;
	revision: string;
	/** By name. */
	pods: readonly PodView[];
	/** The one whose log it is; it may be gone by now. Undefined as long as there is none. */
	pod: string | undefined;
	container: string;
	/** The run before the container's last restart. */
	previous: boolean;
	/** Oldest first: the last ones, printable. As of the pause, while it is paused. */
	lines: readonly string[];
	paused: boolean;
	/** Lines that came since it was paused. */
	held: number;
	/** Only lines with this in them are shown, whatever their case. */
	filter: string;
	/** The filter is being typed. */
	isTyping: boolean;
	phase:
		| {kind: 'looking'}
		/** The revision is scaled to zero, or has never had one. */
		| {kind: 'no pods'}
		| {kind: 'opening'}
		| {kind: 'following'}
		/** There is no more to come as things are. */
		| {kind: 'over'; sentence: string}
		| {kind: 'refused'; sentence: string};
};

export type LogsSheet = LogView & {kind: 'logs'; id: number};

export type ContextRow = {
	name: string;
	/** The name, printable. */
	shown: string;
	server: string;
	isHere: boolean;
	/** Matches the operator's pattern for production. */
	isProduction: boolean;
};

export type ContextsSheet = {
	kind: 'contexts';
	id: number;
	/** Undefined while the kubeconfig is read. */
	rows: readonly ContextRow[] | undefined;
	sentence: string | undefined;
};

/** Asked before anything is lost that was not sent. */
export type LeaveSheet = {kind: 'leave context'; id: number; to: string; lost: readonly string[]};
