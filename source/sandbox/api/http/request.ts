/** What the handlers get and give. */
import type {ObjectStore, Resource} from '../../shared-store.js';
import type {Caller} from '../access/authentication.js';
import type {ApiMessage, ApiResponse} from './exchange.js';
import type {ApiFaultSwitch} from './api-faults.js';
import type {Form} from './negotiation.js';
import type {PodRuntime} from '../pods/pod-runtime.js';

/** What all requests share. */
export type Server = {
	store: ObjectStore;
	/** How often a watch that asked for it hears of the resourceVersion, in milliseconds. */
	bookmarkInterval: number;
	/** The clock, in milliseconds since 1970. */
	now: () => number;
	/** What goes wrong on purpose. */
	faults: ApiFaultSwitch;
	/** Where pods run; without one they have no logs and no ports. */
	pods?: PodRuntime | undefined;
};

/** The server as it is to one caller. */
export type Api = Server &
	Caller & {
		/** Whether a watch is to be told that what it goes on from is gone. */
		isCompacted: boolean;
	};

/** What is done with a pod beside reading and writing it. */
export type PodSubresource = 'log' | 'portforward' | 'exec' | 'attach';

/** A request for a resource, taken apart. */
export type ResourceRequest = {
	resource: Resource;
	/** Undefined for all namespaces and for resources that have none. */
	namespace: string | undefined;
	/** Undefined for a collection. */
	name: string | undefined;
	subresource: 'status' | PodSubresource | undefined;
	query: URLSearchParams;
	form: Form;
	message: ApiMessage;
	response: ApiResponse;
};

/** An answer in JSON. A handler that answers by itself (a watch) gives none. */
export type ApiReply = {
	code: number;
	body: unknown;
	/** Each becomes a header `Warning: 299`. */
	warnings?: string[];
	headers?: Record<string, string>;
	/** Written as YAML instead of JSON. */
	yaml?: true;
};

/** A yes as Go's strconv.ParseBool reads it; kubectl sends `true`, others `1`. */
export function isYes(value: string | null): boolean {
	return value !== null && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}
