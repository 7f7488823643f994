/**
 * Commands in the containers of a pod (exec, attach): looked at as on a cluster, and then refused as by a node that has them
 * switched off. The apps of the sandbox are built into it: there is no process, and no shell, that a command could join.
 *
 * Source: kubernetes pkg/registry/core/pod/strategy.go (streamLocation), pkg/kubelet/server/server.go
 * (getHandlerForDisabledEndpoint).
 */
import {pods} from '../../resources.js';
import {checkContainer} from './read-pod-log.js';
import type {Api, ResourceRequest} from '../http/request.js';
import {ApiError, badRequest, notFound} from '../http/api-error.js';

/** @throws ApiError always: 404 without the pod, 400 for a container or a command that is none, 405 otherwise. */
export function refuseCommand(api: Api, {namespace, name = '', query, subresource}: ResourceRequest): never {
	const pod = api.store.get(pods, namespace, name);
	if (!pod) {
		throw notFound(pods, name);
	}

	if (subresource === 'exec' && query.getAll('command').join('') === '') {
		throw badRequest('you must specify at least 1 command for the container');
	}

	checkContainer(pod, query.get('container') ?? '');
	throw new ApiError(
		405,
		'MethodNotAllowed',
		`${subresource ?? ''} is disabled on node sandbox-node: the containers of the sandbox run no commands; logs and port-forward work`,
		{kind: 'pods', name},
	);
}
