/** What the sheets that look into the cluster have in common: what they look at, and how long. */
import type {ApiAnswer} from '../../kube/cluster.js';
import {sentenceOf} from '../../kube/status.js';
import type {Inspected} from './inspected.js';
import {selectedRevision, selectedService, whyNoRevision, whyNoService} from '../state/read.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

/** What is selected in the focused pane: in the revisions pane a revision, else the service. */
export function inspectedOf(state: ConsoleState): Inspected | undefined {
	const service = selectedService(state);
	if (!service) return undefined;
	const {namespace} = service;
	if (state.focus !== 'revisions') {
		return {kind: 'service', name: service.name, namespace, service: service.name, serviceUid: service.uid};
	}
	const revision = selectedRevision(state);
	return (
		revision && {
			kind: 'revision',
			name: revision.name,
			namespace,
			service: service.name,
			serviceUid: service.uid,
		}
	);
}

/** What to say where nothing is selected to be looked at. */
export function nothingSelected(state: ConsoleState): string {
	return state.focus === 'revisions' ? whyNoRevision(state) : whyNoService(state);
}

let lastId = 0;

/** Tells a sheet from all others of this session. */
export function nextId(): number {
	return ++lastId;
}

/** Aborted as soon as the sheet of that id is closed, by whatever way: what follows the cluster for it ends with it. */
export function whileOpen(store: ConsoleStore, id: number): AbortSignal {
	const closing = new AbortController();
	const unsubscribe = store.subscribe(({sheets}, before) => {
		if (sheets === before.sheets || sheets.some(sheet => 'id' in sheet && sheet.id === id)) return;
		unsubscribe();
		closing.abort();
	});
	return closing.signal;
}

/** Why there is no `what` (`the logs of cart-00001-x`), as a sentence, in the server's own words where it has some. */
export function refusalOf(what: string, answer: Pick<ApiAnswer, 'status' | 'body'>): string {
	const why = sentenceOf(answer);
	const may = answer.status === 403 ? 'may not be read by you' : 'cannot be read';
	return `${what} ${may}: ${why.replace(/\.$/, '')}.`;
}
