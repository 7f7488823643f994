/** One real cluster for all the tests of a run, told to them as any other cluster is: by the environment. */
import process from 'node:process';
import {startRealCluster} from './cluster/cluster.ts';

export default async function setUp(): Promise<() => Promise<void>> {
	const {kubeconfig, image, auditLog, stop} = await startRealCluster();
	process.env['KUBECONFIG'] = kubeconfig;
	process.env['IMAGE'] = image;
	process.env['KN_CANARY_TEST_CLUSTER'] = 'played pods';
	process.env['KN_CANARY_TEST_AUDIT'] = auditLog;
	// There is none; one of the environment would be that of some other cluster.
	delete process.env['GATEWAY'];
	return stop;
}
