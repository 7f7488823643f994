/** What lies over the panes, and what the message line says. */
import type {ObjectName} from '../../tables/object-name.js';
import type {ContextsSheet, EventsSheet, LeaveSheet, LogsSheet, YamlSheet} from '../../sheets/inspected.js';
import type {
	ChoiceSheet,
	FormSheet,
	RequestSheet,
	ReviewSheet,
	VerifySheet,
	WriteRecord,
} from '../../sheets/sheets.js';

export type Notice = {
	tone: 'info' | 'good' | 'bad';
	text: string;
	/** About a key alone: gone with the next one, and nothing to read again. */
	isPassing?: true;
	/** What it says holds until a revision of this service, newer than this generation of its template, is there. */
	creating?: {service: ObjectName; newerThan: number};
	/** It says what the gateway does not have yet: the change of the service with this uid. `deed`: what that was, as `Promoted`. */
	arriving?: {uid: string; deed: string | undefined};
};

/** A notice that was given, and when: milliseconds since 1970. */
export type Message = Pick<Notice, 'tone' | 'text'> & {at: number};

/** What lies over the panes; the last one is on top and has the keys. */
export type Sheet =
	| {kind: 'help'}
	| {kind: 'details'}
	| {kind: 'palette'}
	| {kind: 'namespaces'; names: readonly string[]; sentence?: string}
	/** Images that are in use here, to pick one for the form beneath. */
	| {kind: 'images'; images: readonly string[]}
	| ChoiceSheet
	| {kind: 'writes'}
	| {kind: 'messages'}
	/** Whether to leave the program, and what that ends or loses. */
	| {kind: 'quit'; id: number; ends: readonly string[]}
	| {kind: 'answers'}
	| FormSheet
	| ReviewSheet
	| VerifySheet
	| RequestSheet
	| YamlSheet
	| EventsSheet
	| LogsSheet
	| ContextsSheet
	| LeaveSheet;

export type SheetsSlice = {
	sheets: readonly Sheet[];
	/** What is looked for in the text on top, and whether it is being typed. */
	find: {text: string; isTyping: boolean} | undefined;
	writes: readonly WriteRecord[];
	notice: Notice | undefined;
	/** What the message line has said, oldest first, to be read again. */
	messages: readonly Message[];
	/** Values of variables are shown: only when somebody asks for it. */
	isUncovered: boolean;
};

export function initialSheets(): SheetsSlice {
	return {
		sheets: [],
		find: undefined,
		writes: [],
		notice: undefined,
		messages: [],
		isUncovered: false,
	};
}
