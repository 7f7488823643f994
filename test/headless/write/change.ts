/** Changes of objects as the commands send them: by an operator who keeps no history and has agreed, unless somebody is asked. */
import type {ApplyMeans, ApplyOptions, Result} from '../../../source/headless/write/apply-plan.js';
import {changeObject, type ObjectWish} from '../../../source/headless/write/change-object.js';
import type {Cluster} from '../../../source/kube/cluster.js';

/** Of `cart` in `default` unless said otherwise. */
export const change = async (
	cluster: Cluster,
	wish: ObjectWish,
	{agree, ...options}: Partial<ApplyOptions> & {agree?: ApplyMeans['agree']} = {},
): Promise<Result> =>
	changeObject(
		wish,
		{
			namespace: 'default',
			service: 'cart',
			dryRun: false,
			yes: agree === undefined,
			production: false,
			reason: '',
			wait: 0,
			...options,
		},
		{cluster, history: undefined, show() {}, agree, progress() {}},
	);
