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
		const {askPrometheusAt} = await import('../../users/prometheus-answer.js');
		const {createPrometheusMeter, shortestLook} = await import('../../users/prometheus.js');
		const ask = askPrometheusAt(prometheus, cluster);
		return createPrometheusMeter({ask, namespace, service, recent: Math.max(recent, shortestLook)});
	}
	const {createUsersMeter} = await import('../../users/users.js');
	return createUsersMeter({cluster, namespace, recent});
}
