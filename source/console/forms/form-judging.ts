/** What the rules say of the values of a form. Pure. */
import {stockLimits, type AutoscalingLimits} from '../../knative/autoscaling/autoscaling.js';
import {basedOn, type Base} from '../../knative/revision/base.js';
import {
	validateRevision,
	type RevisionFieldId,
	type RevisionValues,
} from '../../knative/forms/revision-form.js';
import {validateService, type ServiceFieldId, type ServiceValues} from '../../knative/forms/service-form.js';
import type {ServiceView} from '../../knative/service/service.js';
import {tagsRule} from '../../knative/split/tags.js';
import type {
	OfService,
	OnBase,
	RevisionFormSheet,
	ScalingFormSheet,
	ServiceFormSheet,
	TagFormSheet,
} from '../sheets/sheets.js';
import type {ConsoleState} from '../state/state.js';
import {indexOfName} from '../tables/tables.js';

/** The service of a form as it was when the form was begun, and as it is now, by which the form is judged. */
export type On = Pick<OfService, 'seen' | 'isAnother'> & Partial<OnBase> & {now: ServiceView};

/** What users run, where the form is a change of that and not of the template. */
export function chosenBase({
	values,
	running,
}: {
	values: RevisionValues;
	running?: Base | undefined;
}): Base | undefined {
	return values.base === 'users' ? running : undefined;
}

/** What this cluster allows, as far as it is known. */
export function limitsOf({scalingDefaults}: ConsoleState): AutoscalingLimits {
	return scalingDefaults.kind === 'known' ? scalingDefaults.limits : stockLimits;
}

/**
 * By which limits autoscaling is judged: those of the cluster where they were read for this form, otherwise Knative’s own.
 */
export function limitsFor(state: ConsoleState, kind: 'create revision' | 'autoscaling'): AutoscalingLimits {
	return kind === 'autoscaling' ? limitsOf(state) : stockLimits;
}

/** What the rules say of the values; a name that is taken is known before the server says it. */
export function judgedService(
	{services}: ConsoleState,
	values: ServiceValues,
	touched: ReadonlySet<ServiceFieldId>,
): ServiceFormSheet {
	const errors = validateService(values);
	const {namespace} = values;
	const taken = indexOfName(services, {namespace, name: values.name}) !== -1;
	return {
		kind: 'create service',
		values,
		touched,
		errors: taken ? {...errors, name: `${values.name} is taken in namespace ${namespace}.`} : errors,
		refused: {},
		refusal: undefined,
	};
}

/** A form of a revision with what is wrong with it. Errors of fields that nobody has touched are there and not shown. */
export function judgedRevision(
	kind: 'create revision' | 'autoscaling',
	{seen, isAnother, now, offer, running}: On,
	values: RevisionValues,
	touched: ReadonlySet<RevisionFieldId>,
	limits: AutoscalingLimits,
): RevisionFormSheet | ScalingFormSheet {
	return {
		kind,
		service: seen.name,
		uid: seen.uid,
		seen,
		isAnother,
		offer,
		running,
		values,
		touched,
		errors: validateRevision(values, basedOn(now, chosenBase({values, running})), limits),
		refused: {},
		refusal: undefined,
	};
}

/** The form of tags with what is wrong with it, if anything. */
export function judgedTags(
	{seen, isAnother}: Omit<On, 'now'>,
	revision: string,
	values: TagFormSheet['values'],
	touched: ReadonlySet<'tags'>,
): TagFormSheet {
	const sentence = tagsRule(values.tags, seen.name);
	return {
		kind: 'tag',
		service: seen.name,
		uid: seen.uid,
		seen,
		isAnother,
		revision,
		values,
		touched,
		errors: sentence === undefined ? {} : {tags: sentence},
		refused: {},
		refusal: undefined,
	};
}
