import {selectService} from '../../source/console/state/select.js';
import type {ConsoleStore} from '../../source/console/state/state.js';

/** Selects the service of that name that is listed now, as an operator does who moves there. */
export function selectNamed(store: ConsoleStore, name: string): void {
	const service = store.getState().services.find(candidate => candidate.name === name);
	if (!service) throw new Error(`no service ${name} is listed`);
	selectService(store, service);
}
