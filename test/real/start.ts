/**
 * A real API server with Knative's webhook and controllers, to try things on: prints the path of a kubeconfig, and stops on
 * ctrl-c. Its pods run nothing and there is no gateway.
 */
import process from 'node:process';
import {startRealCluster} from './cluster/cluster.ts';

const {kubeconfig, directory, image, stop} = await startRealCluster();
console.log(`KUBECONFIG=${kubeconfig}`);
console.log(`IMAGE=${image}`);
console.log(`LOGS=${directory}`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.once(signal, () => {
		void stop().then(() => process.exit());
	});
}
