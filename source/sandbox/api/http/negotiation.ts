/**
 * Which form of an answer a client takes: the object, a table for the eye, or metadata alone.
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/negotiation.
 */
import {notAcceptable} from './api-error.js';

export type Form = {
	as: 'Object' | 'Table' | 'PartialObjectMetadata' | 'APIGroupDiscoveryList';
	/** `v1`, `v1beta1`, `v2`: of the form, not of the resource. */
	version: string;
	/** Written as YAML. */
	yaml?: true;
};

const groups: Record<string, {group: string; versions: string[]; form: Form['as']}> = {
	Table: {group: 'meta.k8s.io', versions: ['v1', 'v1beta1'], form: 'Table'},
	PartialObjectMetadata: {
		group: 'meta.k8s.io',
		versions: ['v1', 'v1beta1'],
		form: 'PartialObjectMetadata',
	},
	PartialObjectMetadataList: {
		group: 'meta.k8s.io',
		versions: ['v1', 'v1beta1'],
		form: 'PartialObjectMetadata',
	},
	APIGroupDiscoveryList: {
		group: 'apidiscovery.k8s.io',
		versions: ['v2', 'v2beta1'],
		form: 'APIGroupDiscoveryList',
	},
};

/**
 * The first clause of an Accept header that can be served.
 *
 * @param offered the forms that this path has beside the plain object.
 * @throws ApiError 406 when there is none.
 */
export function negotiate(accept: string | undefined, offered: readonly Form['as'][]): Form {
	const clauses = (accept ?? '')
		.split(',')
		.map(clause => clause.trim())
		.filter(clause => clause !== '');
	if (clauses.length === 0) {
		return {as: 'Object', version: 'v1'};
	}

	for (const clause of clauses) {
		const [mediaType = '', ...rest] = clause.split(';').map(part => part.trim());
		const isYaml = mediaType.toLowerCase() === 'application/yaml';
		if (!isYaml && !['application/json', 'application/*', '*/*'].includes(mediaType.toLowerCase())) {
			continue;
		}

		const parameters = new Map(
			rest.map(part => {
				const [key = '', ...value] = part.split('=');
				return [key, value.join('=')] as const;
			}),
		);
		const as = parameters.get('as');
		if (as === undefined) {
			return {as: 'Object', version: 'v1', ...(isYaml ? {yaml: true} : {})};
		}

		const known = Object.hasOwn(groups, as) ? groups[as] : undefined;
		const version = parameters.get('v') ?? '';
		if (
			known &&
			offered.includes(known.form) &&
			parameters.get('g') === known.group &&
			known.versions.includes(version)
		) {
			return {as: known.form, version, ...(isYaml ? {yaml: true} : {})};
		}
	}

	throw notAcceptable();
}
