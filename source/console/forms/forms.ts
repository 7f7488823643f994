/** The forms: opened with what was left in them, judged as one types, turned into a plan when they are sent. */
import {refusals} from '../../knative/forms/field-errors.js';
import {planRevision} from '../../knative/revision/plan-revision.js';
import {initialRevision, toRevisionRequest, type RevisionValues} from '../../knative/forms/revision-form.js';
import {initialService, toService, type ServiceValues} from '../../knative/forms/service-form.js';
import type {ServiceView} from '../../knative/service/service.js';
import {stockLimits} from '../../knative/autoscaling/autoscaling.js';
import {splitTags, tagsOf} from '../../knative/split/tags.js';
import type {Warning} from '../../knative/release/warnings.js';
import {revisionFacts, serviceFacts} from './form-facts.js';
import {judgedRevision, judgedService, judgedTags, limitsFor, limitsOf, type On} from './form-judging.js';
import {orphanOf, serviceOfForm, takenOver, type FormOfService} from './form-service.js';
import {changesOf} from '../session/change-recorder.js';
import {planTags} from '../../release/plan-split.js';
import {planCreateRevision, planCreateService} from '../../release/plan-object.js';
import {
	knownRevisions,
	selectedRevision,
	selectedService,
	whyNoRevision,
	whyNoService,
} from '../state/read.js';
import {refusedRight, type RightName} from '../session/rights.js';
import {changeSheet, formKey, isForm, notify, openSheet} from '../state/select.js';
import type {FormSheet, RevisionFormSheet, ScalingFormSheet, TagFormSheet} from '../sheets/sheets.js';
import type {Plan} from '../../release/plan.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

export function openServiceForm(store: ConsoleStore): void {
	const state = store.getState();
	if (isWithheld(store, 'create')) return;
	const left = state.leftForms.get(formKey({kind: 'create service'}));
	openSheet(store, left ?? judgedService(state, initialService({namespace: state.namespace}), new Set()));
}

export function openRevisionForm(store: ConsoleStore): void {
	openFor(store, service => ({
		key: formKey({kind: 'create revision', uid: service.uid}),
		fresh: () =>
			judgedRevision('create revision', on(service), initialRevision(service), new Set(), stockLimits),
	}));
}

/** Returns whether it was opened: then the defaults of the cluster are worth asking for. */
export function openScalingForm(store: ConsoleStore): boolean {
	return openFor(store, service => ({
		key: formKey({kind: 'autoscaling', uid: service.uid}),
		fresh: () =>
			judgedRevision(
				'autoscaling',
				on(service),
				initialRevision(service),
				new Set(),
				limitsOf(store.getState()),
			),
	}));
}

/** Of the selected revision. */
export function openTagForm(store: ConsoleStore): void {
	const state = store.getState();
	const revision = selectedRevision(state);
	if (!revision) return notify(store, {tone: 'info', text: whyNoRevision(state)});
	openFor(store, service => ({
		key: formKey({kind: 'tag', uid: service.uid, revision: revision.name}),
		fresh: () =>
			judgedTags(on(service), revision.name, {tags: tagsOf(service, revision.name).join(', ')}, new Set()),
	}));
}

const on = (service: ServiceView) => ({seen: service, isAnother: false, now: service});

function isWithheld(store: ConsoleStore, right: RightName): boolean {
	const sentence = refusedRight(store.getState(), right);
	if (sentence !== undefined) notify(store, {tone: 'bad', text: sentence});
	return sentence !== undefined;
}

function openFor(
	store: ConsoleStore,
	form: (service: ServiceView) => {key: string; fresh: () => FormSheet},
): boolean {
	const state = store.getState();
	const service = selectedService(state);
	if (!service) {
		notify(store, {tone: 'info', text: whyNoService(state)});
		return false;
	}
	if (isWithheld(store, 'patch')) return false;
	const {key, fresh} = form(service);
	openSheet(store, state.leftForms.get(key) ?? orphanOf(state, key, service) ?? fresh());
	return true;
}

export function changeServiceForm(store: ConsoleStore, change: Partial<ServiceValues>): void {
	changeSheet(store, 'create service', sheet => {
		const ids = idsOf(change);
		const touched = new Set([...sheet.touched, ...ids]);
		const judged = judgedService(store.getState(), {...sheet.values, ...change}, touched);
		return {...judged, refused: without(sheet.refused, ids)};
	});
}

export function changeRevisionForm(
	store: ConsoleStore,
	change: Partial<RevisionValues>,
	kind: 'create revision' | 'autoscaling' = 'create revision',
): void {
	changeSheet(store, kind, sheet => {
		const state = store.getState();
		const ids = idsOf(change);
		const touched = new Set([...sheet.touched, ...ids]);
		const values: RevisionValues = {...sheet.values, ...change};
		const judged = judgedRevision(kind, onOf(state, sheet), values, touched, limitsFor(state, kind));
		return {...judged, refused: without(sheet.refused, ids)};
	});
}

/** What the form is judged by: one of the same name is another service, until the form is taken over to it. */
function onOf(state: ConsoleState, form: FormOfService): On {
	const found = serviceOfForm(state, form);
	return {...form, now: found.kind === 'there' ? found.service : form.seen};
}

export function changeTagForm(store: ConsoleStore, tags: string): void {
	changeSheet(store, 'tag', sheet => judgedTags(sheet, sheet.revision, {tags}, new Set(['tags'])));
}

/** The field was left: from now on what is wrong with it is shown. */
export function touchField(store: ConsoleStore, form: FormSheet['kind'], id: string): void {
	switch (form) {
		case 'create service':
			return changeSheet(store, form, sheet => ({
				...sheet,
				touched: withField(sheet.touched, sheet.values, id),
			}));
		case 'create revision':
		case 'autoscaling':
			return changeSheet(store, form, sheet => ({
				...sheet,
				touched: withField(sheet.touched, sheet.values, id),
			}));
		case 'tag':
			return changeSheet(store, form, sheet => ({...sheet, touched: new Set(['tags'])}));
	}
}

function withField<Values extends object>(
	touched: ReadonlySet<keyof Values & string>,
	values: Values,
	id: string,
): ReadonlySet<keyof Values & string> {
	return isId(values, id) ? new Set([...touched, id]) : touched;
}

function isId<Values extends object>(values: Values, id: string): id is keyof Values & string {
	return Object.hasOwn(values, id);
}

/** The fields that the values have. */
function idsOf<Values extends object>(values: Values): (keyof Values & string)[] {
	return Object.keys(values).filter(id => isId(values, id));
}

function without<Id extends string>(
	errors: Partial<Record<Id, string>>,
	ids: readonly Id[],
): Partial<Record<Id, string>> {
	const kept = {...errors};
	for (const id of ids) delete kept[id];
	return kept;
}

export type FormOutcome = {kind: 'plan'; plan: Plan} | {kind: 'wrong'};

/** Judges the form on top as a whole. With nothing wrong it becomes a plan; else every field shows what is wrong. */
export function submitForm(store: ConsoleStore): FormOutcome {
	const state = store.getState();
	const form = state.sheets.at(-1);
	if (form?.kind === 'create service') {
		const judged = judgedService(state, form.values, new Set(idsOf(form.values)));
		changeSheet(store, 'create service', () => judged);
		if (Object.keys(judged.errors).length > 0) return {kind: 'wrong'};
		return {kind: 'plan', plan: planCreateService(toService(form.values), serviceFacts(form.values))};
	}
	if (!form || !isForm(form)) return {kind: 'wrong'};
	const found = serviceOfForm(state, form);
	if (found.kind === 'gone') {
		notify(store, {tone: 'bad', text: `Nothing to review: there is no service ${form.service} any more.`});
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

function mayHave(state: ConsoleState, service: ServiceView, revision: string): boolean {
	return knownRevisions(state, service.name)?.some(({name}) => name === revision) ?? true;
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
	const plan = planRevision(service, toRevisionRequest(form.values, service, limits));
	if (!plan.ok) {
		refuse(store, form.kind, plan.reason);
		return {kind: 'wrong'};
	}
	const facts = revisionFacts(form.values, service);
	return {kind: 'plan', plan: planCreateRevision(service, plan, facts, form.kind)};
}

function submitTags(store: ConsoleStore, form: TagFormSheet, service: ServiceView): FormOutcome {
	const judged = judgedTags(form, form.revision, form.values, new Set(['tags']));
	changeSheet(store, 'tag', () => judged);
	if (judged.errors.tags !== undefined) return {kind: 'wrong'};
	const state = store.getState();
	const planned = planTags(
		{
			service,
			revisions: knownRevisions(state, service.name),
			changes: changesOf(state, service.uid),
			now: Date.now(),
		},
		form.revision,
		splitTags(form.values.tags),
	);
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

export function forgetForm(store: ConsoleStore, key: string): void {
	store.setState(({leftForms}) => {
		const next = new Map(leftForms);
		next.delete(key);
		return {leftForms: next};
	});
}
