/** Where one revision is asked, whatever the split: at the host of its tag, or at the service's own host with a header. */
import type {ProbeTarget} from './probe.js';

export type TagPlace = {
	authority: string;
	/** The tag, where it is chosen by header: the host is the service's own then. */
	byHeader?: string | undefined;
};

/** What chooses a tag where the cluster has `tag-header-based-routing` on (knative.dev/serving pkg/network, TagHeaderName). */
export const tagHeader = 'Knative-Serving-Tag';

/** Whether a target is that of this place. */
export const isAskedAt = ({authority, byHeader}: TagPlace, asked: ProbeTarget): boolean =>
	asked.authority === authority &&
	(byHeader === undefined ||
		asked.request?.headers?.some(({name, value}) => name === tagHeader && value === byHeader) === true);

/** The service's target, at that place; a header of that name that the operator sends gives way. */
export function targetAt({tagsAt, ...own}: ProbeTarget, {authority, byHeader}: TagPlace): ProbeTarget {
	const target = {...own, ...tagsAt};
	if (byHeader === undefined) return {...target, authority};
	const {method = 'GET', headers = [], ...content} = target.request ?? {};
	const others = headers.filter(({name}) => name.toLowerCase() !== tagHeader.toLowerCase());
	return {
		...target,
		authority,
		request: {...content, method, headers: [...others, {name: tagHeader, value: byHeader}]},
	};
}
