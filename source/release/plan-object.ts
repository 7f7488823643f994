/** Plans of writes of something other than the split: that make or delete a service or a revision, or send the split again. Pure. */
import {
	kubectlCreateCommand,
	kubectlDeleteCommand,
	kubectlPatchCommand,
} from '../knative/commands/commands.js';
import type {RevisionPlan} from '../knative/revision/plan-revision.js';
import type {RevisionView} from '../knative/revision/revision.js';
import {annotationOperations} from '../knative/service/annotation-operations.js';
import type {ServiceView} from '../knative/service/service.js';
import {diffSplit, latestKey, splitOf, type Split, type SplitDifference} from '../knative/split/split.js';
import {releaseOf, type ReleaseFacts} from '../knative/release/release.js';
import {whyNoCanaryTag} from '../knative/release/free-tag.js';
import {rejectedImage} from '../knative/release/evidence/likeness.js';
import {untriedWhenMade} from '../knative/release/untried.js';
import {ownerWarnings, rejectedWords, type Warning} from '../knative/release/warnings.js';
import type {KnativeService} from '../knative/objects/wire.js';
import {baseWarnings} from './base-offer.js';
import {latestGuards} from './doubt-since.js';
import type {Facts, Planned} from './plan-facts.js';
import {noteFor} from './plan-note.js';
import type {Plan} from './plan.js';

const isNew = ({key, revision}: SplitDifference) => key === latestKey && revision === undefined;

/**
 * @param lines What the form says of it.
 * @param action Autoscaling is part of the template, so changing it makes a revision too.
 */
export function planCreateRevision(
	facts: Facts,
	plan: Extract<RevisionPlan, {ok: true}>,
	lines: Plan['facts'],
	{action = 'create revision'}: {action?: 'create revision' | 'autoscaling'} = {},
): Plan {
	const {service} = facts;
	const before = splitOf(service);
	const rows = diffSplit(before, plan.split)
		.map(row =>
			row.key === latestKey && row.after !== undefined
				? // What it will resolve to has no name yet, and what it had before is pinned in a row of its own.
					{...row, revision: undefined, before: undefined}
				: row,
		)
		// It comes into the split with this, behind the others.
		.toSorted((a, b) => Number(isNew(a)) - Number(isNew(b)));
	const {stable, whole} = releaseOf(facts);
	const parts = {stable: stable?.revision ?? whole, canary: undefined, previous: undefined};
	// Beside it a row at 0 % may be listed as the way back.
	const followed = before.some(({latest, percent}) => latest && percent === 100);
	const untried = untriedWhenMade(facts, plan.split);
	const operations = [
		...latestGuards({action, splits: {before, after: plan.split}}),
		...plan.operations,
		...noteFor('new revision', facts, plan.split, {parts, followed, changesTemplate: true}),
	];
	return {
		action,
		namespace: service.namespace,
		name: service.name,
		write: {
			kind: 'patch',
			uid: service.uid,
			generation: service.generation,
			operations,
		},
		rows: rows.map(row => withShareBefore(row, service)),
		facts: lines,
		notes: [
			...(action === 'autoscaling' ? ['Autoscaling is part of the template: creates a new revision.'] : []),
			...plan.notes,
			...untaggedNotes(facts, plan.split),
		],
		warnings: [
			...baseWarnings(facts, plan.made),
			...(untried ? [untried] : []),
			...takenTags(facts, plan.split),
			...ownerWarnings(service),
		],
		commands: [kubectlPatchCommand(service, operations)],
		splits: {before, after: plan.split},
		made: plan.made,
	};
}

/** Why no tag was proposed for it, so that it has no URL of its own. */
function untaggedNotes({service, placeholders}: Facts, after: Split): string[] {
	const isUntagged = after.some(({latest, tags}) => latest && tags.length === 0);
	const why = isUntagged ? whyNoCanaryTag(service, placeholders) : undefined;
	return why === undefined ? [] : [`The new revision gets no tag. ${why}`];
}

/** That a canary which is being tried loses its tag, and with it the URL at which it is looked at. */
function takenTags(facts: Facts, after: Split): Warning[] {
	const {canary, whole} = releaseOf(facts);
	if (!canary || canary.revision === whole || canary.lost !== undefined) return [];
	const before = splitOf(facts.service).find(({revision}) => revision === canary.revision);
	const lost = before?.tags.filter(tag => after.some(row => row.latest && row.tags.includes(tag))) ?? [];
	if (lost.length === 0 || before?.latest) return [];
	return [
		{
			kind: 'takes tag',
			revision: canary.revision,
			sentence: `${canary.revision} is being tried with ${canary.percent} %, and loses the tag ${lost.join(', ')} to the new revision.`,
		},
	];
}

/** A row pinned by this write had its share before too, by following the latest revision. */
function withShareBefore(row: Plan['rows'][number], service: ServiceView): Plan['rows'][number] {
	if (row.latest || row.before !== undefined) return row;
	const following = service.specTraffic.find(target => target.latest);
	return following && service.latestReady === row.key ? {...row, before: following.percent} : row;
}

function usersOf(facts: ReleaseFacts): string | undefined {
	const {stable, whole} = releaseOf(facts);
	return stable?.revision ?? whole;
}

/** @param known What there is in its namespace; undefined where that could not be listed. */
export function planCreateService(
	manifest: KnativeService,
	facts: Plan['facts'],
	known: {services: readonly ServiceView[]; revisions: readonly RevisionView[]; now: number} | undefined,
): Plan {
	const images = (manifest.spec?.template.spec.containers ?? []).flatMap(({image}) => image ?? []);
	const like = known && images.map(image => rejectedImage(image, known, usersOf)).find(found => found);
	return {
		action: 'create service',
		namespace: manifest.metadata.namespace ?? 'default',
		name: manifest.metadata.name,
		write: {kind: 'create', manifest},
		rows: [],
		facts,
		notes: [],
		warnings: like
			? [
					{
						kind: 'rejected',
						revision: like.revision,
						sentence: `It runs ${like.what}, which was ${rejectedWords(like.rejection, known?.now)}.`,
					},
				]
			: [],
		commands: [kubectlCreateCommand(manifest)],
	};
}

/** Deletes the service of that uid and generation. @param revisions Undefined where they could not be listed. */
export function planDeleteService(
	service: ServiceView,
	revisions: readonly RevisionView[] | undefined,
): Plan {
	const {namespace, name, uid, generation} = service;
	return {
		action: 'delete service',
		namespace,
		name,
		write: {kind: 'delete service', uid, generation},
		rows: diffSplit(splitOf(service), []),
		facts: [
			{label: 'URL', value: service.url ?? ''},
			{label: 'Revisions', value: revisions === undefined ? 'not known' : String(revisions.length)},
		].filter(({value}) => value !== ''),
		notes: ['The service, its route and all its revisions go; nothing here brings them back.'],
		warnings: [
			{kind: 'other', sentence: `Users of ${service.url ?? name} get 404 from then on.`},
			...ownerWarnings(service),
		],
		commands: [kubectlDeleteCommand('ksvc', service)],
	};
}

/** Refused while a target of the split, asked for or resolved, leads to it: the route would lose it (RevisionMissing). */
export function planDeleteRevision(service: ServiceView, revision: RevisionView): Planned {
	const {namespace, name} = revision;
	// What follows the latest goes to the newest as soon as it is ready, so that one is in the split before it is.
	const asked = splitOf(service).find(
		row => row.revision === name || (row.latest && service.latestCreated === name),
	);
	const resolved = service.statusTraffic.some(target => target.revision === name);
	if (asked || resolved) {
		const how = asked ? `at ${asked.percent} %${asked.latest ? ', by following the latest' : ''}` : 'still';
		return {
			ok: false,
			reason: `${name} is in the split of ${service.name} (${how}): take it out there first, then delete it.`,
		};
	}
	if (revision.uid === '') {
		return {ok: false, reason: `${name} has no uid, so deleting it cannot be guarded.`};
	}
	const warnings: Warning[] = [...ownerWarnings(service)];
	if (service.latestCreated === name) {
		warnings.push({
			kind: 'other',
			sentence: `${name} is the newest revision: the controller makes it again from the template, under the same name.`,
		});
	}
	return {
		ok: true,
		plan: {
			action: 'delete revision',
			namespace,
			name: service.name,
			write: {
				kind: 'delete revision',
				service: service.name,
				serviceUid: service.uid,
				revision: name,
				uid: revision.uid,
			},
			rows: [],
			facts: [
				{label: 'Revision', value: name},
				{label: 'Image', value: revision.image},
				{label: 'State', value: revision.state.word},
			],
			notes: ['It cannot be rolled back to any more.'],
			warnings,
			commands: [kubectlDeleteCommand('revision', {namespace, name})],
		},
	};
}

const sentAgainAnnotation = 'kn-canary.dev/sent-again';

/**
 * Sends the split that is set once more, for a gateway that does not have it though Knative says so. The same spec again is
 * no change, and nothing would come of it. An annotation is one: the Service's controller hands it on to the Route, that to
 * the KIngress, and what is changed there the ingress controller configures its gateways by again (knative/serving
 * pkg/reconciler/service/resources/route.go, pkg/reconciler/route/resources/ingress.go).
 */
export function planAgain({service, now}: Facts): Planned {
	const split = splitOf(service);
	if (now === undefined) {
		return {ok: false, reason: `${service.name} has no split that could be sent again.`};
	}
	const at = new Date(now).toISOString();
	const operations = annotationOperations(service, sentAgainAnnotation, at);
	return {
		ok: true,
		plan: {
			action: 'send again',
			namespace: service.namespace,
			name: service.name,
			write: {kind: 'patch', uid: service.uid, generation: service.generation, operations},
			rows: diffSplit(split, split),
			facts: [{label: 'Annotation', value: `${sentAgainAnnotation}: ${at}`}],
			notes: [
				'The split stays as it is. Route and KIngress get the annotation too, and the gateway is configured again.',
			],
			warnings: ownerWarnings(service),
			commands: [kubectlPatchCommand(service, operations)],
		},
	};
}
