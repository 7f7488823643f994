/** How users are measured: by the pods, or by Prometheus where that was asked for. */
import type {Cluster} from '../../kube/cluster.js';
import type {UsersMeter} from '../../users/users.js';
import type {PrometheusPlace} from '../../users/prometheus-place.js';

/** @param options.for Seconds that are looked back. */
export async function usersMeterOf(
	cluster: Cluster,
	options: {namespace: string; service: string; for: number; prometheus?: PrometheusPlace},
): Promise<UsersMeter> {
	const {namespace, service, prometheus} = options;
	const recent = options.for * 1000;
	if (prometheus) {
		const {askPrometheusAt, createPrometheusMeter} = await import('../../users/prometheus.js');
		return createPrometheusMeter({ask: askPrometheusAt(prometheus, cluster), namespace, service, recent});
	}
	const {createUsersMeter} = await import('../../users/users.js');
	return createUsersMeter({cluster, namespace, recent});
}
