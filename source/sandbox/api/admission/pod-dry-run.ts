/**
 * What the validating webhook does beside its own rules in a dry run: it asks the API server, in a dry run too, for a pod of
 * the template. What Kubernetes itself has against the pod is told then; without a dry run it comes out when the
 * Deployment is made.
 *
 * Source: knative/serving pkg/webhook/{validate_unstructured,podspec_dryrun}.go, kubernetes pkg/apis/core/validation.
 */
import type {ObjectStore} from '../../shared-store.js';
import {at, isObject, objectOf, objectsOf, type JsonObject} from '../body/json.js';
import {generatedName} from '../verbs/names.js';
import {badRequest, invalid, invalidValue, type FieldCause} from '../http/api-error.js';
import type {ResourceRequest} from '../http/request.js';
import {quantityOf} from './go-values.js';
import {quotaProblem} from './resource-quota.js';

/** @throws ApiError 400 when a pod of the template would be refused. */
export function dryRunPod(
	store: ObjectStore,
	{resource, namespace}: ResourceRequest,
	object: JsonObject,
	{dryRun}: {dryRun: boolean},
): void {
	if (
		!dryRun ||
		resource.group !== 'serving.knative.dev' ||
		!['services', 'configurations'].includes(resource.plural)
	) {
		return;
	}

	const spec = objectOf(at(object, 'spec', 'template', 'spec'));
	const name = generatedName('dry-run-validation');
	const causes = podCauses(spec);
	const message =
		causes.length > 0
			? invalid({group: '', kind: 'Pod'}, name, causes).message
			: quotaProblem(store, {metadata: {name, ...(namespace === undefined ? {} : {namespace})}, spec});
	if (message !== undefined) {
		throw badRequest(
			`admission webhook "validation.webhook.serving.knative.dev" denied the request: validation callback failed: dry run failed with ${message}: spec.template`,
		);
	}
}

/** What Kubernetes has against the resources of a pod's containers. Those asked for are the limits unless told. */
export function podCauses(spec: JsonObject): FieldCause[] {
	return objectsOf(spec['containers']).flatMap((container, index) => {
		const path = `spec.containers[${index}].resources`;
		const limits = quantitiesIn(at(container, 'resources', 'limits'));
		const requests = new Map([...limits, ...quantitiesIn(at(container, 'resources', 'requests'))]);
		return [
			...[...limits].flatMap(([name, value]) => negative(`${path}.limits[${name}]`, value)),
			...[...requests].flatMap(([name, value]) => {
				const limit = limits.get(name);
				return [
					...negative(`${path}.requests[${name}]`, value),
					...(limit !== undefined && quantityOf(value) > quantityOf(limit)
						? [
								invalidValue(
									`${path}.requests`,
									value,
									`must be less than or equal to ${name} limit of ${limit}`,
								),
							]
						: []),
				];
			}),
		];
	});
}

function quantitiesIn(value: unknown): Map<string, string> {
	return new Map(
		isObject(value) ? Object.entries(value).map(([name, quantity]) => [name, String(quantity)]) : [],
	);
}

function negative(field: string, value: string): FieldCause[] {
	return quantityOf(value) < 0 ? [invalidValue(field, value, 'must be greater than or equal to 0')] : [];
}
