/**
 * The webhooks of Knative Serving: one that fills in defaults and one that denies, in that order, around the checks that
 * Kubernetes itself makes.
 *
 * Sources: knative/serving pkg/apis/serving/v1/{service,configuration,route,revision}_{defaults,validation}.go,
 * pkg/webhook; knative/pkg webhook/resourcesemantics.
 */
import {isDeepStrictEqual} from 'node:util';
import type {Resource, StoredObject} from '../../shared-store.js';
import {at, isObject, objectOf, objectsOf, stringOf, stringsOf, type JsonObject} from '../body/json.js';
import {label1035Problems} from '../verbs/names.js';
import {decodingProblem} from '../../kubectl-compat/schema/decoding.js';
import {fillRequired, omitEmpty} from '../../kubectl-compat/schema/schema.js';
import {schemaOf} from '../../kubectl-compat/schema/knative.js';
import {badRequest} from '../http/api-error.js';
import {
	networkingErrors,
	progressDeadlineErrors,
	queueProxyErrors,
	rolloutDurationErrors,
	userInfoErrors,
	type Annotations,
} from './annotations.js';
import {autoscalingErrors, misplacedAutoscalingErrors} from './autoscaling-annotations.js';
import {
	disallowedField,
	fieldErrorText,
	invalidField,
	mergedLines,
	missingField,
	type FieldError,
} from './field-error.js';
import {revisionDiff, templateDiff} from './go-diff.js';
import {setRevisionDefaults} from './revision-defaults.js';
import {revisionSpecErrors} from './revision-spec.js';
import type {AdmissionSettings} from './admission-settings.js';
import {defaultedTraffic, trafficErrors} from './traffic.js';

const servingGroup = 'serving.knative.dev';
const creator = 'serving.knative.dev/creator';
const lastModifier = 'serving.knative.dev/lastModifier';

/**
 * The mutating webhook: fills in defaults and who wrote, in place.
 *
 * @param old the stored object of an update.
 * @throws ApiError 400 when the object cannot be decoded.
 */
export function mutate(
	resource: Resource,
	object: JsonObject,
	old: StoredObject | undefined,
	user: string,
	settings: AdmissionSettings,
): void {
	if (resource.group !== servingGroup) {
		return;
	}

	const problem = decodingProblem(resource.kind, schemaOf(resource), object);
	if (problem !== undefined) {
		throw badRequest(
			`admission webhook "webhook.serving.knative.dev" denied the request: mutation failed: cannot decode incoming new object: ${problem}`,
		);
	}

	withoutNulls(object);
	omitEmpty({...schemaOf(resource), required: ['metadata', 'spec']}, object);
	const spec = isObject(object['spec']) ? object['spec'] : {};
	object['spec'] = spec;
	const creating = old === undefined;
	if (resource.plural === 'services' || resource.plural === 'configurations') {
		setTemplateDefaults(spec, old, settings);
	}

	if (resource.plural === 'services' || resource.plural === 'routes') {
		spec['traffic'] = defaultedTraffic(spec['traffic'], resource.plural === 'services');
	}

	if (resource.plural === 'revisions' && creating) {
		setRevisionDefaults(spec, true, settings);
	}

	fillRequired({...schemaOf(resource), required: []}, object);
	if (resource.plural !== 'revisions' && !(resource.plural !== 'services' && isOwned(object))) {
		setUserInfo(object, old, user);
	}
}

function setTemplateDefaults(
	spec: JsonObject,
	old: StoredObject | undefined,
	settings: AdmissionSettings,
): void {
	const template = isObject(spec['template']) ? spec['template'] : {};
	spec['template'] = template;
	// Go writes the struct even when it is empty.
	template['metadata'] ??= {};
	const name = stringOf(at(template, 'metadata', 'name'));
	// A revision that was named by hand must not change by a change of the defaults.
	if (old && name !== '' && name === stringOf(at(old.spec, 'template', 'metadata', 'name'))) {
		return;
	}

	const revision = isObject(template['spec']) ? template['spec'] : {};
	template['spec'] = revision;
	setRevisionDefaults(revision, old === undefined, settings);
}

function setUserInfo(object: JsonObject, old: StoredObject | undefined, user: string): void {
	const metadata = objectOf(object['metadata']);
	const annotations = objectOf(metadata['annotations']);
	if (!old) {
		metadata['annotations'] = {...annotations, [creator]: user, [lastModifier]: user};
	} else if (!isDeepStrictEqual(object['spec'], old.spec)) {
		metadata['annotations'] = {...annotations, [lastModifier]: user};
	}
}

/** Go writes neither null nor the empty value of an optional string. */
function withoutNulls(value: unknown): void {
	for (const entry of Array.isArray(value) ? value : []) {
		withoutNulls(entry);
	}

	if (isObject(value)) {
		for (const [field, inner] of Object.entries(value)) {
			if (inner === null) {
				Reflect.deleteProperty(value, field);
			} else {
				withoutNulls(inner);
			}
		}
	}
}

/**
 * The validating webhook.
 *
 * @param told is added to: what the webhook warns of, whether or not it lets the object through.
 * @throws ApiError 400 in the words of the webhook when it does not.
 */
export function validate(
	resource: Resource,
	object: JsonObject,
	old: StoredObject | undefined,
	settings: AdmissionSettings,
	told: string[],
): void {
	if (resource.group !== servingGroup) {
		return;
	}

	const errors = errorsOf(resource, object, old, settings);
	const denials = errors.filter(error => error.level === undefined);
	told.push(...mergedLines(errors.filter(error => error.level !== undefined)));
	if (denials.length > 0) {
		throw badRequest(
			`admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: ${fieldErrorText(denials)}`,
		);
	}
}

function errorsOf(
	resource: Resource,
	object: JsonObject,
	old: StoredObject | undefined,
	settings: AdmissionSettings,
): FieldError[] {
	const metadata = objectOf(object['metadata']);
	const spec = objectOf(object['spec']);
	const errors = nameErrors(metadata);
	const annotations = stringsOf(metadata['annotations']);
	if (resource.plural === 'revisions') {
		errors.push(...autoscalingErrors(annotations, 'metadata.annotations', settings));
		errors.push(...ownerLabelErrors(metadata, 'serving.knative.dev/configuration', 'Configuration'));
		if (old) {
			return isDeepStrictEqual(old.spec, spec)
				? errors
				: [
						{
							message: 'Immutable fields changed (-old +new)',
							paths: ['spec'],
							details: revisionDiff(old.spec, spec),
						},
					];
		}

		return [...errors, ...revisionSpecErrors(spec, 'spec', settings)];
	}

	errors.push(...misplacedAutoscalingErrors(annotations, 'metadata.annotations'));
	if (resource.plural === 'services' || resource.plural === 'routes') {
		errors.push(
			...rolloutDurationErrors(annotations, 'metadata.annotations'),
			...trafficErrors(spec['traffic'], resource.plural === 'services'),
		);
	}

	if (resource.plural === 'services' || resource.plural === 'configurations') {
		errors.push(...templateErrors(objectOf(spec['template']), metadata, old, settings));
	}

	if (resource.plural !== 'services') {
		errors.push(...ownerLabelErrors(metadata, 'serving.knative.dev/service', 'Service'));
	}

	if (old && (resource.plural === 'services' || !isOwned(object))) {
		errors.push(
			...userInfoErrors(
				stringsOf(old.metadata.annotations),
				annotations,
				!isDeepStrictEqual(old.spec, spec),
				'metadata.annotations',
			),
		);
	}

	return errors;
}

function nameErrors(metadata: JsonObject): FieldError[] {
	const name = stringOf(metadata['name']);
	const problems = name === '' ? [] : label1035Problems(name);
	return problems.length === 0
		? []
		: [{message: `not a DNS 1035 label: [${problems.join(' ')}]`, paths: ['metadata.name']}];
}

function templateErrors(
	template: JsonObject,
	parent: JsonObject,
	old: StoredObject | undefined,
	settings: AdmissionSettings,
): FieldError[] {
	const path = 'spec.template';
	const metadata = objectOf(template['metadata']);
	const name = stringOf(metadata['name']);
	const errors = [
		...revisionSpecErrors(objectOf(template['spec']), `${path}.spec`, settings),
		...templateAnnotationErrors(stringsOf(metadata['annotations']), `${path}.metadata.annotations`, settings),
		...revisionNameErrors(name, parent, `${path}.metadata.name`),
	];
	const oldTemplate = at(old?.spec, 'template');
	if (
		name !== '' &&
		name === stringOf(at(oldTemplate, 'metadata', 'name')) &&
		!isDeepStrictEqual(oldTemplate, template)
	) {
		errors.push({
			message: 'Saw the following changes without a name change (-old +new)',
			paths: [`${path}.metadata.name`],
			details: templateDiff(oldTemplate, template),
		});
	}

	return errors;
}

/** The name of a revision that its author chose. */
function revisionNameErrors(name: string, parent: JsonObject, path: string): FieldError[] {
	if (name === '') {
		return [];
	}

	const problems = label1035Problems(name);
	if (problems.length > 0) {
		return [invalidField(`not a DNS 1035 label: [${problems.join(' ')}]`, path)];
	}

	const parentName = stringOf(parent['name']);
	if (parentName === '' && stringOf(parent['generateName']) !== '') {
		return [disallowedField(path)];
	}

	const prefix = `${parentName}-`;
	return name.startsWith(prefix)
		? []
		: [invalidField(`${JSON.stringify(name)} must have prefix ${JSON.stringify(prefix)}`, path)];
}

/** Labels that name an owner have to tell the truth. */
function ownerLabelErrors(metadata: JsonObject, label: string, kind: string): FieldError[] {
	const value = stringsOf(metadata['labels']).get(label);
	const owned = objectsOf(metadata['ownerReferences']).some(
		owner => owner['kind'] === kind && owner['name'] === value,
	);
	return value === undefined || owned ? [] : [missingField(`metadata.labels.${label}`)];
}

function isOwned(object: JsonObject): boolean {
	return objectsOf(objectOf(object['metadata'])['ownerReferences']).length > 0;
}

/** The template of a Service or Configuration: everything that holds for its annotations. */
function templateAnnotationErrors(
	annotations: Annotations,
	path: string,
	settings: AdmissionSettings,
): FieldError[] {
	return [
		...autoscalingErrors(annotations, path, settings),
		...networkingErrors(annotations, path),
		...queueProxyErrors(annotations, path),
		...progressDeadlineErrors(annotations, path),
	];
}
