/** What the operator may do, asked before an action is offered: SelfSubjectAccessReview of authorization.k8s.io/v1. */
import * as v from 'valibot';
import {TransportError, type Cluster} from '../cluster.js';
import {printable} from '../../knative/text/printable.js';
import {sentenceOf} from '../status.js';

/** As in a Role. `group` is '' for core/v1. */
export type AccessAction = {
	verb: string;
	group: string;
	resource: string;
	subresource?: string;
	name?: string;
};

export type Access =
	| {kind: 'allowed'}
	/** `reason` is the authorizer's, or what no rule allows. */
	| {kind: 'denied'; reason: string}
	/** It could not be asked; the server will have the last word on the action itself. */
	| {kind: 'unknown'; why: string};

const reviewSchema = v.object({
	status: v.object({
		allowed: v.boolean(),
		denied: v.optional(v.boolean()),
		reason: v.optional(v.string(), ''),
		evaluationError: v.optional(v.string(), ''),
	}),
});

/** In few words, as it is said where there is a line for it. Whoever asks knows of which namespace it is. */
function missingRule({verb, resource, subresource}: AccessAction): string {
	return `you may not ${verb} ${[resource, ...(subresource ? [subresource] : [])].join('/')}`;
}

async function ask(cluster: Cluster, namespace: string | undefined, action: AccessAction): Promise<Access> {
	try {
		const answer = await cluster.request({
			method: 'POST',
			path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
			body: {
				apiVersion: 'authorization.k8s.io/v1',
				kind: 'SelfSubjectAccessReview',
				// None: in all of them (k8s.io/api/authorization/v1: ResourceAttributes).
				spec: {resourceAttributes: {...(namespace !== undefined && {namespace}), ...action}},
			},
		});
		if (answer.status !== 201 && answer.status !== 200) return {kind: 'unknown', why: sentenceOf(answer)};
		const review = v.safeParse(reviewSchema, answer.body);
		if (!review.success) {
			return {kind: 'unknown', why: 'the API server answered with something other than a review'};
		}
		const {allowed, denied, reason, evaluationError} = review.output.status;
		if (allowed) return {kind: 'allowed'};
		// Neither allowed nor denied with an error: an authorizer could not be asked.
		if (!denied && reason === '' && evaluationError !== '') {
			return {kind: 'unknown', why: printable(evaluationError)};
		}
		return {kind: 'denied', reason: printable(reason) || missingRule(action)};
	} catch (error) {
		if (error instanceof TransportError) return {kind: 'unknown', why: error.message};
		throw error;
	}
}

/**
 * What the operator may do in a namespace, or where none is given in all at once, in the order of `actions`. Also asked of a cluster that is connected
 * read-only: a review stores nothing.
 */
export async function mayI(
	cluster: Cluster,
	namespace: string | undefined,
	actions: readonly AccessAction[],
): Promise<Access[]> {
	return Promise.all(actions.map(async action => ask(cluster, namespace, action)));
}
