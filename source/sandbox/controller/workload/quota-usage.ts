/**
 * Says in the status of each ResourceQuota how much of it is taken.
 *
 * Source: kubernetes pkg/controller/resourcequota.
 */
import {quantityText, usedOf} from '../../api/admission/resource-quota.js';
import {pods, resourceQuotas} from '../../resources.js';
import type {ControllerContext, Reconciler} from '../controller.js';
import {fieldOf} from '../fields.js';
import {keyOf, splitKey} from '../objects.js';

export function quotaUsageReconciler({store}: ControllerContext): Reconciler {
	return {
		name: 'resourcequota-controller',
		keysOf({resource, object}) {
			if (resource === resourceQuotas) {
				return [keyOf(object)];
			}

			return resource === pods ? store.list(resourceQuotas, object.metadata.namespace).map(keyOf) : [];
		},
		reconcile(key) {
			const {namespace, name} = splitKey(key);
			const quota = store.get(resourceQuotas, namespace, name);
			if (!quota) {
				return;
			}

			const used = [...usedOf(store, quota)].map(([resource, amount]) => [
				resource,
				quantityText(resource, amount),
			]);
			store.update(resourceQuotas, namespace, name, 'status', current => ({
				...current,
				status: {hard: fieldOf(current.spec, 'hard'), used: Object.fromEntries(used)},
			}));
		},
	};
}
