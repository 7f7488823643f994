/**
 * watch: the changes of a collection as they happen, one JSON document a line.
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/{get,watch}.go, pkg/storage/cacher.
 */
import type {StateChange, Resource, StoredObject} from '../../shared-store.js';
import {inForm} from './object-forms.js';
import {apiVersionOf} from './group-version.js';
import {includeObjectOf, noResourceVersion, selectorOf, wholeNumber} from './get-and-list.js';
import {isYes, type Api, type ResourceRequest} from '../http/request.js';
import type {Selector} from './selector.js';
import {expired, forbiddenValue, invalid, type ApiError} from '../http/api-error.js';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** How much a client may leave unread before the watch is broken off; it lists again then, as after any other break. */
const unreadLimit = 16 * 1024 * 1024;
/** Seconds before its end at which a watch is told once more where it is (pkg/storage/cacher/cache_watcher.go). */
const beforeEnd = 2;
/** A watch without timeoutSeconds ends after one to two times this (min-request-timeout). */
const shortestEnd = 30 * 60;
const longestDelay = 2 ** 31 - 1;

/** @throws ApiError when the request cannot be served; afterwards the response belongs to the watch. */
export function watch(api: Api, request: ResourceRequest): void {
	const {resource, namespace, query, form, response} = request;
	const matches = selectorOf(request);
	const includeObject = includeObjectOf(query);
	const start = startOf(query);
	const seconds = timeoutOf(query);
	const wantsBookmarks = isYes(query.get('allowWatchBookmarks'));
	let hasHeaders = false;
	// What is being sent to this client: its bookmark may not be newer than that.
	let told = api.store.resourceVersion;

	/** What a stalled watch has not said yet. */
	let held = '';

	function send(line: unknown): void {
		held += `${JSON.stringify(line)}\n`;
		if (api.faults.current.stallWatches && held.length <= unreadLimit) {
			return;
		}

		response.write(held);
		held = '';
		if (response.writableLength > unreadLimit) {
			response.breakOff();
		}
	}

	function sendEvent(type: EventType, object: StoredObject): void {
		send({
			type,
			object: inForm(object, resource, form, {
				includeObject,
				now: api.now(),
				withoutHeaders: hasHeaders,
			}),
		});
		hasHeaders = true;
	}

	function sendBookmark(annotations?: Record<string, string>): void {
		send({type: 'BOOKMARK', object: bookmark(resource, told, annotations)});
	}

	function tell(change: StateChange): void {
		told = change.object.metadata.resourceVersion;
		const isMeant =
			change.resource.group === resource.group &&
			change.resource.plural === resource.plural &&
			(namespace === undefined || change.object.metadata.namespace === namespace);
		const event = isMeant ? eventOf(change, matches) : undefined;
		if (event) {
			sendEvent(event.type, event.object);
		}
	}

	const since =
		start.resourceVersion === undefined || start.sendInitial
			? []
			: api.store.changesSince(start.resourceVersion);
	response.writeHead(200, {'content-type': 'application/json', 'cache-control': 'no-cache, private'});
	response.flushHeaders();
	if (since === 'expired' || api.isCompacted) {
		send({type: 'ERROR', object: tooOld(start.resourceVersion ?? '', api.store.resourceVersion).status});
		response.end();
		return;
	}

	if (start.resourceVersion === undefined || start.sendInitial) {
		for (const object of api.store.list(resource, namespace)) {
			if (matches(object)) {
				sendEvent('ADDED', object);
			}
		}

		if (start.sendInitial && wantsBookmarks) {
			sendBookmark({'k8s.io/initial-events-end': 'true'});
		}
	} else {
		for (const change of since) {
			tell(change);
		}
	}

	const firstVersion = Number(start.resourceVersion ?? 0);
	const unsubscribe = api.store.subscribe(change => {
		// A watch may ask for what comes after a version that is still to come.
		if (Number(change.object.metadata.resourceVersion) > firstVersion) {
			tell(change);
		}
	});
	const bookmarks = wantsBookmarks ? setInterval(() => sendBookmark(), api.bookmarkInterval) : undefined;
	const end = setTimeout(() => response.end(), Math.min(seconds * 1000, longestDelay));
	const last =
		wantsBookmarks && seconds > beforeEnd
			? setTimeout(() => sendBookmark(), Math.min((seconds - beforeEnd) * 1000, longestDelay))
			: undefined;
	const detach = api.faults.attach({
		resume() {
			if (held !== '') {
				response.write(held);
				held = '';
			}
		},
		cut: () => response.breakOff(),
	});
	bookmarks?.unref();
	end.unref();
	last?.unref();
	response.once('close', () => {
		unsubscribe();
		detach();
		clearInterval(bookmarks);
		clearTimeout(end);
		clearTimeout(last);
	});
}

/** What a change means to a watch that sees only part of the objects. */
function eventOf(
	{type, object, previous}: StateChange,
	matches: Selector,
): {type: EventType; object: StoredObject} | undefined {
	const was = previous !== undefined && matches(previous);
	const is = type !== 'DELETED' && matches(object);
	if (was && is) {
		return {type: 'MODIFIED', object};
	}

	if (is) {
		return {type: 'ADDED', object};
	}

	if (!was) {
		return undefined;
	}

	// The last state that was seen, under the version in which it went out of sight.
	const {resourceVersion} = object.metadata;
	return {type: 'DELETED', object: {...previous, metadata: {...previous.metadata, resourceVersion}}};
}

function startOf(query: URLSearchParams): {resourceVersion: string | undefined; sendInitial: boolean} {
	const asked = query.get('resourceVersion') ?? '';
	if (asked !== '' && !/^\d{1,15}$/.test(asked)) {
		throw noResourceVersion(asked);
	}

	const sendInitial = isYes(query.get('sendInitialEvents'));
	const match = query.get('resourceVersionMatch') ?? '';
	if (query.has('sendInitialEvents') !== (match === 'NotOlderThan')) {
		throw invalid({group: 'meta.k8s.io', kind: 'ListOptions'}, '', [
			query.has('sendInitialEvents')
				? forbiddenValue(
						'resourceVersionMatch',
						'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
					)
				: forbiddenValue(
						'resourceVersionMatch',
						'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
					),
		]);
	}

	// Neither names a version to go on from: the present state comes first.
	return {resourceVersion: asked === '' || asked === '0' ? undefined : asked, sendInitial};
}

function timeoutOf(query: URLSearchParams): number {
	const seconds = wholeNumber(query.get('timeoutSeconds') ?? '');
	return seconds > 0 ? seconds : shortestEnd * (1 + Math.random());
}

function bookmark(
	resource: Resource,
	resourceVersion: string,
	annotations: Record<string, string> | undefined,
): unknown {
	return {
		kind: resource.kind,
		apiVersion: apiVersionOf(resource),
		metadata: {resourceVersion, creationTimestamp: null, ...(annotations ? {annotations} : {})},
	};
}

function tooOld(asked: string, current: string): ApiError {
	return expired(`too old resource version: ${asked} (${current})`);
}
