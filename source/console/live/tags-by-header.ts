/** Which tags of a service can be asked by header, for when their hosts lead nowhere. */
import type {ServiceView} from '../../knative/service/service.js';
import type {Cluster} from '../../kube/cluster.js';
import {readTagHeader} from '../../kube/read-tag-header.js';

/** None where the cluster has the feature off, or does not say. */
export async function tagsByHeader(
	cluster: Cluster,
	{namespace, name, url, statusTraffic}: ServiceView,
): Promise<ReadonlySet<string>> {
	if (url === undefined || !URL.canParse(url)) return new Set();
	const chosen = await readTagHeader(cluster, {namespace, name, host: new URL(url).host});
	if (chosen?.kind === 'tags') return chosen.tags;
	return new Set(chosen ? statusTraffic.flatMap(({tag}) => tag ?? []) : []);
}
