/** What the cluster says: where it is reached, what may be done, its services and revisions, its gateway. */
import type {DomainMapping} from '../../../knative/service/domain-mapping.js';
import type {RevisionTrouble} from '../../../knative/revision/revision-trouble.js';
import type {RevisionView} from '../../../knative/revision/revision.js';
import type {ServiceView} from '../../../knative/service/service.js';
import type {Standing} from '../../../kube/auth/credentials.js';
import type {MissingRight, Unreached} from '../../../kube/gateway/find-gateway.js';
import type {HostOwner} from '../../../kube/gateway/host-route.js';
import type {ForwardState} from '../../../kube/port-forward/port-forward.js';
import type {ReflectorState} from '../../../kube/watch/reflector.js';
import type {Tunnel} from '../../../probe/transport/probe.js';
import type {Unreadable} from '../../tables/object-name.js';
import type {Scope} from '../scope-kind.js';

/** Where the cluster is reached, and as whom. */
export type ConnectionState =
	/** Since when: milliseconds since 1970. */
	| {kind: 'connecting'; to: string; since: number}
	| {
			kind: 'connected';
			context: string;
			server: string;
			user: string;
			/** Words that lead kubectl to the same cluster. */
			flags: readonly string[];
			readOnly: boolean;
			/** The context matches the operator's pattern for production. */
			production: boolean;
	  }
	| {kind: 'failed'; sentence: string};

/** A door of this machine, which leads to a gateway through the API server. */
export type Forwarded = {
	tunnel: Tunnel;
	state: ForwardState;
	/** What does the same when this program has ended. */
	command: string;
};

/** Of the selected service. */
export type GatewayState =
	/** `before`: of another service, which is good enough for the eye until this one's is known. */
	| {kind: 'looking'; before?: GatewayState}
	| {
			kind: 'found';
			host: string;
			port: number;
			tls: boolean;
			via: string;
			/** Where it speaks TLS, when that is not here. */
			secure?: {host: string; port: number};
			/** Where the service's own host and its tags are asked, when what is asked is a host of a DomainMapping with another gateway. */
			own?: {host: string; port: number; tls: boolean; forward?: Forwarded};
			/** Why the tags cannot be asked then, as a sentence: the gateway of the service's own hosts is not found. */
			ownMissing?: string;
			/** Of the URL of the DomainMapping, when what is asked is its host. */
			hostScheme?: 'http' | 'https';
			/** Whose the host is that is asked instead of the service's own, where it is not known to be the service's. */
			hostOwner?: Exclude<HostOwner, {kind: 'own'}>;
			/** PEM certificates of those who may vouch for it, where it speaks TLS. */
			authorities?: readonly string[];
			/** It has no address outside that can be reached: this one is ours, and leads there through the API server. */
			forward?: Forwarded;
			/** Its own address cannot be reached from here: hence `forward`, or, without one, that nothing will answer. */
			unreached?: Unreached;
			/** Why it was taken for the gateway of the service, as a sentence, where the service's own Ingress does not say it. */
			guess?: string;
	  }
	/** As `FoundGateway` has it. */
	| {kind: 'not found'; sentence: string; missing?: MissingRight; isUnknown?: true; isBarred?: true};

/** Whether a writing action is open to the operator; `reason` says why not. */
export type Right = {allowed: boolean; reason: string};
/** `create`, `patch`, `delete`: of services. */
export type Rights = {create: Right; patch: Right; delete: Right; deleteRevision: Right};

/** Until it is known nothing is withheld: a roll back must not wait for an answer, and the server has the last word. */
export const unknownRights: Rights = {
	create: {allowed: true, reason: ''},
	patch: {allowed: true, reason: ''},
	delete: {allowed: true, reason: ''},
	deleteRevision: {allowed: true, reason: ''},
};

/** What is the matter with what is watched; of several namespaces the worst, and which of them it is of, where it is not of all. */
export type FeedState = ReflectorState & {readonly of?: string};
export type ClusterSlice = {
	connection: ConnectionState;
	/** A credential plugin that runs, and whether the context still means the cluster that is shown. */
	standing: Standing;
	/** Of the kubeconfig, where that of this one is long: it is shown so that it reads like no other. */
	contextNames: readonly string[];
	/** The one that is shown, or, where more are, the one to go back to. */
	namespace: string;
	scope: Scope;
	/** The server says that there is no such namespace. */
	namespaceMissing: boolean;
	/** The state of the two watches, services first. */
	feeds: {services: FeedState; revisions: FeedState};
	/** By namespace, as far as they are known; read with `rightsIn`. */
	rights: ReadonlyMap<string, Rights>;
	gateway: GatewayState;
	/** By `gatewayKind` of the services that have it: by which gateway, of those that were found so far, users reach them. */
	gatewayNames: ReadonlyMap<string, string>;
	/** In order of namespace and name. */
	services: readonly ServiceView[];
	/** By `keyOf` of the service; newest first. All of a service's or none of them; an empty list says that it has none. */
	revisions: ReadonlyMap<string, readonly RevisionView[]>;
	/** DomainMappings by namespace, as far as they were read. */
	domains: ReadonlyMap<string, readonly DomainMapping[]>;
	/** What the pods of the newest revision of the selected service say, while that is not ready; with its uid. */
	trouble: (RevisionTrouble & {revision: string}) | undefined;
	/** Objects that could not be read. */
	unreadable: {readonly services: readonly Unreadable[]; readonly revisions: readonly Unreadable[]};
	/** Only services with these labels are told of. */
	selector: string | undefined;
	/** Only the service of that name is told of. */
	only: string | undefined;
};

/** `to` names what is being connected to. */
export function initialCluster({to, namespace}: {to: string; namespace: string}): ClusterSlice {
	return {
		connection: {kind: 'connecting', to, since: Date.now()},
		standing: {},
		contextNames: [],
		namespace,
		scope: {kind: 'one'},
		namespaceMissing: false,
		feeds: {services: {kind: 'connecting'}, revisions: {kind: 'connecting'}},
		rights: new Map(),
		gateway: {kind: 'looking'},
		gatewayNames: new Map(),
		services: [],
		revisions: new Map(),
		domains: new Map(),
		trouble: undefined,
		unreadable: {services: [], revisions: []},
		selector: undefined,
		only: undefined,
	};
}
