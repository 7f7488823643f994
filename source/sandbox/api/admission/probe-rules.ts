/** The rules of probes. Source: knative/serving pkg/apis/serving/k8s_validation.go. */
import {isObject, objectOf, objectsOf, stringOf, type JsonObject} from '../body/json.js';
import {invalidField, missingOneOf, multipleOneOf, outOfBounds, type FieldError} from './field-error.js';

const largestInt32 = 2 ** 31 - 1;
const handlers = ['httpGet', 'tcpSocket', 'exec', 'grpc'];

/** A probe of the container that serves: its port is that of the container, whether it says so or not. */
export function probeErrors(probe: JsonObject, container: JsonObject, path: string): FieldError[] {
	const errors: FieldError[] = [];
	const specified = handlers.filter(handler => isObject(probe[handler]));
	if (specified.length === 0) {
		errors.push(missingOneOf(...handlers.map(handler => `${path}.${handler}`)));
	} else if (specified.length > 1) {
		errors.push(multipleOneOf(...specified.map(handler => `${path}.${handler}`)));
	}

	const portName = stringOf(objectsOf(container['ports'])[0]?.['name']) || 'http';
	for (const handler of ['httpGet', 'tcpSocket']) {
		const port = objectOf(probe[handler])['port'];
		if (typeof port === 'string' && port !== '' && port !== portName) {
			errors.push(invalidField(port, `${path}.${handler}.port`, 'Probe port must match container port'));
		}
	}

	return errors;
}

/** Without a period the readiness probe is Knative's own fast one, which takes no threshold and no time-out. */
export function readinessProbeErrors(probe: JsonObject, container: JsonObject, path: string): FieldError[] {
	const errors = probeErrors(probe, container, path);
	function atLeast(field: string, lower: number) {
		const value = numberOf(probe[field]);
		if (value < lower) {
			errors.push(outOfBounds(value, lower, largestInt32, `${path}.${field}`));
		}
	}

	atLeast('periodSeconds', 0);
	atLeast('initialDelaySeconds', 0);
	atLeast('successThreshold', 1);
	if (numberOf(probe['periodSeconds']) === 0) {
		for (const field of ['failureThreshold', 'timeoutSeconds']) {
			if (numberOf(probe[field]) !== 0) {
				errors.push({
					message: `${field} is disallowed when periodSeconds is zero`,
					paths: [`${path}.${field}`],
				});
			}
		}
	} else {
		atLeast('timeoutSeconds', 1);
		atLeast('failureThreshold', 1);
	}

	return errors;
}

function numberOf(value: unknown): number {
	return typeof value === 'number' ? value : 0;
}
