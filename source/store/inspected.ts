/** What the sheets show that look into the cluster: an object as it is, its events, its logs. */
import type {EventView} from '../traffic/event.js';

/** An object that is looked at: a service, or a revision of one. */
export type Inspected = {
	kind: 'service' | 'revision';
	name: string;
	namespace: string;
	/** The service itself, or the one that the revision is of. */
	service: string;
};

export type YamlSheet = {
	kind: 'yaml';
	/** Tells one sheet from the next one in its place. */
	id: number;
	object: Inspected;
	phase:
		| {kind: 'asking'}
		/** As the server gave it, and when (milliseconds since 1970); `lines` with and without managedFields. */
		| {kind: 'read'; at: number; lines: {short: readonly string[]; whole: readonly string[]}}
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
