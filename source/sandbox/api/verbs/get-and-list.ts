/**
 * get and list.
 *
 * Source: k8s.io/apiserver pkg/endpoints/handlers/get.go, pkg/storage/etcd3/store.go.
 */
import type {ObjectStore, Resource, StoredObject} from '../../shared-store.js';
import {inForm, listInForm} from './object-forms.js';
import {at, parseJson} from '../body/json.js';
import type {Form} from '../http/negotiation.js';
import type {IncludeObject, ListMetadata} from '../../kubectl-compat/partial-object.js';
import type {Api, ApiReply, ResourceRequest} from '../http/request.js';
import {parseFieldSelector, parseLabelSelector, type Selector} from './selector.js';
import {
	badRequest,
	expired,
	forbiddenValue,
	invalid,
	notFound,
	tooLargeResourceVersion,
	unnamedError,
	type ApiError,
	type FieldCause,
} from '../http/api-error.js';

/**
 * One object, in the form that was asked for.
 *
 * @throws ApiError 404 where it is not there, 500 for a version that is no number, 504 for one that is still to come.
 */
export function get(api: Api, request: ResourceRequest): ApiReply {
	const {resource, namespace, name = '', query, form} = request;
	checkResourceVersion(api.store, query.get('resourceVersion') ?? '');
	const object = api.store.get(resource, namespace, name);
	if (!object) {
		throw notFound(resource, name);
	}

	return {
		code: 200,
		...asAsked(form),
		body: inForm(object, resource, form, {includeObject: includeObjectOf(query), now: api.now()}),
	};
}

/** How the answer is written. */
const asAsked = ({yaml}: Form): Pick<ApiReply, 'yaml'> => (yaml === true ? {yaml} : {});

/**
 * A page of a list, with what comes after it.
 *
 * @throws ApiError 400 for parameters that do not go together, 410 for a version that is forgotten, 504 for one that is still to
 * come.
 */
export function list(api: Api, request: ResourceRequest): ApiReply {
	const {resource, query, form} = request;
	const {objects, metadata} = select(api.store, request);
	return {
		code: 200,
		...asAsked(form),
		body: listInForm(objects, resource, form, metadata, {
			includeObject: includeObjectOf(query),
			now: api.now(),
		}),
	};
}

/** What a list or a deletion of a collection means: the objects of the page and what is said about it. */
export function select(
	store: ObjectStore,
	request: ResourceRequest,
): {objects: StoredObject[]; metadata: ListMetadata} {
	const {resource, namespace, query, form} = request;
	const matches = selectorOf(request);
	const token = query.get('continue') ?? '';
	const asked = query.get('resourceVersion') ?? '';
	if (token !== '' && asked !== '' && asked !== '0') {
		throw badRequest('specifying resource version is not allowed when using continue');
	}

	checkVersionMatch(query);
	const limit = limitOf(query);
	const start = token === '' ? undefined : parseContinue(token);
	const isExact = query.get('resourceVersionMatch') === 'Exact' && asked !== '';
	checkResourceVersion(store, asked);
	const version = start?.resourceVersion ?? (isExact ? asked : store.resourceVersion);
	const all = stateAt(store, resource, namespace, version, start?.after).filter(object => matches(object));
	const remaining = start ? all.filter(object => keyOf(object) > start.after) : all;
	const page = limit > 0 ? remaining.slice(0, limit) : remaining;
	const last = page.at(-1);
	const left = remaining.length - page.length;
	// A selector would make the count a guess; a real server leaves it out then.
	const isSelected = [query.get('labelSelector'), query.get('fieldSelector')].some(text => text);
	return {
		objects: page,
		metadata: {
			resourceVersion: version,
			// Lists of custom resources say also that nothing is left.
			...(left > 0 && last
				? {continue: continueAfter(version, keyOf(last))}
				: resource.group.includes('.') && form.as === 'Object'
					? {continue: ''}
					: {}),
			...(left > 0 && !isSelected ? {remainingItemCount: left} : {}),
		},
	};
}

/** Both selectors of a request and, for a single object, its name. */
export function selectorOf({resource, name, query}: ResourceRequest): Selector {
	const byLabel = parseLabelSelector(query.get('labelSelector') ?? '');
	const byField = parseFieldSelector(query.get('fieldSelector') ?? '', resource);
	return object =>
		(name === undefined || object.metadata.name === name) && byLabel(object) && byField(object);
}

/**
 * What each row of a Table has of its object; `Metadata` unless told.
 *
 * @throws ApiError 400.
 */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
	const asked = query.get('includeObject') ?? '';
	switch (asked) {
		case 'None':
		case 'Object': {
			return asked;
		}

		case '':
		case 'Metadata': {
			return 'Metadata';
		}

		default: {
			throw badRequest(
				`invalid includeObject value: ${JSON.stringify(asked)}, must be one of None, Metadata, Object`,
			);
		}
	}
}

/**
 * Refuses a resourceVersion that is none or that is still to come.
 *
 * @throws ApiError 500 or 504.
 */
function checkResourceVersion(store: ObjectStore, asked: string): void {
	if (asked !== '' && !/^\d{1,15}$/.test(asked)) {
		throw noResourceVersion(asked);
	}

	if (Number(asked) > Number(store.resourceVersion)) {
		throw tooLargeResourceVersion(asked, store.resourceVersion);
	}
}

/** Not a word of the API's own: the number is read before anybody looks at what it is of. */
export function noResourceVersion(asked: string): ApiError {
	return unnamedError(
		`resourceVersion: Invalid value: ${JSON.stringify(asked)}: strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`,
	);
}

/** Objects a page may have; 0 and less are no limit. */
function limitOf(query: URLSearchParams): number {
	return wholeNumber(query.get('limit') ?? '');
}

/** @throws ApiError 400 for a parameter that is no whole number. */
export function wholeNumber(text: string): number {
	if (!/^(?:[+-]?\d+)?$/.test(text)) {
		throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
	}

	return Number(text);
}

/** @throws ApiError 422 when how a version is to match is asked for in a way that it cannot. */
function checkVersionMatch(query: URLSearchParams): void {
	const match = query.get('resourceVersionMatch') ?? '';
	if (match === '') {
		return;
	}

	const asked = query.get('resourceVersion') ?? '';
	const causes: FieldCause[] = [];
	if (asked === '') {
		causes.push(
			forbiddenValue(
				'resourceVersionMatch',
				'resourceVersionMatch is forbidden unless resourceVersion is provided',
			),
		);
	}

	if ((query.get('continue') ?? '') !== '') {
		causes.push(
			forbiddenValue('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'),
		);
	}

	if (!['Exact', 'NotOlderThan'].includes(match)) {
		causes.push({
			reason: 'FieldValueNotSupported',
			field: 'resourceVersionMatch',
			message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
		});
	}

	if (match === 'Exact' && asked === '0') {
		causes.push(
			forbiddenValue(
				'resourceVersionMatch',
				'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
			),
		);
	}

	if (causes.length > 0) {
		throw invalid({group: 'meta.k8s.io', kind: 'ListOptions'}, '', causes);
	}
}

/** The objects as they were at a version: the present state with the changes since then undone. */
function stateAt(
	store: ObjectStore,
	resource: Resource,
	namespace: string | undefined,
	version: string,
	after: string | undefined,
): StoredObject[] {
	const present = store.list(resource, namespace);
	if (version === store.resourceVersion) {
		return present;
	}

	const changes = store.changesSince(version);
	if (changes === 'expired') {
		throw after === undefined
			? expired('The resourceVersion for the provided list is too old.')
			: expired(
					'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
					{continue: continueAfter(store.resourceVersion, after)},
				);
	}

	const state = new Map(present.map(object => [keyOf(object), object]));
	for (const change of changes.toReversed()) {
		const {object, previous} = change;
		const isMeant =
			change.resource.group === resource.group &&
			change.resource.plural === resource.plural &&
			(namespace === undefined || object.metadata.namespace === namespace);
		if (isMeant && previous) {
			state.set(keyOf(object), previous);
		} else if (isMeant) {
			state.delete(keyOf(object));
		}
	}

	return [...state.entries()]
		.toSorted(([left], [right]) => (left < right ? -1 : 1))
		.map(([, object]) => object);
}

/** The order of lists: by namespace, then by name. */
function keyOf(object: StoredObject): string {
	return `${object.metadata.namespace ?? ''}\0${object.metadata.name}`;
}

function continueAfter(resourceVersion: string, after: string): string {
	return Buffer.from(JSON.stringify({v: 'meta.k8s.io/v1', rv: resourceVersion, start: after})).toString(
		'base64url',
	);
}

function parseContinue(token: string): {resourceVersion: string; after: string} {
	try {
		const value = parseJson(Buffer.from(token, 'base64url').toString('utf8'));
		const resourceVersion = at(value, 'rv');
		const after = at(value, 'start');
		if (
			typeof resourceVersion === 'string' &&
			/^\d{1,15}$/.test(resourceVersion) &&
			typeof after === 'string'
		) {
			return {resourceVersion, after};
		}
	} catch {
		// Told below: whatever is wrong with it, the client can do no more than start again.
	}

	throw badRequest(
		`invalid continue token: continue key is not valid: ${base64Problem(token) ?? 'invalid character looking for beginning of value'}`,
	);
}

/** What Go says of a text that is no base64 for URLs without padding. */
function base64Problem(text: string): string | undefined {
	const wrong = /[^\w-]/.exec(text)?.index ?? (text.length % 4 === 1 ? text.length - 1 : undefined);
	return wrong === undefined ? undefined : `illegal base64 data at input byte ${wrong}`;
}
