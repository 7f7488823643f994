/** The service a form was begun on: it may be deleted, and made again under its name, while somebody types. */
import {carryOver} from '../../knative/forms/revision-form.js';
import type {ServiceView} from '../../knative/service/service.js';
import {targetStatusOf, type TargetStatus, type Told} from '../sheets/target-status.js';
import {judgedRevision, judgedTags, limitsFor} from './form-judging.js';
import {formKey} from '../state/select.js';
import type {FormSheet, RevisionFormSheet, ScalingFormSheet, TagFormSheet} from '../sheets/sheets.js';
import type {ConsoleState} from '../state/state.js';

export type FormOfService = RevisionFormSheet | ScalingFormSheet | TagFormSheet;

export type FormService = Exclude<TargetStatus, {kind: 'not told'}>;

/** What has become of the service of a form; as long as that is not told, it is taken to be as it was. */
export function serviceOfForm(state: Told, {seen, uid, service: name}: FormOfService): FormService {
	const absence = targetStatusOf(state, {uid, name, namespace: seen.namespace});
	return absence.kind === 'not told' ? {kind: 'there', service: seen} : absence;
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
