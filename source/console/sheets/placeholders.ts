/** Which names for tags are free, asked of the server when a sheet needs to know: the console lists no Services of Kubernetes. */
import {newTags, placeholderOf} from '../../knative/release/verbs/role-tags.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Cluster} from '../../kube/cluster.js';
import {readPlaceholders} from '../../kube/read-placeholders.js';
import {systemTimers} from '../../kube/timers.js';
import {notify} from '../state/select.js';
import type {ConsoleStore} from '../state/state.js';

/** Milliseconds after which a key that has to wait for the server says so. */
const soon = 300;

/**
 * Asks for the names of those of these tags that the service has not got, every time: what was free a while ago may not be.
 * Resolves when the store knows what can be known; undefined when there is nothing to ask.
 */
export function askPlaceholders(
	store: ConsoleStore,
	cluster: Cluster,
	service: ServiceView,
	tags: readonly string[],
): Promise<void> | undefined {
	const wanted = newTags(service, tags);
	if (wanted.length === 0) return undefined;
	return ask(store, cluster, service, wanted);
}

async function ask(
	store: ConsoleStore,
	cluster: Cluster,
	{namespace, name}: ServiceView,
	tags: readonly string[],
): Promise<void> {
	const answer = await readPlaceholders(cluster, namespace, name, tags);
	const {connection} = store.getState();
	if (connection.kind !== 'connected' || connection.server !== cluster.server) return;
	store.setState(({placeholders}) => {
		const next = new Map(placeholders);
		for (const tag of tags) {
			const placeholder = placeholderOf(tag, name);
			const state = answer.get(placeholder);
			if (state === undefined) next.delete(`${namespace}/${placeholder}`);
			else next.set(`${namespace}/${placeholder}`, state);
		}
		return {placeholders: next};
	});
}

/** Where the operator is: what is selected, and what lies over the panes. */
function whereabouts(store: ConsoleStore): string {
	const {sheets, selected} = store.getState();
	return [selected?.uid, ...sheets.map(sheet => ('id' in sheet ? sheet.id : sheet.kind))].join(' ');
}

/** What tells whether the operator is still where they are now: a sheet that had to be waited for opens over no other. */
export function stillHere(store: ConsoleStore): () => boolean {
	const before = whereabouts(store);
	return () => whereabouts(store) === before;
}

/**
 * Goes on when that was read, unless the operator went elsewhere meanwhile.
 *
 * @param words Of what is waited for, when it takes long.
 */
export async function afterAsking(
	store: ConsoleStore,
	asked: Promise<void> | undefined,
	goOn: () => void,
	words = 'Asking the server whether the names of the tags are free…',
): Promise<void> {
	if (!asked) return goOn();
	const isHere = stillHere(store);
	const callOff = systemTimers.after(soon, () => notify(store, {tone: 'info', text: words}));
	await asked;
	callOff();
	if (isHere()) goOn();
}
