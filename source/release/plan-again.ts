/**
 * Sends the split that is set once more, for a gateway that does not have it though Knative says so. The same spec again is
 * no change, and nothing would come of it. An annotation is one: the Service's controller hands it on to the Route, that to
 * the KIngress, and what is changed there the ingress controller configures its gateways by again (knative/serving
 * pkg/reconciler/service/resources/route.go, pkg/reconciler/route/resources/ingress.go). Pure.
 */
import {kubectlPatchCommand} from '../knative/commands/commands.js';
import {ownerWarnings} from '../knative/release/warnings.js';
import {annotationOperations} from '../knative/service/annotation-operations.js';
import {diffSplit, splitOf} from '../knative/split/split.js';
import type {Facts, Planned} from './plan-split.js';

export const sentAgainAnnotation = 'kn-canary.dev/sent-again';

export function planAgain({service, now}: Facts): Planned {
	const split = splitOf(service);
	if (now === undefined) {
		return {ok: false, reason: `${service.name} has no split that could be sent again.`};
	}
	const at = new Date(now).toISOString();
	const operations = annotationOperations(service, sentAgainAnnotation, at);
	return {
		ok: true,
		plan: {
			action: 'send again',
			namespace: service.namespace,
			name: service.name,
			write: {kind: 'patch', uid: service.uid, generation: service.generation, operations},
			rows: diffSplit(split, split),
			facts: [{label: 'Annotation', value: `${sentAgainAnnotation}: ${at}`}],
			notes: [
				'The split stays as it is. Route and KIngress get the annotation too, and the gateway is configured again.',
			],
			warnings: ownerWarnings(service),
			commands: [kubectlPatchCommand(service, operations)],
		},
	};
}
