/** A key that asks may be pressed before it is known where: each service has its own gateway to be found. */
import {selectedService} from '../state/read.js';
import {notify} from '../state/select.js';
import type {ConsoleStore} from '../state/state.js';

/** Resolves when it is known where the selected service is asked: true; false when another one is selected before that. */
export async function gatewayKnown(store: ConsoleStore): Promise<boolean> {
	const {uid} = selectedService(store.getState()) ?? {};
	if (store.getState().gateway.kind !== 'looking') return true;
	const looking = {tone: 'info', text: 'Looking for the gateway…'} as const;
	notify(store, looking);
	return new Promise(resolve => {
		const unsubscribe = store.subscribe(state => {
			const isOther = selectedService(state)?.uid !== uid;
			if (!isOther && state.gateway.kind === 'looking') return;
			unsubscribe();
			if (store.getState().notice?.text === looking.text) notify(store, undefined);
			resolve(!isOther);
		});
	});
}
