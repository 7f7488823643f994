/** The service a form was begun on: it may be deleted, and made anew under its name, while somebody types. */
import {carryOver} from '../traffic/revision-form.js';
import type {ServiceView} from '../traffic/service.js';
import {judgedRevision, judgedTags, limitsFor} from './form-judging.js';
import {formKey} from './select.js';
import type {FormSheet, RevisionFormSheet, ScalingFormSheet, TagFormSheet} from './sheets.js';
import type {ConsoleState} from './state.js';

export type FormOfService = RevisionFormSheet | ScalingFormSheet | TagFormSheet;

export type FormService =
	| {kind: 'there'; service: ServiceView}
	/** One of that name, but not the one that the form was begun on: that was deleted. */
	| {kind: 'another'; service: ServiceView}
	| {kind: 'gone'};

/** What has become of the service of a form, as far as the watch has told. */
export function serviceOfForm(
	{services, namespace, feeds}: Pick<ConsoleState, 'services' | 'namespace' | 'feeds'>,
	{uid, service: name, seen}: FormOfService,
): FormService {
	const same = services.find(service => service.uid === uid);
	if (same) return {kind: 'there', service: same};
	// What is not told of is gone only where everything was told.
	const {kind} = feeds.services;
	if (seen.namespace !== namespace || (kind !== 'live' && kind !== 'stale'))
		return {kind: 'there', service: seen};
	const another = services.find(service => service.name === name);
	return another ? {kind: 'another', service: another} : {kind: 'gone'};
}

/** The form on another service of the same name: what was changed in it stays changed, all else is as that one has it. */
export function takenOver(state: ConsoleState, form: FormOfService, service: ServiceView): FormOfService {
	const on = {seen: service, isAnother: true, now: service};
	if (form.kind === 'tag') return judgedTags(on, form.revision, form.values, form.touched);
	const values = carryOver(form.values, form.seen, service);
	return judgedRevision(form.kind, on, values, form.touched, limitsFor(state, form.kind));
}

/**
 * What was left in a form of this kind on a service of the same name that was deleted since: nobody finds it under its
 * uid any more. `key` is that of the form on `service`.
 */
export function orphanOf(
	{leftForms}: Pick<ConsoleState, 'leftForms'>,
	key: string,
	service: ServiceView,
): FormSheet | undefined {
	return [...leftForms.values()].findLast(
		form =>
			form.kind !== 'create service' &&
			form.touched.size > 0 &&
			form.seen.namespace === service.namespace &&
			form.service === service.name &&
			formKey({...form, uid: service.uid}) === key,
	);
}
