/**
 * What there is: groups, versions, resources.
 *
 * Source: k8s.io/apiserver pkg/endpoints/discovery, pkg/endpoints/discovery/aggregated.
 */
import {createHash} from 'node:crypto';
import {resources} from '../../resources.js';
import type {Resource} from '../../shared-store.js';
import {apiVersionOf, servedGroups, verbsOf} from './group-version.js';
import type {Form} from '../http/negotiation.js';

/** The review kinds: posted, answered, never kept. */
type Review = {group: string; kind: string; plural: string; namespaced: boolean};
const reviews: Review[] = [
	{
		group: 'authentication.k8s.io',
		kind: 'SelfSubjectReview',
		plural: 'selfsubjectreviews',
		namespaced: false,
	},
	{
		group: 'authorization.k8s.io',
		kind: 'SelfSubjectAccessReview',
		plural: 'selfsubjectaccessreviews',
		namespaced: false,
	},
	{
		group: 'authorization.k8s.io',
		kind: 'SelfSubjectRulesReview',
		plural: 'selfsubjectrulesreviews',
		namespaced: false,
	},
];

const podSubresources = [
	{name: 'log', verbs: ['get']},
	{name: 'portforward', verbs: ['create', 'get']},
	{name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update']},
	{name: 'exec', verbs: ['create', 'get']},
	{name: 'attach', verbs: ['create', 'get']},
];

function allGroups(): {group: string; version: string}[] {
	return [
		...servedGroups(),
		...[...new Set(reviews.map(({group}) => group))].map(group => ({group, version: 'v1'})),
	];
}

/** `/api` */
export function coreVersions(address: string): unknown {
	return {
		kind: 'APIVersions',
		versions: ['v1'],
		serverAddressByClientCIDRs: [{clientCIDR: '0.0.0.0/0', serverAddress: address}],
	};
}

/** `/apis` */
export function groupList(): unknown {
	return {
		kind: 'APIGroupList',
		apiVersion: 'v1',
		groups: allGroups().map(group => groupOf(group)),
	};
}

/** `/apis/<group>`; undefined when it is not served. */
export function groupNamed(name: string): unknown {
	const found = allGroups().find(candidate => candidate.group === name);
	return found && {kind: 'APIGroup', apiVersion: 'v1', ...groupOf(found)};
}

function groupOf(served: {group: string; version: string}) {
	const version = {groupVersion: apiVersionOf(served), version: served.version};
	const others = resources.filter(
		({group, version: own}) => group === served.group && own !== served.version,
	);
	const versions = [...new Set(others.map(other => other.version))].map(own => ({
		groupVersion: apiVersionOf({group: served.group, version: own}),
		version: own,
	}));
	return {name: served.group, versions: [version, ...versions], preferredVersion: version};
}

/** What tells clients that objects of a kind are stored otherwise from now on (k8s.io/apiserver pkg/endpoints/discovery/storageversionhash.go). */
function storageVersionHash({group, version, kind}: Resource): string {
	const digest = createHash('sha256').update(`${group}/${version}/${kind}`).digest();
	return digest.subarray(0, 8).toString('base64');
}

/** `/api/v1` with an empty group, `/apis/<group>/<version>`; undefined when it is not served. */
export function resourceList(groupName: string, version: string): unknown {
	const own = resourcesOf(groupName, version);
	const ownReviews = version === 'v1' ? reviews.filter(review => review.group === groupName) : [];
	if (own.length === 0 && ownReviews.length === 0) {
		return undefined;
	}

	return {
		kind: 'APIResourceList',
		apiVersion: 'v1',
		groupVersion: apiVersionOf({group: groupName, version}),
		resources: [
			...own.flatMap(resource => [
				{
					name: resource.plural,
					singularName: resource.singular,
					namespaced: resource.namespaced,
					kind: resource.kind,
					verbs: verbsOf(resource),
					...(resource.shortNames.length > 0 ? {shortNames: resource.shortNames} : {}),
					...(resource.categories.length > 0 ? {categories: resource.categories} : {}),
					storageVersionHash: storageVersionHash(resource),
				},
				...(hasStatus(resource)
					? [
							{
								name: `${resource.plural}/status`,
								singularName: '',
								namespaced: resource.namespaced,
								kind: resource.kind,
								verbs: ['get', 'patch', 'update'],
							},
						]
					: []),
			]),
			...podSubresources
				.filter(() => groupName === '')
				.map(({name, verbs}) => ({
					name: `pods/${name}`,
					singularName: '',
					namespaced: true,
					kind: 'Pod',
					verbs,
				})),
			...ownReviews.map(({plural, kind, namespaced}) => ({
				name: plural,
				singularName: kind.toLowerCase(),
				namespaced,
				kind,
				verbs: ['create'],
			})),
		],
	};
}

/** Whether clients may write the status: that of pods is the sandbox's own. */
export function hasStatus(resource: Resource): boolean {
	return resource.statusSubresource && verbsOf(resource).includes('update');
}

function resourcesOf(groupName: string, version: string): Resource[] {
	return resources.filter(resource => resource.group === groupName && resource.version === version);
}

/** `/api` or `/apis` in one answer for everything below, as kubectl asks for it. */
export function aggregated(core: boolean, form: Form): unknown {
	const groups = core ? [{group: '', version: 'v1'}] : allGroups();
	return {
		kind: 'APIGroupDiscoveryList',
		apiVersion: `apidiscovery.k8s.io/${form.version}`,
		metadata: {},
		items: groups.map(({group: name, version}) => ({
			metadata: {...(name === '' ? {} : {name}), creationTimestamp: null},
			versions: [
				{
					version,
					freshness: 'Current',
					resources: [
						...resourcesOf(name, version).map(resource => aggregatedResource(resource)),
						...reviews
							.filter(review => review.group === name)
							.map(({plural, kind, namespaced}) => ({
								resource: plural,
								responseKind: {group: name, version, kind},
								scope: namespaced ? 'Namespaced' : 'Cluster',
								singularResource: kind.toLowerCase(),
								verbs: ['create'],
							})),
					],
				},
			],
		})),
	};
}

function aggregatedResource(resource: Resource): unknown {
	const {group: groupName, version, kind, plural, singular, shortNames, categories, namespaced} = resource;
	const responseKind = {group: groupName, version, kind};
	const subresources = [
		...(hasStatus(resource)
			? [{subresource: 'status', responseKind, verbs: ['get', 'patch', 'update']}]
			: []),
		...podSubresources
			.filter(() => kind === 'Pod')
			.map(({name, verbs}) => ({subresource: name, responseKind, verbs})),
	];
	return {
		resource: plural,
		responseKind,
		scope: namespaced ? 'Namespaced' : 'Cluster',
		singularResource: singular,
		verbs: verbsOf(resource),
		...(shortNames.length > 0 ? {shortNames} : {}),
		...(categories.length > 0 ? {categories} : {}),
		...(subresources.length > 0 ? {subresources} : {}),
	};
}
