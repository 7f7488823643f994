/**
 * Who asks: the bearer of a token, or whom that one speaks for.
 *
 * Sources: k8s.io/apiserver pkg/endpoints/filters/impersonation, pkg/authentication/serviceaccount/util.go.
 */
import {createHash, timingSafeEqual} from 'node:crypto';
import {everything, mayUseResource, type PolicyRule} from './rbac.js';
import {headersDistinct, type ApiMessage} from '../http/exchange.js';
import {badRequest, forbidden, unauthorized} from '../http/api-error.js';

export type ApiUser = {
	/** As annotations and denials name them. */
	name: string;
	/** What every request of theirs has to bring as `Authorization: Bearer …`; read again for each. */
	readonly token: string;
	groups?: readonly string[];
	/** What they may do; everything for the group system:masters, whatever this says. */
	rules: readonly PolicyRule[];
};

export type Caller = {
	user: {name: string; groups: string[]; uid?: string; extra?: Record<string, string[]>};
	rules: readonly PolicyRule[];
};

const authenticated = 'system:authenticated';
const masters = 'system:masters';
const anonymous = 'system:anonymous';

/**
 * The caller of a request.
 *
 * Who says nothing of itself is `system:anonymous`, which has hardly any right.
 *
 * @throws ApiError 401 with an unknown token; 403 when the caller may not speak for whom it names; 400 when it names
 *   groups but no user.
 */
export function callerOf(
	{headers, rawHeaders}: Pick<ApiMessage, 'headers' | 'rawHeaders'>,
	users: readonly ApiUser[],
): Caller {
	if (headers.authorization === undefined) {
		const caller = callerNamed(anonymous, ['system:unauthenticated'], []);
		return impersonated(asUtf8(headersDistinct(rawHeaders)), caller, users);
	}

	const given = /^Bearer +(?<token>\S+)$/i.exec(headers.authorization ?? '')?.groups?.['token'] ?? '';
	// Digests are compared: in constant time whatever the lengths.
	const found = users.find(user => timingSafeEqual(digest(given), digest(user.token)));
	if (!found) {
		throw unauthorized();
	}

	const caller = callerNamed(found.name, [...(found.groups ?? []), authenticated], found.rules);
	return impersonated(asUtf8(headersDistinct(rawHeaders)), caller, users);
}

const fromUtf8 = (value: string) => Buffer.from(value, 'latin1').toString('utf8');

/** The bytes of a header are UTF-8 to Go; Node reads each of them as a character. */
function asUtf8(headers: ReadonlyMap<string, string[]>): ReadonlyMap<string, string[]> {
	return new Map([...headers].map(([name, values]) => [name, values.map(fromUtf8)]));
}

function impersonated(
	headers: ReadonlyMap<string, string[]>,
	caller: Caller,
	users: readonly ApiUser[],
): Caller {
	const groups = headers.get('impersonate-group') ?? [];
	const [uid] = headers.get('impersonate-uid') ?? [];
	const extra = extraOf(headers);
	const [name] = headers.get('impersonate-user') ?? [];
	if (name === undefined || name === '') {
		if (groups.length > 0 || uid !== undefined || Object.keys(extra).length > 0) {
			throw badRequest('requested groups, uid or extra of somebody without impersonating a user');
		}

		return caller;
	}

	const account = /^system:serviceaccount:(?<namespace>[^:]+):(?<name>[^:]+)$/.exec(name)?.groups;
	if (account) {
		checkImpersonation(caller, 'serviceaccounts', account['name'] ?? '', account['namespace']);
	} else {
		checkImpersonation(caller, 'users', name);
	}

	for (const group of groups) {
		checkImpersonation(caller, 'groups', group);
	}

	if (uid !== undefined) {
		checkImpersonation(caller, 'uids', uid);
	}

	for (const [key, values] of Object.entries(extra)) {
		for (const value of values) {
			checkImpersonation(caller, 'userextras', value, undefined, key);
		}
	}

	const known = users.find(user => user.name === name);
	const own = account
		? ['system:serviceaccounts', `system:serviceaccounts:${account['namespace'] ?? ''}`]
		: [];
	const all = new Set([
		...(groups.length === 0 ? own : groups),
		...(name === anonymous ? ['system:unauthenticated'] : [authenticated]),
	]);
	// The groups of an impersonated user are those that are asked for, none of their own.
	const speaking = callerNamed(name, [...all], known?.rules ?? []);
	return {
		...speaking,
		user: {
			...speaking.user,
			...(uid === undefined ? {} : {uid}),
			...(Object.keys(extra).length === 0 ? {} : {extra}),
		},
	};
}

function callerNamed(name: string, groups: string[], rules: readonly PolicyRule[]): Caller {
	return {user: {name, groups}, rules: groups.includes(masters) ? everything : rules};
}

function checkImpersonation(
	{user, rules}: Caller,
	resource: string,
	name: string,
	namespace?: string,
	subresource?: string,
): void {
	const group = resource === 'uids' || resource === 'userextras' ? 'authentication.k8s.io' : '';
	const attributes = {verb: 'impersonate', group, resource, subresource, namespace, name};
	if (!mayUseResource(rules, attributes)) {
		throw forbidden({...attributes, user: user.name});
	}
}

function extraOf(headers: ReadonlyMap<string, string[]>): Record<string, string[]> {
	const extra = new Map<string, string[]>();
	for (const [header, values] of headers) {
		const key = /^impersonate-extra-(?<key>.+)$/.exec(header)?.groups?.['key'];
		if (key !== undefined) {
			extra.set(decoded(key), values);
		}
	}

	return Object.fromEntries(extra);
}

/** A key that is not percent-encoded is taken as it is. */
function decoded(key: string): string {
	try {
		return decodeURIComponent(key);
	} catch {
		return key;
	}
}

function digest(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}
