/**
 * Why a split that the server accepted is not at the gateway: admission checks only that it is well formed, whether its
 * revisions exist and are ready the Route finds out later (knative/serving pkg/reconciler/route/traffic/errors.go).
 */

import {conditionSentence} from './revision-state.js';
import type {ServiceView} from './service.js';
import {condition} from './state.js';

export type LateRefusal = {
	/** The server's own words. */
	said: string;
	/** What they mean for users. */
	meaning: string;
	/** What to do. */
	wayBack: string;
};

const keeps = 'The gateway keeps the split it had before; users see no change.';

const wayBack = 'u undoes it, R rolls back.';

/** The reasons of RoutesReady=False, and what each asks for. */
const meanings: Readonly<Record<string, {meaning: string; wayBack: string}>> = {
	RevisionMissing: {
		meaning: `A revision of this split does not exist or is not ready. ${keeps}`,
		wayBack: `Take that revision out of the split, or put the split before back: ${wayBack}`,
	},
	ConfigurationMissing: {
		meaning: `What the latest revision is made from does not exist. ${keeps}`,
		wayBack: `Put the split before back: ${wayBack}`,
	},
	RevisionNotOwned: {
		meaning: `A revision of this split belongs to another service. ${keeps}`,
		wayBack: `Take that revision out of the split: ${wayBack}`,
	},
	RevisionNameTaken: {
		meaning: `The template names a revision that there is already with other contents. ${keeps}`,
		wayBack: 'Make a revision under another name (r).',
	},
	ErrorConfig: {
		meaning: `A host name of this route cannot be made, mostly because a tag and the service's name are too long. ${keeps}`,
		wayBack: `Take the tag away or shorten it (t), or ${wayBack}`,
	},
	NotOwned: {
		meaning: 'An object of this name was there before and belongs to somebody else.',
		wayBack: 'Delete or rename that object, or name the service otherwise.',
	},
	CertificateProvisionFailed: {
		meaning: 'There is no certificate for a host of this route.',
		wayBack: `See the events of its Certificate; ${wayBack}`,
	},
};

/** Undefined unless the Route says no to the split that was asked for last. */
export function lateRefusal(view: ServiceView): LateRefusal | undefined {
	if (view.observedGeneration !== view.generation) return undefined;
	const routes = condition(view, 'RoutesReady');
	if (routes?.status !== 'False') return undefined;
	const known = meanings[routes.reason];
	return {
		said: conditionSentence(routes),
		meaning: known?.meaning ?? 'The route does not take what was asked for.',
		wayBack: known?.wayBack ?? `Put the split before back: ${wayBack}`,
	};
}
