/** From a sheet that is only for looking straight to a review, which then stands in its place. */
import {revisionsOf, selectedService} from '../console/state/read.js';
import {notify, notifyOnSheet} from '../console/state/select.js';
import type {ConsoleState, ConsoleStore, Sheet} from '../console/state/state.js';

/**
 * @param open Opens the review; where it does not, it has said why, and one goes on looking.
 * @param label What was wanted, for the sentence when it cannot be: `roll back`.
 */
export function reviewFromSheet(store: ConsoleStore, label: string, open: () => void): void {
	const state = store.getState();
	const {sheets} = state;
	const sheet = sheets.at(-1);
	if (sheet && !isOfSelected(state, sheet)) {
		const text = `${label}: what this shows is not of the selected service any more; Esc goes back.`;
		return notifyOnSheet(store, {tone: 'bad', text});
	}
	notify(store, undefined);
	putInPlace(store, sheets.length);
	open();
}

/** What is opened on that many sheets takes their place; it may have to ask the cluster something before it is there. */
function putInPlace(store: ConsoleStore, below: number): void {
	const stop = store.subscribe(({sheets}) => {
		if (sheets.length === below) return;
		stop();
		if (sheets.length > below) store.setState({sheets: sheets.slice(below)});
	});
}

/** When the service that is looked at was deleted, another one is selected: nobody has asked for a review of that. */
function isOfSelected(state: ConsoleState, sheet: Sheet): boolean {
	const service = selectedService(state);
	if (sheet.kind === 'verify') return sheet.uid === service?.uid;
	if (sheet.kind === 'yaml' || sheet.kind === 'events') return sheet.object.serviceUid === service?.uid;
	if (sheet.kind !== 'logs') return true;
	const {namespace, revision} = sheet;
	return revisionsOf(state, service).some(one => one.namespace === namespace && one.name === revision);
}
