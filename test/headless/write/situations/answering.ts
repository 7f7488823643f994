/** The cluster as it is to who may not do all, or looks at another moment. */
import type {Cluster} from '../../../../source/kube/cluster.js';
import {servingPath} from '../../../../source/kube/paths.js';
import {services} from '../operators.js';

/** The cluster with another answer to requests like that. */
export const answering =
	(method: string, path: string, status: number, body: object) =>
	(own: Cluster): Cluster => ({
		...own,
		request: async request =>
			request.method === method && request.path === path
				? {status, body, warnings: []}
				: own.request(request),
	});

/** A role that may change services, and no revisions. */
export const mayNotMark = answering('PATCH', servingPath('revisions', 'default', 'cart-00002'), 403, {
	kind: 'Status',
	apiVersion: 'v1',
	status: 'Failure',
	reason: 'Forbidden',
	message: 'revisions.serving.knative.dev "cart-00002" is forbidden',
	code: 403,
});

/** As the cluster was before the newest revision was ready, until somebody has been asked. */
export const beforeReady =
	(isAsked: () => boolean, latestReadyRevisionName: string) =>
	(own: Cluster): Cluster => ({
		...own,
		async request(request) {
			const answer = await own.request(request);
			if (isAsked() || request.method !== 'GET' || request.path !== `${services}/cart`) return answer;
			const body = Object(answer.body);
			return {
				...answer,
				body: {...body, status: {...Object(Reflect.get(body, 'status')), latestReadyRevisionName}},
			};
		},
	});
