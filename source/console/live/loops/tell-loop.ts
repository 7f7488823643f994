/** What a loop is told of its service: where to ask, what split the route has, its tags, and what to compare. */
import {routeSettled} from '../../../knative/service/service-state.js';
import type {ServiceView} from '../../../knative/service/service.js';
import {revisionsOf} from '../../state/read.js';
import type {ConsoleState} from '../../state/state.js';
import {pairOf} from '../compared-pair.js';
import {tagsOf, targetOf} from '../request-target.js';
import type {LoopEntry} from './loop-entry.js';

/** Tells what is new since it was told before; nothing while the service cannot be asked. */
export function tellLoop(state: ConsoleState, service: ServiceView, entry: LoopEntry): void {
	const asked = targetOf(service, service.url, state.gateway, entry.requestOptions);
	if (!asked.ok) return;
	const {host, port} = asked.target.address;
	const {scheme, protocol, tagsAt, isHostUnknown = false} = asked.target;
	const tagsDoor = tagsAt ? `${tagsAt.scheme} ${tagsAt.address.host}:${tagsAt.address.port}` : '';
	const authority = `${asked.target.authority} ${scheme} ${host}:${port} ${protocol} ${tagsDoor} ${isHostUnknown}`;
	if (authority !== entry.told.authority) {
		entry.loop.retarget(asked.target);
		entry.told = {authority, tags: ''};
		// Another gateway may have rules for them.
		entry.byHeader = undefined;
	}
	entry.loop.setEpoch({
		weights: service.statusTraffic.map(({revision, percent}) => ({revision, percent})),
		// With a part of the split nothing can be compared.
		settling: !routeSettled(service) || service.splitDoubt !== undefined,
	});
	const mayAskTags = asked.tagsMissing === undefined;
	const tags = mayAskTags ? tagsOf(service, entry.byHeader) : [];
	const said = tags.map(({tag, revision, authority: name}) => `${tag} ${revision} ${name}`).join('\n');
	if (said !== entry.told.tags) {
		entry.told.tags = said;
		void entry.loop.learn(tags);
	}
	const pair = pairOf(service, revisionsOf(state, service), entry.byHeader);
	entry.loop.setSides(pair.ok && mayAskTags ? pair.sides : undefined);
}
