/** What has become of a service that somebody is at work on, by what the watch has told. Pure. */
import type {ServiceView} from '../../knative/service/service.js';
import type {ConsoleState} from '../state/state.js';
import {absenceOfService, type Absence} from '../state/absence.js';
import {isShown} from '../state/scope.js';
import {indexOfName} from '../tables/tables.js';

export type Told = Pick<
	ConsoleState,
	'services' | 'namespace' | 'scope' | 'feeds' | 'unreadable' | 'selector'
>;

export type TargetStatus =
	| {kind: 'there'; service: ServiceView}
	/** One of that name, but not the one that was meant: that was deleted. */
	| {kind: 'another'; service: ServiceView}
	| {kind: 'gone'; absence: Absence}
	/** It is not told of here, or not yet. */
	| {kind: 'not told'};

/** There, gone, another one of that name, or not known: the last where the watch has not told everything yet. */
export function targetStatusOf(
	told: Told,
	{uid, name, namespace}: Pick<ServiceView, 'uid' | 'name' | 'namespace'>,
): TargetStatus {
	const {services, feeds} = told;
	const named = services[indexOfName(services, {namespace, name})];
	if (named?.uid === uid) return {kind: 'there', service: named};
	// What is not told of is gone only where everything was told.
	const {kind} = feeds.services;
	if (!isShown(told, namespace) || (kind !== 'live' && kind !== 'stale')) return {kind: 'not told'};
	return named
		? {kind: 'another', service: named}
		: {kind: 'gone', absence: absenceOfService(told, {namespace, name})};
}
