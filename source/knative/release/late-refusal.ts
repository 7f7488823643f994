/**
 * Why a split that the server accepted is not at the gateway: admission checks only that it is well formed, whether its
 * revisions exist and are ready the Route finds out later (knative/serving pkg/reconciler/route/traffic/errors.go).
 */

import {conditionSentence} from '../revision/revision-state.js';
import type {ServiceView} from '../service/service.js';
import {condition} from '../service/service-state.js';

export type LateRefusal = {
	/** The server's own words. */
	said: string;
	/** What users have meanwhile, as a sentence. */
	keeps: string;
	/** What they mean for users. */
	meaning: string;
	/** What to do. */
	wayBack: string;
	/** The gateway has no split of this service to go on with. */
	isFirst: boolean;
};

/** What depends on whether the gateway has a split to go on with: the first one of a service may be refused, too. */
type BeforeRefusal = {
	/** What users see. */
	keeps: string;
	/** How to get back to what was before; how to get on where there was nothing. */
	wayBack: string;
	/** The same as a step of its own. */
	putBack: string;
};

const back = 'u undoes it, R rolls back.';
const before: BeforeRefusal = {
	keeps: 'The gateway keeps the split it had before; users see no change.',
	wayBack: back,
	putBack: `Put the split before back: ${back}`,
};

const retry = 'e events · L log · r new revision.';
const nothingBefore: BeforeRefusal = {
	keeps: 'Never went live: users get 404.',
	wayBack: retry,
	putBack: retry,
};

type Meaning = {meaning: (before: BeforeRefusal) => string; wayBack: (before: BeforeRefusal) => string};

/** The reasons of RoutesReady=False, and what each asks for. */
const meanings: Readonly<Record<string, Meaning>> = {
	RevisionMissing: {
		meaning: ({keeps}) => `${keeps} A revision of this split does not exist or is not ready.`,
		wayBack: state =>
			state === before ? `Remove that revision from the split (x), or ${back}` : state.putBack,
	},
	ConfigurationMissing: {
		meaning: ({keeps}) => `${keeps} What the latest revision is made from does not exist.`,
		wayBack: ({putBack}) => putBack,
	},
	RevisionNotOwned: {
		meaning: ({keeps}) => `${keeps} A revision of this split belongs to another service.`,
		wayBack: ({wayBack}) => `Remove that revision from the split: ${wayBack}`,
	},
	RevisionNameTaken: {
		meaning: ({keeps}) => `${keeps} The template names a revision that there is already with other contents.`,
		wayBack: () => 'Make a revision under another name (r).',
	},
	ErrorConfig: {
		meaning: ({keeps}) =>
			`${keeps} A host name of this route cannot be made, mostly because a tag and the service's name are too long.`,
		wayBack: state =>
			state === before
				? `Take the tag away or shorten it (t), or ${back}`
				: 'Take the tag away or shorten it (t), or name the service otherwise.',
	},
	NotOwned: {
		meaning: () => 'An object of this name was there before and belongs to somebody else.',
		wayBack: () => 'Delete or rename that object, or name the service otherwise.',
	},
	CertificateProvisionFailed: {
		meaning: () => 'There is no certificate for a host of this route.',
		wayBack: ({wayBack}) => `See the events of its Certificate; ${wayBack}`,
	},
};

const unknown: Meaning = {
	meaning: () => 'The route does not take what was asked for.',
	wayBack: ({putBack}) => putBack,
};

/** Undefined unless the Route says no to the split that was asked for last. */
export function lateRefusal(view: ServiceView): LateRefusal | undefined {
	if (view.observedGeneration !== view.generation) return undefined;
	const routes = condition(view, 'RoutesReady');
	if (routes?.status !== 'False') return undefined;
	const {meaning, wayBack} = meanings[routes.reason] ?? unknown;
	// The Route writes `status.traffic` with the first split that it takes, and leaves it as it is when it refuses one.
	const isFirst = view.statusTraffic.length === 0;
	const state = isFirst ? nothingBefore : before;
	return {
		said: conditionSentence(routes),
		keeps: state.keeps,
		meaning: meaning(state),
		wayBack: wayBack(state),
		isFirst,
	};
}
