/** The forms: opened with what was left in them, and judged as one types. What is sent becomes a plan in submit-form.ts. */
import {
	carryOver,
	initialRevision,
	type BaseOffer,
	type RevisionValues,
} from '../../knative/forms/revision-form.js';
import {initialService, type ServiceValues} from '../../knative/forms/service-form.js';
import type {ServiceView} from '../../knative/service/service.js';
import {stockLimits} from '../../knative/autoscaling/autoscaling.js';
import {splitTags, tagsOf} from '../../knative/split/tags.js';
import {
	judgedRevision,
	judgedService,
	judgedTags,
	limitsFor,
	limitsOf,
	chosenBase,
	type On,
} from './form-judging.js';
import {orphanOf, serviceOfForm, type FormOfService} from './form-service.js';
import {factsOf} from '../state/known-facts.js';
import {baseOffer, baseWarnings} from '../../release/base-offer.js';
import {freeCanaryTag} from '../../knative/release/free-tag.js';
import {basedOn, type Base} from '../../knative/revision/base.js';
import {missingRevision, missingService, selectedRevision, selectedService} from '../state/read.js';
import {refusedRight, type RightName} from '../session/rights.js';
import {homeNamespaceOf} from '../state/scope.js';
import {changeSheet, formKey, isForm, notifyWhile, openSheet, saidWhy} from '../state/select.js';
import type {FormSheet, RevisionFormSheet} from '../sheets/sheets.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

/** Opens what was left of a new Service, or an empty form. Does nothing but say so where the right is missing. */
export function openServiceForm(store: ConsoleStore): void {
	const state = store.getState();
	if (isWithheld(store, 'create', homeNamespaceOf(state))) return;
	const left = state.leftForms.get(formKey({kind: 'create service'}));
	const fresh = judgedService(state, initialService({namespace: homeNamespaceOf(state)}), new Set());
	openLeft(store, left, fresh);
}

/** Returns what users run, where it is not what the template makes: it is worth reading then. */
export function openRevisionForm(store: ConsoleStore): BaseOffer | undefined {
	let offer: BaseOffer | undefined;
	openFor(store, (service, state) => {
		offer = offerOf(state, service);
		return {
			key: formKey({kind: 'create revision', uid: service.uid}),
			fresh: () =>
				judgedRevision(
					'create revision',
					{...on(service), offer},
					{...initialRevision(service), newTag: freeTag(state, service)},
					new Set(),
					stockLimits,
				),
		};
	});
	return offer;
}

/** Returns whether it was opened, and what users run where that is not what the template makes. */
export function openScalingForm(store: ConsoleStore): {isOpen: boolean; offer: BaseOffer | undefined} {
	let offer: BaseOffer | undefined;
	const isOpen = openFor(store, (service, state) => {
		offer = offerOf(state, service);
		return {
			key: formKey({kind: 'autoscaling', uid: service.uid}),
			fresh: () =>
				judgedRevision(
					'autoscaling',
					{...on(service), offer},
					{...initialRevision(service), newTag: freeTag(state, service)},
					new Set(),
					limitsOf(store.getState()),
				),
		};
	});
	return {isOpen, offer};
}

const offerOf = (state: ConsoleState, service: ServiceView) => baseOffer(factsOf(state, service));

const freeTag = (state: ConsoleState, service: ServiceView) => freeCanaryTag(factsOf(state, service));

/** What users run was read: the form can be a change of that. Where the template has failed users, it is at once. */
export function baseRead(store: ConsoleStore, uid: string, running: Base): void {
	for (const kind of ['create revision', 'autoscaling'] as const) {
		changeSheet(store, kind, sheet => (sheet.uid === uid ? {...sheet, running} : sheet));
		const form = store.getState().sheets.findLast(sheet => sheet.kind === kind);
		if (form?.kind !== kind || form.uid !== uid) continue;
		const isBad = baseWarnings(factsOf(store.getState(), form.seen)).length > 0;
		if (!isBad || form.touched.size > 0) continue;
		changeRevisionForm(store, {base: 'users'}, kind);
		// Nobody has chosen it.
		changeSheet(store, kind, sheet => ({...sheet, touched: new Set<never>()}));
	}
}

/** Of the selected revision. */
export function openTagForm(store: ConsoleStore): void {
	const state = store.getState();
	const revision = selectedRevision(state);
	if (!revision) return void saidWhy(store, 'info', missingRevision);
	openFor(store, service => ({
		key: formKey({kind: 'tag', uid: service.uid, revision: revision.name}),
		fresh: () =>
			judgedTags(on(service), revision.name, {tags: tagsOf(service, revision.name).join(', ')}, new Set()),
	}));
}

/** Opens a form as it was left, which is said, where something was typed into it; else as it would be now. */
function openLeft(store: ConsoleStore, left: FormSheet | undefined, fresh: FormSheet): void {
	if (!left || !isTyped(left, fresh)) return openSheet(store, fresh);
	openSheet(store, left);
	notifyWhile(
		store,
		{tone: 'info', text: 'Here is what you typed before; nothing of it was sent.'},
		({sheets}) => sheets.some(({kind}) => kind === left.kind),
	);
}

/** Whether what the form was left with is the operator's: a base that it got by itself, with all that comes of it, is not. */
function isTyped(left: FormSheet, fresh: FormSheet): boolean {
	const isOnBase = left.kind === 'create revision' || left.kind === 'autoscaling';
	const values: object =
		isOnBase && fresh.kind === left.kind
			? rebased({...left, values: fresh.values}, {...fresh.values, base: left.values.base})
			: fresh.values;
	const untyped = new Map(Object.entries(values));
	const touched: ReadonlySet<string> = left.touched;
	return Object.entries(left.values).some(
		([id, value]) =>
			touched.has(id) && (id === 'base' || JSON.stringify(value) !== JSON.stringify(untyped.get(id))),
	);
}

const on = (service: ServiceView) => ({seen: service, isAnother: false, now: service});

function isWithheld(store: ConsoleStore, right: RightName, namespace: string): boolean {
	return saidWhy(store, 'bad', state => refusedRight(state, right, namespace));
}

function openFor(
	store: ConsoleStore,
	form: (service: ServiceView, state: ConsoleState) => {key: string; fresh: () => FormSheet},
): boolean {
	const state = store.getState();
	const service = selectedService(state);
	if (!service) {
		saidWhy(store, 'info', missingService);
		return false;
	}
	if (isWithheld(store, 'patch', service.namespace)) return false;
	const {key, fresh} = form(service, state);
	const left = state.leftForms.get(key) ?? orphanOf(state, key, service);
	openLeft(store, left, fresh());
	return true;
}

/** Takes what was typed and judges all of it again. A refusal of the server goes with the field that it is about. */
export function changeServiceForm(store: ConsoleStore, change: Partial<ServiceValues>): void {
	changeSheet(store, 'create service', sheet => {
		const ids = idsOf(change);
		const touched = new Set([...sheet.touched, ...ids]);
		const judged = judgedService(store.getState(), {...sheet.values, ...change}, touched);
		return {...judged, refused: without(sheet.refused, ids)};
	});
}

/** The same for a form of a revision. On another base the fields that nobody touched follow it. */
export function changeRevisionForm(
	store: ConsoleStore,
	change: Partial<RevisionValues>,
	kind: 'create revision' | 'autoscaling' = 'create revision',
): void {
	changeSheet(store, kind, sheet => {
		const state = store.getState();
		const ids = idsOf(change);
		const touched = new Set([...sheet.touched, ...ids]);
		const values = rebased(sheet, {...sheet.values, ...change});
		const judged = judgedRevision(kind, onOf(state, sheet), values, touched, limitsFor(state, kind));
		return {...judged, refused: without(sheet.refused, ids)};
	});
}

/** On another base, what was typed stays, and all else is as that one has it. */
function rebased(
	sheet: Pick<RevisionFormSheet, 'values' | 'running' | 'seen'>,
	values: RevisionValues,
): RevisionValues {
	if (values.base === sheet.values.base) return values;
	if (values.base === 'users' && !sheet.running) return sheet.values;
	const [from, to] = [sheet.values, values].map(({base}) =>
		basedOn(sheet.seen, chosenBase({values: {...values, base}, running: sheet.running})),
	);
	return from && to ? {...carryOver(values, from, to), base: values.base} : values;
}

/** What the form is judged by: one of the same name is another service, until the form is taken over to it. */
function onOf(state: ConsoleState, form: FormOfService): On {
	const found = serviceOfForm(state, form);
	return {...form, now: found.kind === 'there' ? found.service : form.seen};
}

/** The same for the tags of a revision, which are one text with commas. */
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
export function idsOf<Values extends object>(values: Values): (keyof Values & string)[] {
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

/** What the form on top would tag, and of which service: names that are worth asking for before it is reviewed. */
export function tagsOfForm(state: ConsoleState): {service: ServiceView; tags: readonly string[]} | undefined {
	const form = state.sheets.at(-1);
	if (!form || !isForm(form) || form.kind === 'create service') return undefined;
	const found = serviceOfForm(state, form);
	if (found.kind === 'gone') return undefined;
	const {service} = found;
	if (form.kind === 'tag') return {service, tags: splitTags(form.values.tags)};
	return {service, tags: [form.values.newTag, form.values.oldTag]};
}

/** What was typed there has been sent: `key` is that of {@link formKey}. */
export function forgetForm(store: ConsoleStore, key: string): void {
	store.setState(({leftForms}) => {
		const next = new Map(leftForms);
		next.delete(key);
		return {leftForms: next};
	});
}
