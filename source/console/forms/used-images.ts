/** The images that a namespace already uses, for the form beneath. */
import {topSheet} from '../state/read.js';
import {closeSheet, isForm, notifyOnSheet, openSheet} from '../state/select.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';
import {changeRevisionForm, changeServiceForm} from './forms.js';

/** Of all services and revisions that are known: those of the form's own service first, each once, the newest revision's first. */
function usedImages(
	{services, revisions}: Pick<ConsoleState, 'services' | 'revisions'>,
	{namespace, service}: {namespace: string; service: string | undefined},
): string[] {
	const all = [...revisions.values()].flat().filter(revision => revision.namespace === namespace);
	const own = all.filter(revision => revision.service === service);
	return [
		...new Set([
			...own.map(({image}) => image),
			...services.filter(view => view.namespace === namespace).map(({summary}) => summary.image),
			...all.map(({image}) => image),
		]),
	].filter(image => image !== '');
}

/** Opens the list over a form that has an image. */
export function openImages(store: ConsoleStore): void {
	const state = store.getState();
	const form = topSheet(state);
	if (form?.kind !== 'create service' && form?.kind !== 'create revision') {
		return notifyOnSheet(store, {tone: 'info', text: 'This form has no image.'});
	}
	const of =
		form.kind === 'create service'
			? {namespace: form.values.namespace, service: undefined}
			: {namespace: form.seen.namespace, service: form.service};
	const images = usedImages(state, of);
	if (images.length === 0) {
		return notifyOnSheet(store, {tone: 'info', text: `No image is used in ${of.namespace} yet.`});
	}
	openSheet(store, {kind: 'images', images});
}

/** Back to the form, with this image in it. */
export function pickImage(store: ConsoleStore, image: string): void {
	closeSheet(store);
	const form = topSheet(store.getState());
	if (!form || !isForm(form)) return;
	if (form.kind === 'create service') changeServiceForm(store, {image});
	else if (form.kind === 'create revision') changeRevisionForm(store, {image}, form.kind);
}
