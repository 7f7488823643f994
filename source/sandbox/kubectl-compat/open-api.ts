/**
 * OpenAPI v3, as far as clients need it: kubectl looks here for whether the server checks fields itself
 * (`fieldValidation` among the parameters of PATCH) and for what `kubectl explain` shows.
 *
 * Source: k8s.io/kubectl pkg/util/openapi, k8s.io/cli-runtime pkg/resource/query_param_verifier_v3.go.
 */
import {createHash} from 'node:crypto';
import {resources} from '../resources.js';
import type {Resource} from '../shared-store.js';
import {apiVersionOf, pathOf, servedGroups, verbsOf} from '../api/verbs/group-version.js';
import {described} from './schema/descriptions.js';
import {schemaOf} from './schema/knative.js';

function documentPath({group, version}: {group: string; version: string}): string {
	return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** `/openapi/v3`: where the document of each group and version is. */
export function openApiIndex(): unknown {
	const paths = [{group: '', version: 'v1'}, ...servedGroups()].map(groupVersion => {
		const path = documentPath(groupVersion);
		const hash = createHash('sha256')
			.update(JSON.stringify(openApiDocument(path)))
			.digest('hex')
			.toUpperCase();
		return [path, {serverRelativeURL: `/openapi/v3/${path}?hash=${hash}`}] as const;
	});
	return {paths: Object.fromEntries(paths)};
}

/** `/openapi/v3/apis/<group>/<version>`; undefined when it is not served. */
export function openApiDocument(path: string): unknown {
	const own = resources.filter(resource => documentPath(resource) === path);
	return own.length === 0
		? undefined
		: {
				openapi: '3.0.0',
				info: {title: 'Kubernetes CRD Swagger', version: 'v0.1.0'},
				paths: Object.fromEntries(own.map(resource => [itemPath(resource), operations(resource)])),
				components: {
					schemas: Object.fromEntries(
						own.map(resource => [
							schemaName(resource),
							{
								...described(resource, schemaOf(resource)),
								'x-kubernetes-group-version-kind': [groupVersionKind(resource)],
							},
						]),
					),
				},
			};
}

/** `/openapi/v2`: an empty document; the third version has everything. */
export function openApiV2(): unknown {
	return {swagger: '2.0', info: {title: 'Kubernetes', version: 'v0.1.0'}, paths: {}, definitions: {}};
}

function groupVersionKind({group, version, kind}: Resource) {
	return {group, version, kind};
}

function schemaName(resource: Resource): string {
	const group = resource.group === '' ? 'io.k8s.api.core' : resource.group.split('.').toReversed().join('.');
	return `${group}.${resource.version}.${resource.kind}`;
}

function itemPath(resource: Resource): string {
	return `${pathOf(resource)}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}/{name}`;
}

const methods: Record<string, string> = {get: 'get', update: 'put', patch: 'patch', delete: 'delete'};

function operations(resource: Resource): unknown {
	const verbs = verbsOf(resource).filter(verb => Object.hasOwn(methods, verb));
	const content = {
		'application/json': {schema: {$ref: `#/components/schemas/${schemaName(resource)}`}},
	};
	return Object.fromEntries([
		...verbs.map(verb => [
			methods[verb] ?? verb,
			{
				operationId: `${verb}${apiVersionOf(resource)}${resource.kind}`,
				parameters: [
					...(verb === 'get' ? [] : [parameter('dryRun', 'All: nothing is kept')]),
					...(verb === 'update' || verb === 'patch'
						? [
								parameter('fieldManager', 'Who makes the change'),
								parameter('fieldValidation', 'Ignore, Warn or Strict'),
							]
						: []),
				],
				responses: {200: {description: 'OK', content}},
				'x-kubernetes-action': verb === 'update' ? 'put' : verb,
				'x-kubernetes-group-version-kind': groupVersionKind(resource),
			},
		]),
		['parameters', [{name: 'name', in: 'path', required: true, schema: {type: 'string'}}]],
	]);
}

function parameter(name: string, description: string) {
	return {name, in: 'query', description, schema: {type: 'string', uniqueItems: true}};
}
