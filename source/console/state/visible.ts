/** Which services the filter lets through. Pure. */
import type {ServiceView} from '../../knative/service/service.js';

/** By the services they are taken from: every part of the screen asks, at every change. */
const filtered = new WeakMap<readonly ServiceView[], {wanted: string; visible: readonly ServiceView[]}>();

const wantedBy = (filter: string) => filter.trim().toLowerCase();
const isWanted = ({name}: {name: string}, wanted: string) => name.toLowerCase().includes(wanted);

/** Whether the filter lets through what has this name, be it there or gone. */
export const matchesFilter = (item: {name: string}, filter: string) => isWanted(item, wantedBy(filter));

/** The services that the filter lets through, in order of name: the same array for the same services and filter. */
export function visibleServices({
	services,
	filter,
}: {
	services: readonly ServiceView[];
	filter: string;
}): readonly ServiceView[] {
	const wanted = wantedBy(filter);
	if (wanted === '') return services;
	const known = filtered.get(services);
	if (known?.wanted === wanted) return known.visible;
	const visible = services.filter(service => isWanted(service, wanted));
	filtered.set(services, {wanted, visible});
	return visible;
}
