/** A line of verdicts, and what it is told from beside the counts. */
import type {ComparedPair} from '../../../console/live/compared-pair.js';
import type {AskedBy} from '../../../knative/commands/identify-revisions.js';

export type VerdictLine = {
	tone: 'good' | 'waiting' | 'bad' | 'warning';
	sentence: string;
	/** The same in fewer words, the longest first, for where the whole has no room: half a sentence may say the opposite. */
	shorter?: readonly string[];
	/** What to do: whatever else of the line has no room, this has. */
	remedy?: string;
	/** What the line has no room for. It says what to do, so that it gives way to no counts. */
	more?: string;
};

/** What is known beside the counts. */
export type VerdictContext = {
	/** Of the service, which the names of its revisions begin with. */
	service: string;
	/** The route says no for good: nothing is being switched. */
	isRefused: boolean;
	/** Why what the cluster reports is no whole split, as a sentence; nothing is being switched then either. */
	splitDoubt?: string | undefined;
	/** How to identify revisions depends on it. */
	askedBy: AskedBy;
	pair: ComparedPair;
	/** Why this gateway is asked, as a sentence, where the service's own Ingress does not say it. */
	guess?: string | undefined;
	/** Why no tag can be asked, as a sentence. */
	tagsMissing?: string | undefined;
	/** It is known where the gateway speaks TLS, where it is asked without. */
	knowsTls?: boolean | undefined;
	/** Milliseconds since 1970. */
	now: number;
};
