/** The revisions of the selected service, asked for by themselves as long as nothing better tells of them. */
import type {Cluster} from '../../kube/cluster.js';
import {listAll} from '../../kube/list.js';
import {identityOf} from '../../kube/identity.js';
import {ofService, servingPath} from '../../kube/paths.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import {parseRevision} from '../../knative/revision/revision.js';
import type {ServiceView} from '../../knative/service/service.js';
import {selectedService} from '../state/read.js';
import type {ReadRevision} from '../session/revisions-ahead.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

export type SelectedRevisions = {
	/** Asks at once, unless they are known or asked for already. */
	ask(): void;
	/** Asks in any case. Resolves when it is answered, refused, or called off because another service is selected. */
	askAgain(): Promise<void>;
	stop(): void;
};

/** Milliseconds for which a selection has to stay: a held key comes every 30 or so. */
const rest = 120;

/**
 * Follows the selection: asks for the revisions of a service that stays selected, again when the service was changed since,
 * and calls off what nobody looks at any more. A failure is nobody's news here: who follows all revisions says it.
 *
 * @param onAsk Told that a question is sent; what it returns is told of the answer: all revisions of the service at once.
 */
export function followSelected(
	store: ConsoleStore,
	{
		cluster,
		namespace,
		timers = systemTimers,
		onAsk,
	}: {
		cluster: Cluster;
		/** Only of services in it; undefined: in any. */
		namespace: string | undefined;
		timers?: Pick<Timers, 'after'> | undefined;
		onAsk: (service: ServiceView) => (revisions: readonly ReadRevision[]) => void;
	},
): SelectedRevisions {
	/** As of which state of the service, by its uid, its revisions were asked for. A new revision is a change of the service, too. */
	const known = new Map<string, ServiceView>();
	let underWay: {service: ServiceView; calling: AbortController} | undefined;
	let stopWaiting: (() => void) | undefined;

	const selectedIn = (state: ConsoleState) => {
		const service = selectedService(state);
		return namespace === undefined || service?.namespace === namespace ? service : undefined;
	};
	const selected = () => selectedIn(store.getState());
	const callOff = () => {
		underWay?.calling.abort();
		underWay = undefined;
	};
	const askLater = () => {
		stopWaiting?.();
		stopWaiting = timers.after(rest, () => void ask());
	};
	async function ask(): Promise<void> {
		stopWaiting?.();
		const service = selected();
		if (!service || underWay || known.get(service.uid) === service) return;
		const calling = new AbortController();
		underWay = {service, calling};
		const onAnswer = onAsk(service);
		const revisions = await read(cluster, service, calling.signal);
		if (calling.signal.aborted) return;
		underWay = undefined;
		if (revisions) {
			known.set(service.uid, service);
			onAnswer(revisions);
		}
		if (selected() !== service) askLater();
	}
	const unsubscribe = store.subscribe((state, before) => {
		const service = selectedIn(state);
		if (service === selectedIn(before)) return;
		if (underWay && service?.uid !== underWay.service.uid) callOff();
		askLater();
	});
	return {
		ask: () => void ask(),
		async askAgain() {
			callOff();
			known.clear();
			await ask();
		},
		stop() {
			unsubscribe();
			stopWaiting?.();
			callOff();
		},
	};
}

/** Undefined when they cannot be had, or one of them cannot be read: without it the others would pass for all. */
async function read(
	cluster: Cluster,
	{namespace, name}: ServiceView,
	signal: AbortSignal,
): Promise<readonly ReadRevision[] | undefined> {
	const items = await listAll(cluster, servingPath('revisions', namespace), ofService(name), signal);
	const revisions: ReadRevision[] = [];
	for (const item of items ?? []) {
		const parsed = parseRevision(item);
		const version = identityOf(item)?.resourceVersion;
		if (!parsed.ok || version === undefined || parsed.value.service !== name) return undefined;
		revisions.push({view: parsed.value, version});
	}
	return items && revisions;
}
