/** The two forms: opened with what was left in them, judged as one types, turned into a plan when they are sent. */
import {refusals} from '../traffic/field-errors.js';
import {planRevision} from '../traffic/plan-revision.js';
import {
	initialRevision,
	toRevisionRequest,
	validateRevision,
	type RevisionFieldId,
	type RevisionValues,
} from '../traffic/revision-form.js';
import {
	initialService,
	toService,
	validateService,
	type ServiceFieldId,
	type ServiceValues,
} from '../traffic/service-form.js';
import type {ServiceView} from '../traffic/service.js';
import {planCreateRevision, planCreateService} from './plan.js';
import {selectedService} from './read.js';
import {changeSheet, formKey, notify, openSheet} from './select.js';
import type {FormSheet, Plan, RevisionFormSheet, ServiceFormSheet} from './sheets.js';
import type {ConsoleState, ConsoleStore} from './state.js';

export function openServiceForm(store: ConsoleStore): void {
	const state = store.getState();
	if (!state.rights.create.allowed) return notify(store, {tone: 'bad', text: refusedRight(state, 'create')});
	const left = state.leftForms.get(formKey({kind: 'create service'}));
	openSheet(store, left ?? judgedService(state, initialService({namespace: state.namespace}), new Set()));
}

export function openRevisionForm(store: ConsoleStore): void {
	const state = store.getState();
	const service = selectedService(state);
	if (!service)
		return notify(store, {tone: 'info', text: 'Select a service first: a revision belongs to one.'});
	if (!state.rights.patch.allowed) return notify(store, {tone: 'bad', text: refusedRight(state, 'patch')});
	const left = state.leftForms.get(formKey({kind: 'create revision', uid: service.uid}));
	openSheet(store, left ?? judgedRevision(service, initialRevision(service), new Set()));
}

export function refusedRight({rights}: ConsoleState, verb: 'create' | 'patch'): string {
	return `Not possible here: ${rights[verb].reason}.`;
}

/** What the rules say of the values; a name that is taken is known before the server says it. */
function judgedService(
	{services, namespace}: ConsoleState,
	values: ServiceValues,
	touched: ReadonlySet<ServiceFieldId>,
): ServiceFormSheet {
	const errors = validateService(values);
	const taken = values.namespace === namespace && services.some(({name}) => name === values.name);
	return {
		kind: 'create service',
		values,
		touched,
		errors: taken ? {...errors, name: `${values.name} is taken in namespace ${namespace}.`} : errors,
		refused: {},
		refusal: undefined,
	};
}

function judgedRevision(
	service: ServiceView,
	values: RevisionValues,
	touched: ReadonlySet<RevisionFieldId>,
): RevisionFormSheet {
	return {
		kind: 'create revision',
		service: service.name,
		uid: service.uid,
		values,
		touched,
		errors: validateRevision(values, service),
		refused: {},
		refusal: undefined,
	};
}

/** The service a revision form is for, as it is now. */
function serviceOf(state: ConsoleState, {uid}: {uid: string}): ServiceView | undefined {
	return state.services.find(service => service.uid === uid);
}

export function changeServiceForm(store: ConsoleStore, change: Partial<ServiceValues>): void {
	changeSheet(store, 'create service', sheet => {
		const ids = idsOf(change);
		const touched = new Set([...sheet.touched, ...ids]);
		const judged = judgedService(store.getState(), {...sheet.values, ...change}, touched);
		return {...judged, refused: without(sheet.refused, ids)};
	});
}

export function changeRevisionForm(store: ConsoleStore, change: Partial<RevisionValues>): void {
	changeSheet(store, 'create revision', sheet => {
		const service = serviceOf(store.getState(), sheet);
		const ids = idsOf(change);
		const touched = new Set([...sheet.touched, ...ids]);
		const values: RevisionValues = {...sheet.values, ...change};
		if (!service) return {...sheet, values, touched};
		return {...judgedRevision(service, values, touched), refused: without(sheet.refused, ids)};
	});
}

/** The field was left: from now on what is wrong with it is shown. */
export function touchField(store: ConsoleStore, form: FormSheet['kind'], id: string): void {
	if (form === 'create service') {
		changeSheet(store, form, sheet => ({...sheet, touched: withField(sheet.touched, sheet.values, id)}));
	} else changeSheet(store, form, sheet => ({...sheet, touched: withField(sheet.touched, sheet.values, id)}));
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
	if (form?.kind !== 'create revision') return {kind: 'wrong'};
	const service = serviceOf(state, form);
	if (!service) {
		changeSheet(store, 'create revision', sheet => ({
			...sheet,
			refusal: `${form.service} is not there any more; somebody has deleted it.`,
		}));
		return {kind: 'wrong'};
	}
	const judged = judgedRevision(service, form.values, new Set(idsOf(form.values)));
	changeSheet(store, 'create revision', () => judged);
	if (Object.keys(judged.errors).length > 0) return {kind: 'wrong'};
	const plan = planRevision(service, toRevisionRequest(form.values, service));
	if (!plan.ok) {
		changeSheet(store, 'create revision', sheet => ({...sheet, refusal: plan.reason}));
		return {kind: 'wrong'};
	}
	return {kind: 'plan', plan: planCreateRevision(service, plan, revisionFacts(form.values, service))};
}

/** Shows a refusal of the server in the form under the review, at the fields it is about. True when there is a form. */
export function refuseForm(store: ConsoleStore, sentence: string): boolean {
	const {sheets} = store.getState();
	const form = sheets.find(
		(sheet): sheet is FormSheet => sheet.kind === 'create service' || sheet.kind === 'create revision',
	);
	if (!form) return false;
	const complaints = refusals(sentence, form.kind === 'create service' ? 'service' : 'revision');
	const refused: Record<string, string> = {};
	const rest: string[] = [];
	for (const complaint of complaints) {
		if (complaint.field !== undefined && complaint.field in form.values) {
			refused[complaint.field] = complaint.sentence;
		} else rest.push(complaint.sentence);
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

function serviceFacts(values: ServiceValues): Plan['facts'] {
	return [
		{label: 'Image', value: values.image},
		{label: 'Protocol', value: `${values.protocol === 'grpc' ? 'gRPC (h2c)' : 'HTTP'}, port ${values.port}`},
		{label: 'Environment', value: values.env.map(({name, value}) => `${name}=${value}`).join('  ')},
		{label: 'Pods', value: range(values.minScale, values.maxScale)},
		{
			label: 'Concurrency',
			value: [
				values.target && `soft ${values.target}`,
				values.containerConcurrency && `hard ${values.containerConcurrency}`,
			]
				.filter(part => part !== '')
				.join(', '),
		},
		{
			label: 'Limits',
			value: [values.cpu && `CPU ${values.cpu}`, values.memory && `memory ${values.memory}`]
				.filter(part => part !== '')
				.join(', '),
		},
		{label: 'Command', value: [values.command, values.args].filter(part => part !== '').join(' ')},
		{label: 'Visible', value: values.clusterLocal ? 'in the cluster only' : ''},
		{label: 'Traffic', value: '100 % to the latest ready revision'},
	].filter(({value}) => value !== '');
}

function range(min: string, max: string): string {
	return min === '' && max === '' ? '' : `${min || '0'} to ${max === '' || max === '0' ? 'any number' : max}`;
}

function revisionFacts(values: RevisionValues, service: ServiceView): Plan['facts'] {
	const before = initialRevision(service);
	const facts: {label: string; value: string}[] = [];
	for (const row of values.env) {
		const old = before.env.find(({name}) => name === row.name);
		if (row.source !== undefined || old?.value === row.value) continue;
		facts.push({
			label: row.name,
			value: old === undefined ? `${row.value}  (new)` : `${old.source ?? old.value} → ${row.value}`,
		});
	}
	for (const row of before.env) {
		if (!values.env.some(({name}) => name === row.name)) facts.push({label: row.name, value: 'removed'});
	}
	const plain = Object.keys(values).filter(
		(id): id is Exclude<RevisionFieldId, 'env' | 'percent' | 'newTag' | 'oldTag'> =>
			!['env', 'percent', 'newTag', 'oldTag'].includes(id),
	);
	for (const id of plain) {
		if (values[id] === before[id]) continue;
		facts.push({label: id, value: `${before[id] || 'not set'} → ${values[id] || 'not set'}`});
	}
	return facts;
}
