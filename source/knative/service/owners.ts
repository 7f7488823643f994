/** Who else writes a Service, by what its `metadata` tells: deployment tools, controllers, owners. */
import type {OwnedMetadata} from '../objects/parsed.js';
import {printable} from '../text/printable.js';

/** Somebody else who writes this Service and may undo what the operator does. */
export type Owner = {
	/** `Argo CD`, or the kind and name of an object: `InferenceService iris`. */
	by: string;
	/** What says so. */
	evidence: string;
};

const ownership: readonly {by: string; in: 'labels' | 'annotations'; key: string}[] = [
	{by: 'Flagger', in: 'annotations', key: 'flagger.app/primary-revision'},
	{by: 'Argo CD', in: 'annotations', key: 'argocd.argoproj.io/tracking-id'},
	{by: 'Argo CD', in: 'labels', key: 'argocd.argoproj.io/instance'},
	{by: 'Flux', in: 'labels', key: 'kustomize.toolkit.fluxcd.io/name'},
	{by: 'Flux', in: 'labels', key: 'helm.toolkit.fluxcd.io/name'},
];

/** Names under which controllers write fields, as `managedFields` tells them. */
const managers: readonly {by: string; name: RegExp}[] = [
	{by: 'Argo CD', name: /^argocd-(?:controller|application-controller|server)$/},
	{by: 'Flux', name: /^(?:kustomize|helm)-controller$/},
	{by: 'Flagger', name: /^flagger$/},
	{by: 'Rollout Orchestrator', name: /^(?:rollout-?orchestrator|serving-progressive-rollout)/},
];

/** The controllers of Knative Serving itself may be a reference's kind, too: those undo nothing. */
const ownKinds: ReadonlySet<string> = new Set(['Service', 'Configuration', 'Route']);

/** Whoever else writes the Service, each once, with what says so. */
export function ownersOf({labels, annotations, ownerReferences, managedFields}: OwnedMetadata): Owner[] {
	const found: Owner[] = [];
	const add = (by: string, evidence: string) => {
		if (!found.some(owner => owner.by === by)) found.push({by: printable(by), evidence: printable(evidence)});
	};
	const maps = {labels, annotations};
	for (const {by, in: place, key} of ownership) {
		const value = maps[place].get(key);
		if (value !== undefined) add(by, `${key}: ${value}`);
	}
	// Gradual rollouts by Knative's extension serving-progressive-rollout, which moves the shares by stages.
	const staged = [...annotations].find(([key]) => key.startsWith('rollout.knative.dev/'));
	if (staged && staged[1] !== 'false') add('Rollout Orchestrator', staged.join(': '));
	for (const {kind, name, apiVersion} of ownerReferences) {
		const isOwn = ownKinds.has(kind) && apiVersion.startsWith('serving.knative.dev/');
		if (!isOwn) add(`${kind} ${name}`, `owner reference, ${apiVersion}`);
	}
	for (const manager of managedFields.all) {
		const known = managers.find(({name}) => name.test(manager));
		if (known) add(known.by, `${manager} writes fields of it`);
	}
	return found;
}
