/** A form that is sent: judged as a whole, and turned into a plan, or into what is wrong with it. */
import {refusals} from '../../knative/forms/field-errors.js';
import {toRevisionRequest} from '../../knative/forms/revision-form.js';
import {toService} from '../../knative/forms/service-form.js';
import {releaseOf} from '../../knative/release/release.js';
import type {Warning} from '../../knative/release/warnings.js';
import {basedOn} from '../../knative/revision/base.js';
import {planRevision} from '../../knative/revision/plan-revision.js';
import type {ServiceView} from '../../knative/service/service.js';
import {splitTags} from '../../knative/split/tags.js';
import {planCreateRevision, planCreateService} from '../../release/plan-object.js';
import {planTags} from '../../release/plan-split.js';
import type {Plan} from '../../release/plan.js';
import type {FormSheet, RevisionFormSheet, ScalingFormSheet, TagFormSheet} from '../sheets/sheets.js';
import {factsOf} from '../state/known-facts.js';
import {knownRevisions} from '../state/read.js';
import {changeSheet, formKey, isForm, notifyOnSheet} from '../state/select.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';
import {revisionFacts, serviceFacts} from './form-facts.js';
import {chosenBase, judgedRevision, judgedService, judgedTags, limitsFor} from './form-judging.js';
import {serviceOfForm, takenOver, type FormOfService} from './form-service.js';
import {forgetForm, idsOf} from './forms.js';

export type FormOutcome = {kind: 'plan'; plan: Plan} | {kind: 'wrong'};

/** Judges the form on top as a whole. With nothing wrong it becomes a plan; else every field shows what is wrong. */
export function submitForm(store: ConsoleStore): FormOutcome {
	const state = store.getState();
	const form = state.sheets.at(-1);
	if (form?.kind === 'create service') {
		const judged = judgedService(state, form.values, new Set(idsOf(form.values)));
		changeSheet(store, 'create service', () => judged);
		if (Object.keys(judged.errors).length > 0) return {kind: 'wrong'};
		const manifest = toService(form.values);
		const known = knownIn(state, manifest.metadata.namespace);
		return {kind: 'plan', plan: planCreateService(manifest, serviceFacts(form.values), known)};
	}
	if (!form || !isForm(form)) return {kind: 'wrong'};
	const found = serviceOfForm(state, form);
	if (found.kind === 'gone') {
		notifyOnSheet(store, {
			tone: 'bad',
			text: `Nothing to review: there is no service ${form.service} any more.`,
		});
		return {kind: 'wrong'};
	}
	const {service} = found;
	if (found.kind === 'there') return submitOn(store, form, service);
	if (form.kind === 'tag' && !mayHave(state, service, form.revision)) {
		refuse(
			store,
			form.kind,
			`The ${service.name} there now has no revision ${form.revision}. Esc goes back; t tags the revision that is selected there.`,
		);
		return {kind: 'wrong'};
	}
	const moved = takenOver(state, form, service);
	changeSheet(store, form.kind, () => moved);
	forgetForm(store, formKey(form));
	return submitOn(store, moved, service);
}

/** What is there beside a service that is about to be made. */
function knownIn({services, revisions}: ConsoleState, namespace: string | undefined) {
	const isThere = (object: {namespace: string}) => object.namespace === namespace;
	return {
		services: services.filter(service => isThere(service)),
		revisions: [...revisions.values()].flat().filter(revision => isThere(revision)),
		now: Date.now(),
	};
}

function mayHave(state: ConsoleState, service: ServiceView, revision: string): boolean {
	return knownRevisions(state, service)?.some(({name}) => name === revision) ?? true;
}

function submitOn(store: ConsoleStore, form: FormOfService, service: ServiceView): FormOutcome {
	const outcome =
		form.kind === 'tag' ? submitTags(store, form, service) : submitRevision(store, form, service);
	if (outcome.kind === 'wrong' || !form.isAnother) return outcome;
	const warning: Warning = {
		kind: 'other',
		sentence: `This is another ${service.name} than the one this was typed for: that was deleted.`,
	};
	return {kind: 'plan', plan: {...outcome.plan, warnings: [warning, ...outcome.plan.warnings]}};
}

function refuse(store: ConsoleStore, kind: FormSheet['kind'], refusal: string): void {
	changeSheet(store, kind, sheet => ({...sheet, refusal}));
}

function submitRevision(
	store: ConsoleStore,
	form: RevisionFormSheet | ScalingFormSheet,
	service: ServiceView,
): FormOutcome {
	const limits = limitsFor(store.getState(), form.kind);
	const judged = judgedRevision(
		form.kind,
		{...form, now: service},
		form.values,
		new Set(idsOf(form.values)),
		limits,
	);
	changeSheet(store, form.kind, () => judged);
	if (Object.keys(judged.errors).length > 0) return {kind: 'wrong'};
	const state = store.getState();
	const base = chosenBase(form);
	const based = basedOn(service, base);
	const facts = factsOf(state, service);
	const plan = planRevision(service, toRevisionRequest(form.values, based, limits), {
		base,
		stable: releaseOf(facts).stable?.revision,
		placeholders: facts.placeholders,
	});
	if (!plan.ok) {
		refuse(store, form.kind, plan.reason);
		return {kind: 'wrong'};
	}
	const lines = [{label: 'Made from', value: madeFrom(form, service)}, ...revisionFacts(form.values, based)];
	return {kind: 'plan', plan: planCreateRevision(facts, plan, lines, {action: form.kind})};
}

function madeFrom({values, offer}: RevisionFormSheet | ScalingFormSheet, {summary}: ServiceView): string {
	if (!offer) return `the template, which is what users run: ${summary.image}`;
	if (values.base === 'users') return `what users run: ${offer.running}`;
	return `the template: ${offer.template}${offer.outcome === undefined ? '' : `, ${offer.outcome}`}`;
}

function submitTags(store: ConsoleStore, form: TagFormSheet, service: ServiceView): FormOutcome {
	const judged = judgedTags(form, form.revision, form.values, new Set(['tags']));
	changeSheet(store, 'tag', () => judged);
	if (judged.errors.tags !== undefined) return {kind: 'wrong'};
	const planned = planTags(factsOf(store.getState(), service), form.revision, splitTags(form.values.tags));
	if (planned.ok) return {kind: 'plan', plan: planned.plan};
	refuse(store, 'tag', planned.reason);
	return {kind: 'wrong'};
}

/** Shows a refusal of the server in the form under the review, at the fields it is about. True when there is a form. */
export function refuseForm(store: ConsoleStore, sentence: string): boolean {
	const {sheets} = store.getState();
	const form = sheets.find(isForm);
	if (!form) return false;
	const complaints = refusals(sentence, form.kind === 'create service' ? 'service' : 'revision');
	const refused: Record<string, string> = {};
	const rest: string[] = [];
	for (const complaint of complaints) {
		const field = form.kind === 'tag' && complaint.field === 'newTag' ? 'tags' : complaint.field;
		if (field !== undefined && field in form.values) refused[field] = complaint.sentence;
		else rest.push(complaint.sentence);
	}
	changeSheet(store, form.kind, sheet => ({
		...sheet,
		refused,
		refusal: rest.length > 0 ? rest.join(' ') : undefined,
	}));
	return true;
}
