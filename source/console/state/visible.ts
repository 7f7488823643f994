/** Which services the filter lets through: by a part of the name, or by a word for their state. Pure. */
import {serviceState} from '../../knative/service/service-state.js';
import type {ServiceView} from '../../knative/service/service.js';
import {keyOf} from '../tables/object-name.js';
import type {Scope} from './scope-kind.js';

/** By the services they are taken from: every part of the screen asks, at every change. */
const filtered = new WeakMap<
	readonly ServiceView[],
	{wanted: string; scope: Scope; visible: readonly ServiceView[]}
>();

/** Words that a filter understands beside parts of names → whether a service is in that state. */
const states: ReadonlyMap<string, (service: ServiceView) => boolean> = new Map([
	['failed', isInTrouble],
	['deploying', service => serviceState(service).kind === 'progressing'],
	['ready', service => serviceState(service).kind === 'ready'],
	['releasing', isReleasing],
]);

export const filterStates: readonly string[] = [...states.keys()];

const failed = new WeakMap<ServiceView, boolean>();
const counted = new WeakMap<readonly ServiceView[], number>();

/** How many of them `/failed` would show; not computed again for the same array, nor for a service that is as it was. */
export function countFailed(services: readonly ServiceView[]): number {
	const known = counted.get(services);
	if (known !== undefined) return known;
	let count = 0;
	for (const service of services) {
		const isFailed = failed.get(service) ?? isInTrouble(service);
		failed.set(service, isFailed);
		if (isFailed) count++;
	}
	counted.set(services, count);
	return count;
}

function isInTrouble(service: ServiceView): boolean {
	const {kind} = serviceState(service);
	return kind === 'failed' || kind === 'serving';
}

/** Its traffic is shared by several revisions. */
export function isReleasing({statusTraffic}: ServiceView): boolean {
	return new Set(statusTraffic.filter(({percent}) => percent > 0).map(({revision}) => revision)).size > 1;
}

type Named = Pick<ServiceView, 'namespace' | 'name'>;

/** Where more than one namespace is shown, by `shop/cart`: who looks for a namespace finds what is in it. */
const textOf = (service: Named, scope: Scope): string =>
	(scope.kind === 'one' ? service.name : keyOf(service)).toLowerCase();

/** Whoever has read of `/failed` types the slash again; no name has one at its start. */
const wantedBy = (filter: string) => filter.trim().replace(/^\/+/, '').toLowerCase();

/** Whether the filter is a part of the name of a service, be that there or gone. */
export const hasInText = (service: Named, filter: string, scope: Scope) =>
	textOf(service, scope).includes(wantedBy(filter));

function isWanted(service: ServiceView, wanted: string, scope: Scope): boolean {
	return hasInText(service, wanted, scope) || (states.get(wanted)?.(service) ?? false);
}

/** The services that the filter lets through, in order of namespace and name: the same array for the same services and filter. */
export function visibleServices({
	services,
	filter,
	scope,
}: {
	services: readonly ServiceView[];
	filter: string;
	scope: Scope;
}): readonly ServiceView[] {
	const wanted = wantedBy(filter);
	if (wanted === '') return services;
	const known = filtered.get(services);
	if (known?.wanted === wanted && known.scope === scope) return known.visible;
	const visible = services.filter(service => isWanted(service, wanted, scope));
	filtered.set(services, {wanted, scope, visible});
	return visible;
}
