/** A DomainMapping: a host of one's own that leads to a service. */
import * as v from 'valibot';
import {ingressClassOf} from './ingress-class.js';
import {conditions, issueSentence, metadata, optionalText, text, type Parsed} from '../objects/parsed.js';

/** Texts are printable. */
export type DomainMapping = {
	/** The host, which is the name of the object. */
	host: string;
	namespace: string;
	uid: string;
	/** The ingress class that it wants instead of the one of the cluster. */
	ingressClass?: string;
	/** Name of the service that it leads to. */
	service: string;
	/** With the scheme that users are to take; undefined while it has none. */
	url: string | undefined;
	ready: boolean;
	/** Its namespace has no claim on the host, which another one may have: what answers there is not of this mapping. */
	isUnclaimed?: true;
};

const schema = v.object({
	metadata,
	spec: v.object({ref: v.object({kind: text, name: text, namespace: v.optional(text, '')})}),
	status: v.optional(v.object({url: optionalText, conditions: v.optional(conditions, [])}), {
		url: undefined,
		conditions: [],
	}),
});

/** What it maps; a sentence where it leads to anything but a service, which is no concern of one. */
export function parseDomainMapping(object: unknown): Parsed<DomainMapping> {
	const parsed = v.safeParse(schema, object);
	if (!parsed.success) return {ok: false, reason: issueSentence('The DomainMapping', parsed.issues)};
	const {
		metadata: {name: host, namespace, uid, annotations},
		spec: {ref},
		status,
	} = parsed.output;
	const isElsewhere = ref.namespace !== '' && ref.namespace !== namespace;
	// The Route of a service has its name.
	if (!['Service', 'Route'].includes(ref.kind) || ref.name === '' || isElsewhere) {
		return {ok: false, reason: `The DomainMapping ${host} leads to no service of its namespace.`};
	}
	const is = (condition: string, value: string) =>
		status.conditions.some(one => one.type === condition && one.status === value);
	const ingressClass = ingressClassOf(annotations);
	return {
		ok: true,
		value: {
			host,
			namespace,
			uid,
			...(ingressClass !== undefined && {ingressClass}),
			service: ref.name,
			url: status.url,
			ready: is('Ready', 'True'),
			...(is('DomainClaimed', 'False') && {isUnclaimed: true}),
		},
	};
}
