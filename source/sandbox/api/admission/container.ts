/** The rules of one container. Source: knative/serving pkg/apis/serving/k8s_validation.go. */
import {parseImageReference} from '../../images/reference.js';
import {isObject, listOf, objectOf, objectsOf, stringOf, type JsonObject} from '../body/json.js';
import {
	disallowedField,
	invalidField,
	missingField,
	missingOneOf,
	multipleOneOf,
	outOfBounds,
	type FieldError,
} from './field-error.js';
import {probeErrors, readinessProbeErrors} from './probe-rules.js';
import {mountErrors} from './volumes.js';

/** What Knative sets itself; a sidecar may have a PORT of its own. */
const reservedEnvironment = ['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION'];
/** Ports of queue-proxy and profiling. */
const reservedPorts = new Set([8008, 8012, 8013, 8022, 9090, 9091]);
const largestId = 2 ** 31 - 1;

/** @param serving whether requests go to this container: it alone has a port and its probes may leave the port open. */
export function containerErrors(
	container: JsonObject,
	volumes: JsonObject[],
	serving: boolean,
	path: string,
): FieldError[] {
	const errors: FieldError[] = [];
	for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
		const probe = container[name];
		if (!isObject(probe)) {
			continue;
		}

		const at = `${path}.${name}`;
		if (serving) {
			errors.push(...(name === 'readinessProbe' ? readinessProbeErrors : probeErrors)(probe, container, at));
		} else {
			// multi-container-probing is off: a sidecar's probe may have no field at all.
			errors.push(...Object.keys(probe).map(field => disallowedField(`${at}.${field}`)));
		}
	}

	if (container['name'] === 'queue-proxy') {
		errors.push({message: '"queue-proxy" is a reserved container name', paths: [`${path}.name`]});
	}

	errors.push(
		...environmentErrors(container, serving, path),
		...imageErrors(stringOf(container['image']), `${path}.image`),
		...portErrors(container, `${path}.ports`),
		...securityErrors(objectOf(container['securityContext']), `${path}.securityContext`),
		...mountErrors(objectsOf(container['volumeMounts']), volumes, `${path}.volumeMounts`),
	);
	const policy = stringOf(container['terminationMessagePolicy']);
	if (!['', 'File', 'FallbackToLogsOnError'].includes(policy)) {
		errors.push(invalidField(policy, `${path}.terminationMessagePolicy`));
	}

	return errors;
}

function environmentErrors(container: JsonObject, serving: boolean, path: string): FieldError[] {
	const errors: FieldError[] = [];
	const reserved = new Set(reservedEnvironment.filter(name => serving || name !== 'PORT'));
	for (const [index, variable] of objectsOf(container['env']).entries()) {
		const at = `${path}.env[${index}]`;
		const name = stringOf(variable['name']);
		if (name === '') {
			errors.push(missingField(`${at}.name`));
		} else if (reserved.has(name)) {
			errors.push({
				message: `${JSON.stringify(name)} is a reserved environment variable`,
				paths: [`${at}.name`],
			});
		}

		// kubernetes.podspec-fieldref is off.
		const source = objectOf(variable['valueFrom']);
		errors.push(
			...['fieldRef', 'resourceFieldRef']
				.filter(field => isObject(source[field]))
				.map(field => disallowedField(`${at}.valueFrom.${field}`)),
		);
	}

	for (const source of objectsOf(container['envFrom'])) {
		// Upstream leaves the index out of these two.
		const paths = [`${path}.envFrom.configMapRef`, `${path}.envFrom.secretRef`];
		const count = ['configMapRef', 'secretRef'].filter(field => isObject(source[field])).length;
		if (count !== 1) {
			errors.push(count === 0 ? missingOneOf(...paths) : multipleOneOf(...paths));
		}
	}

	return errors;
}

function imageErrors(image: string, path: string): FieldError[] {
	if (image === '') {
		return [missingField(path)];
	}

	return parseImageReference(image)
		? []
		: [
				{
					message: 'Failed to parse image reference',
					paths: [path],
					details: `image: ${JSON.stringify(image)}, error: could not parse reference: ${image}`,
				},
			];
}

function portErrors(container: JsonObject, path: string): FieldError[] {
	const [port] = objectsOf(container['ports']);
	if (!port) {
		return [];
	}

	const errors: FieldError[] = [];
	const number = typeof port['containerPort'] === 'number' ? port['containerPort'] : 0;
	if (reservedPorts.has(number)) {
		errors.push(
			invalidField(
				`${number} is a reserved port`,
				`${path}.containerPort`,
				`${number} is a reserved port, please use a different value`,
			),
		);
	}

	if (number < 0 || number > 65_535) {
		errors.push(outOfBounds(number, 0, 65_535, `${path}.containerPort`));
	}

	const protocol = stringOf(port['protocol']);
	if (protocol !== '' && protocol !== 'TCP') {
		errors.push(invalidField(protocol, `${path}.protocol`));
	}

	const name = stringOf(port['name']);
	if (!['', 'http1', 'h2c'].includes(name)) {
		errors.push({
			message: `Port name ${name} is not allowed`,
			paths: [path],
			details: "Name must be empty, or one of: 'h2c', 'http1'",
		});
	}

	return errors;
}

function securityErrors(context: JsonObject, path: string): FieldError[] {
	const errors: FieldError[] = [];
	// kubernetes.containerspec-addcapabilities is off.
	if (listOf(objectOf(context['capabilities'])['add']).length > 0) {
		errors.push(disallowedField(`${path}.capabilities.add`));
	}

	// Only the opt-out is allowed.
	if (context['privileged'] === true) {
		errors.push(disallowedField(`${path}.privileged`));
	}

	for (const field of ['runAsUser', 'runAsGroup']) {
		const id = context[field];
		if (typeof id === 'number' && (id < 0 || id > largestId)) {
			errors.push(outOfBounds(id, 0, largestId, `${path}.${field}`));
		}
	}

	return errors;
}
