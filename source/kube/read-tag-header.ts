/** Whether a request may choose a tag of a service by header: the feature `tag-header-based-routing` of Knative Serving. */
import * as v from 'valibot';
import {TransportError, type Cluster} from './cluster.js';
import {corePath, ingressPath} from './paths.js';

const ingressSchema = v.object({
	spec: v.object({
		rules: v.array(
			v.object({
				hosts: v.array(v.string()),
				http: v.object({
					paths: v.array(
						v.object({
							headers: v.optional(
								v.nullable(v.record(v.string(), v.object({exact: v.optional(v.string())}))),
							),
						}),
					),
				}),
			}),
		),
	}),
});

const configSchema = v.object({data: v.optional(v.nullable(v.record(v.string(), v.unknown())))});

/**
 * The tags that a header chooses at this host, by what the Ingress of the service says, which the gateway is programmed from;
 * where it may not be read, whether the cluster has the feature on for all. Undefined where neither tells.
 */
export async function readTagHeader(
	cluster: Cluster,
	{namespace, name, host}: {namespace: string; name: string; host: string},
): Promise<{kind: 'tags'; tags: ReadonlySet<string>} | {kind: 'all'} | undefined> {
	const ingress = await read(cluster, ingressPath(namespace, name));
	const parsed = v.safeParse(ingressSchema, ingress);
	if (parsed.success) {
		const paths = parsed.output.spec.rules.flatMap(rule =>
			rule.hosts.includes(host) ? rule.http.paths : [],
		);
		const tags = paths.flatMap(({headers}) =>
			Object.entries(headers ?? {}).flatMap(([header, {exact}]) =>
				header.toLowerCase() === 'knative-serving-tag' && exact !== undefined ? [exact] : [],
			),
		);
		return {kind: 'tags', tags: new Set(tags)};
	}
	const features = await read(cluster, corePath('configmaps', 'knative-serving', 'config-features'));
	const config = v.safeParse(configSchema, features);
	if (!config.success) return undefined;
	const setting = config.output.data?.['tag-header-based-routing'];
	const isOn = typeof setting === 'string' && setting.trim().toLowerCase() === 'enabled';
	return isOn ? {kind: 'all'} : {kind: 'tags', tags: new Set()};
}

async function read(cluster: Cluster, path: string): Promise<unknown> {
	try {
		const {status, body} = await cluster.request({method: 'GET', path});
		return status === 200 ? body : undefined;
	} catch (error) {
		if (error instanceof TransportError) return undefined;
		throw error;
	}
}
