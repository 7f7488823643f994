/**
 * GET of a pod's log.
 *
 * Sources: kubernetes pkg/registry/core/pod/{rest/log.go,strategy.go} (LogLocation), pkg/kubelet/kuberuntime/logs.
 */
import {pods} from '../../resources.js';
import type {StoredObject} from '../../shared-store.js';
import type {ApiResponse} from '../http/exchange.js';
import {at, objectsOf, stringOf} from '../body/json.js';
import type {LogLine} from './pod-runtime.js';
import {isYes, type Api, type ResourceRequest} from '../http/request.js';
import {badRequest, invalid, invalidValue, notFound, type FieldCause} from '../http/api-error.js';

type LogOptions = {
	container: string;
	follow: boolean;
	previous: boolean;
	timestamps: boolean;
	/** Milliseconds since 1970. */
	since: number;
	/** Infinity for all lines. */
	tail: number;
	/** Infinity for all bytes. */
	bytes: number;
};

/** How much a follower may leave unread before the connection is broken off. */
const unreadLimit = 16 * 1024 * 1024;

/** @throws ApiError when there is no log to be had; afterwards the response belongs to the log. */
export function podLog(api: Api, request: ResourceRequest): void {
	const {namespace, name = '', query, response} = request;
	const options = logOptionsOf(query, api.now());
	const pod = api.store.get(pods, namespace, name);
	if (!pod) {
		throw notFound(pods, name);
	}

	checkContainer(pod, options.container);
	const log = api.pods?.logOf(`${namespace ?? ''}/${name}`);
	const main = stringOf(objectsOf(at(pod.spec, 'containers'))[0]?.['name']);
	// The queue-proxy has nothing to say here.
	const isMain = options.container === '' || options.container === main;
	const status = objectsOf(at(pod.status, 'containerStatuses'))[0];
	const waiting = stringOf(at(status, 'state', 'waiting', 'reason'));
	const lines = options.previous ? log?.previous() : log?.lines();
	if (options.previous && !lines) {
		throw badRequest(
			`previous terminated container ${JSON.stringify(main)} in pod ${JSON.stringify(name)} not found`,
		);
	}

	if (isMain && waiting !== '' && lines?.length === 0) {
		throw badRequest(
			`container ${JSON.stringify(main)} in pod ${JSON.stringify(name)} is waiting to start: ${waiting}`,
		);
	}

	response.writeHead(200, {'content-type': 'text/plain', 'cache-control': 'no-cache, private'});
	const write = writerTo(response, options);
	const wanted = (isMain ? (lines ?? []) : []).filter(line => line.at >= options.since);
	for (const line of wanted.slice(
		options.tail === 0 ? wanted.length : -Math.min(options.tail, wanted.length),
	)) {
		write(line);
	}

	if (!options.follow || options.previous || !log || !isMain) {
		response.end();
		return;
	}

	response.flushHeaders();
	const stop = log.follow({line: write, ended: () => response.end()});
	response.once('close', stop);
}

function writerTo(response: ApiResponse, {timestamps, bytes}: LogOptions): (line: LogLine) => void {
	let left = bytes;
	return ({at: time, text}) => {
		const stamp = timestamps ? `${new Date(time).toISOString()} ` : '';
		const line = Buffer.from(`${stamp}${text}\n`).subarray(0, left);
		left -= line.length;
		if (line.length > 0) {
			response.write(line);
		}

		if (left <= 0) {
			response.end();
		} else if (response.writableLength > unreadLimit) {
			response.breakOff();
		}
	};
}

/** @throws ApiError 400 when the pod has no such container, or several and none is named. */
export function checkContainer(pod: StoredObject, container: string): void {
	const names = objectsOf(at(pod.spec, 'containers')).map(entry => stringOf(entry['name']));
	if (container === '' && names.length > 1) {
		throw badRequest(
			`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
		);
	}

	if (container !== '' && !names.includes(container)) {
		throw badRequest(`container ${container} is not valid for pod ${pod.metadata.name}`);
	}
}

function logOptionsOf(query: URLSearchParams, now: number): LogOptions {
	const causes: FieldCause[] = [];
	const numberOf = (field: string, least: number): number => {
		const text = query.get(field) ?? '';
		if (text !== '' && !(/^-?\d{1,15}$/.test(text) && Number(text) >= least)) {
			const why = least > 0 ? `must be greater than ${least - 1}` : 'must be greater than or equal to 0';
			causes.push(invalidValue(field, text, why));
		}

		return text === '' ? Number.POSITIVE_INFINITY : Number(text);
	};
	const seconds = numberOf('sinceSeconds', 1);
	const sinceTime = query.get('sinceTime') ?? '';
	const since = sinceTime === '' ? Number.NEGATIVE_INFINITY : Date.parse(sinceTime);
	if (Number.isNaN(since)) {
		causes.push(invalidValue('sinceTime', sinceTime, 'must be a time in RFC 3339'));
	}

	const options = {
		container: query.get('container') ?? '',
		follow: isYes(query.get('follow')),
		previous: isYes(query.get('previous')),
		timestamps: isYes(query.get('timestamps')),
		since: Number.isFinite(seconds) ? now - seconds * 1000 : since,
		tail: numberOf('tailLines', 0),
		bytes: numberOf('limitBytes', 1),
	};
	if (causes.length > 0) {
		throw invalid({group: '', kind: 'PodLogOptions'}, '', causes);
	}

	return options;
}
