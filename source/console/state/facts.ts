/** What a plan on a service is made from, as the console knows it now. */
import type {ServiceView} from '../../knative/service/service.js';
import type {Facts} from '../../release/plan-split.js';
import {changesOf} from '../session/change-recorder.js';
import {knownRevisions} from './read.js';
import type {ConsoleState} from './state.js';

export function factsOf(state: ConsoleState, service: ServiceView): Facts {
	return {
		service,
		revisions: knownRevisions(state, service.name),
		changes: changesOf(state, service.uid),
		now: Date.now(),
		user: state.connection.kind === 'connected' ? state.connection.user : '',
		taken: new Set(state.services.map(({name}) => name)),
	};
}
