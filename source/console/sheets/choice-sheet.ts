/** What cannot be told, asked of the operator: which revision is meant, or what is to become of the template. */
import type {ServiceView} from '../../knative/service/service.js';
import {baseOffer} from '../../release/base-offer.js';
import type {Planned} from '../../release/plan-facts.js';
import {planAbandon, planPromote, planRollback} from '../../release/plan-split.js';
import {readBase} from '../../release/read-base.js';
import type {Cluster} from '../../kube/cluster.js';
import {tagsOfPromotion} from '../../knative/release/verbs/role-tags.js';
import {askPlaceholders, stillHere} from '../sheets/placeholders.js';
import {factsOf} from '../state/known-facts.js';
import {closeSheet, notify, openSheet} from '../state/select.js';
import type {ConsoleStore} from '../state/state.js';
import {openReview} from './review/review.js';
import type {AskedVerb, ChoiceSheet} from './sheets.js';

const titles: Readonly<Record<AskedVerb, string>> = {
	promote: 'Promote which revision of',
	'roll back': 'Roll back to which revision of',
	abandon: 'Give up which revision of',
};

/** Opens the question that a plan could not answer by itself. */
export function askRevision(
	store: ConsoleStore,
	service: ServiceView,
	{reason, candidates = []}: Extract<Planned, {ok: false}>,
	{verb, why = ''}: {verb: AskedVerb; why?: string},
): void {
	const {revisions} = factsOf(store.getState(), service);
	openSheet(store, {
		kind: 'choice',
		title: `${titles[verb]} ${service.name}?`,
		question: reason,
		options: candidates.map(name => {
			const revision = revisions?.find(candidate => candidate.name === name);
			return {value: name, label: revision ? `${name}  ${revision.state.word}  ${revision.image}` : name};
		}),
		uid: service.uid,
		verb,
		about: 'revision',
		why,
	});
}

/** Reviews giving the release up; where the template is not what users run, asks first what is to become of it. */
export function reviewAbandon(
	store: ConsoleStore,
	cluster: Cluster,
	service: ServiceView,
	{why, to}: {why: string; to?: string | undefined},
): void {
	const facts = factsOf(store.getState(), service);
	const planned = planAbandon(facts, {why, to});
	if (!planned.ok) {
		if (planned.candidates) return askRevision(store, service, planned, {verb: 'abandon', why});
		return notify(store, {tone: 'info', text: planned.reason});
	}
	const offer = baseOffer(facts);
	if (!offer) return openReview(store, cluster, planned.plan);
	const given = planned.plan.givenUp?.revision ?? 'the canary';
	openSheet(store, {
		kind: 'choice',
		title: `Give up the release of ${service.name}`,
		question: `Gives up ${given}. The template is ${offer.template}${offer.outcome === undefined ? '' : `, ${offer.outcome}`}; users run ${offer.running}. The next revision is made from the template.`,
		options: [
			{value: 'template', label: 'put the template back to what users run: a new revision, at 0 %'},
			{value: 'leave', label: 'leave the template as it is'},
		],
		uid: service.uid,
		verb: 'abandon',
		about: 'template',
		why,
		to,
	});
}

/** The answer to the question on top: goes on to the review. */
export async function choose(store: ConsoleStore, cluster: Cluster, value: string): Promise<void> {
	const state = store.getState();
	const sheet = state.sheets.at(-1);
	if (sheet?.kind !== 'choice') return;
	const service = state.services.find(({uid}) => uid === sheet.uid);
	closeSheet(store);
	if (!service) {
		return notify(store, {tone: 'bad', text: 'That service is not there any more: nothing to review.'});
	}
	if (sheet.about === 'revision' && sheet.verb === 'abandon') {
		return reviewAbandon(store, cluster, service, {why: sheet.why, to: value});
	}
	const isHere = stillHere(store);
	if (sheet.verb === 'promote') await askPlaceholders(store, cluster, service, tagsOfPromotion);
	const planned = await plannedBy(cluster, factsOf(store.getState(), service), sheet, value);
	if (!isHere()) return;
	if (typeof planned === 'string') return notify(store, {tone: 'bad', text: planned});
	if (!planned.ok) return notify(store, {tone: 'info', text: planned.reason});
	openReview(store, cluster, planned.plan);
}

async function plannedBy(
	cluster: Cluster,
	facts: ReturnType<typeof factsOf>,
	{verb, about, why, to}: ChoiceSheet,
	value: string,
): Promise<Planned | string> {
	if (about === 'revision') {
		return verb === 'promote' ? planPromote(facts, {to: value}) : planRollback(facts, {to: value});
	}
	const offer = value === 'template' ? baseOffer(facts) : undefined;
	if (!offer) return planAbandon(facts, {why, to});
	const read = await readBase(cluster, facts.service.namespace, offer.revision);
	return read.ok
		? planAbandon(facts, {why, to, base: read.base})
		: `What users run cannot be read, so nothing was planned: ${read.reason}`;
}
