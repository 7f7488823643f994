/** Which right is missing where the gateway of a service is not found: one that may not be seen is not one that is not there. */
import {printable} from '../../knative/text/printable.js';

/** As in a Role; without a namespace it is one of the whole cluster. */
export type MissingRight = {
	verb: 'get' | 'list' | 'create';
	/** With its subresource and group: `pods/portforward`, `httproutes.gateway.networking.k8s.io`. */
	resource: string;
	namespace?: string | undefined;
};

/** The right that a GET of that path takes. */
export function rightToRead(path: string): MissingRight {
	const {
		group,
		namespace,
		resource = '',
		name,
	} = /^\/(?:api|apis\/(?<group>[^/]+))\/[^/]+\/(?:namespaces\/(?<namespace>[^/]+)\/)?(?<resource>[^/]+)(?<name>\/.+)?$/.exec(
		path,
	)?.groups ?? {};
	return {
		verb: name === undefined ? 'list' : 'get',
		resource: group === undefined ? resource : `${resource}.${group}`,
		...(namespace !== undefined && {namespace: printable(namespace)}),
	};
}

/**
 * The one to ask for, of those that were missing in the order they were: where it was known which Service it is, that of the Service;
 * else the first, without which all the others were asked for in vain.
 */
export function decisiveRight(missing: readonly MissingRight[]): MissingRight | undefined {
	const services = missing.filter(({resource}) => resource === 'services');
	return services.length === 1 ? services[0] : missing[0];
}
