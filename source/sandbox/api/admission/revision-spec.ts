/**
 * The rules of a revision's spec: what the validating webhook denies, with its words.
 *
 * Sources: knative/serving pkg/apis/serving/{k8s_validation,fieldmask}.go, pkg/apis/serving/v1/revision_validation.go,
 * all feature flags as they are by default.
 */
import {isObject, listOf, objectsOf, stringOf, type JsonObject} from '../body/json.js';
import {subdomain1123Problems} from '../verbs/names.js';
import {containerErrors} from './container.js';
import {disallowedField, invalidField, missingField, outOfBounds, type FieldError} from './field-error.js';
import {volumeErrors} from './volumes.js';
import type {AdmissionSettings} from './admission-settings.js';

/** Fields of a pod that the schema knows and a feature flag would have to allow. */
const gated = [
	'affinity',
	'topologySpreadConstraints',
	'hostAliases',
	'nodeSelector',
	'runtimeClassName',
	'tolerations',
	'securityContext',
	'shareProcessNamespace',
	'priorityClassName',
	'schedulerName',
	'initContainers',
	'dnsPolicy',
	'dnsConfig',
	'hostIPC',
	'hostPID',
	'hostNetwork',
];

/** @param path of the spec: `spec.template.spec`, `spec` for a Revision. */
export function revisionSpecErrors(
	spec: JsonObject,
	path: string,
	settings: AdmissionSettings,
): FieldError[] {
	const errors: FieldError[] = gated
		.filter(field => isPresent(spec[field]))
		.map(field => disallowedField(`${path}.${field}`));
	// Only the opt-out is allowed.
	if (spec['automountServiceAccountToken'] === true) {
		errors.push(disallowedField(`${path}.automountServiceAccountToken`));
	}

	const containers = objectsOf(spec['containers']);
	const initContainers = objectsOf(spec['initContainers']);
	if (initContainers.length > 0) {
		errors.push({
			message: `pod spec support for init-containers is off, but found ${initContainers.length} init containers`,
			paths: [],
		});
	}

	const volumes = objectsOf(spec['volumes']);
	errors.push(
		...containers.flatMap((container, index) =>
			insecureDefaults(container, `${path}.containers[${index}].securityContext`),
		),
		...volumeErrors(volumes, [...initContainers, ...containers], `${path}.volumes`),
		...portCountErrors(containers, path),
	);

	if (containers.length === 0) {
		errors.push(missingField(`${path}.containers`));
	}

	const names = new Set<string>();
	for (const [index, container] of containers.entries()) {
		const at = `${path}.containers[${index}]`;
		const name = stringOf(container['name']);
		if (names.has(name)) {
			errors.push({message: `duplicate container name ${JSON.stringify(name)}`, paths: [`${at}.name`]});
		}

		names.add(name);
		const serving = containers.length === 1 || listOf(container['ports']).length > 0;
		errors.push(...containerErrors(container, volumes, serving, at));
	}

	const account = stringOf(spec['serviceAccountName']);
	if (account !== '') {
		errors.push(
			...subdomain1123Problems(account).map(problem =>
				invalidField(account, `${path}.serviceAccountName`, problem),
			),
		);
	}

	return [...errors, ...limitErrors(spec, path, settings)];
}

function limitErrors(spec: JsonObject, path: string, settings: AdmissionSettings): FieldError[] {
	const {maxTimeout, minConcurrency: least, maxConcurrency: most} = settings;
	const errors: FieldError[] = [];
	const {timeoutSeconds, containerConcurrency} = spec;
	if (typeof timeoutSeconds === 'number' && (timeoutSeconds < 0 || timeoutSeconds > maxTimeout)) {
		errors.push(outOfBounds(timeoutSeconds, 0, maxTimeout, `${path}.timeoutSeconds`));
	}

	if (
		typeof containerConcurrency === 'number' &&
		(containerConcurrency < least || containerConcurrency > most)
	) {
		errors.push(outOfBounds(containerConcurrency, least, most, `${path}.containerConcurrency`));
	}

	return errors;
}

function portCountErrors(containers: JsonObject[], path: string): FieldError[] {
	const count = containers.reduce((sum, container) => sum + listOf(container['ports']).length, 0);
	if (count === 0 && containers.length > 1) {
		return [missingField(`${path}.containers[*].ports`)];
	}

	return count > 1
		? [
				{
					message: 'more than one container port is set',
					paths: [`${path}.containers[*].ports`],
					details: 'Only a single port is allowed across all containers',
				},
			]
		: [];
}

/** Warnings about what Kubernetes leaves open unless a container's securityContext closes it. */
function insecureDefaults(container: JsonObject, path: string): FieldError[] {
	const context = isObject(container['securityContext']) ? container['securityContext'] : {};
	const open: string[] = ['runAsNonRoot', 'allowPrivilegeEscalation'].filter(
		field => !isPresent(context[field]),
	);
	const {seccompProfile, capabilities} = context;
	if (!isObject(seccompProfile)) {
		open.push('seccompProfile');
	} else if (stringOf(seccompProfile['type']) === '') {
		open.push('seccompProfile.type');
	}

	const errors: FieldError[] = [];
	if (!isObject(capabilities)) {
		open.push('capabilities');
	} else if (!isPresent(capabilities['drop'])) {
		open.push('capabilities.drop');
	} else if (listOf(capabilities['drop'])[0] === 'all') {
		errors.push({
			...invalidField('all', `${path}.capabilities.drop`, "Must be spelled as 'ALL'"),
			level: 'warning',
		});
	}

	return open.length === 0
		? errors
		: [
				...errors,
				{
					message:
						'Kubernetes default value is insecure, Knative may default this to secure in a future release',
					paths: open.map(field => `${path}.${field}`),
					level: 'warning',
				},
			];
}

/** Whether Go's decoder would leave anything but the zero value. */
function isPresent(value: unknown): boolean {
	return (
		value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
	);
}
