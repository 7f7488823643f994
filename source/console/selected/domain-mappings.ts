/** The DomainMappings of the namespace of the selected service, read when the selection rests and again after a while. */
import type {Cluster} from '../../kube/cluster.js';
import {readDomainMappings} from '../../kube/read-domain-mappings.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import {selectedService} from '../state/read.js';
import type {ConsoleStore} from '../state/state.js';

/** Milliseconds that a service has to stay selected: more urgent things are asked for first. */
const rest = 1000;
/** Milliseconds for which what was read is good enough. */
const remembered = 60_000;

/** Reads them until `signal` says stop. Who may not list them is told nothing: there may be none. */
export function followDomainMappings(
	store: ConsoleStore,
	cluster: Cluster,
	signal: AbortSignal,
	{
		timers = systemTimers,
		now = Date.now,
	}: {timers?: Pick<Timers, 'after'> | undefined; now?: () => number} = {},
): void {
	const readAt = new Map<string, number>();
	let callOff: (() => void) | undefined;
	let waitingFor: string | undefined;

	async function read(namespace: string): Promise<void> {
		waitingFor = undefined;
		readAt.set(namespace, now());
		const found = await readDomainMappings(cluster, namespace, signal);
		if (signal.aborted || !found) return;
		store.setState(({domains}) => ({domains: new Map(domains).set(namespace, found)}));
	}

	const unsubscribe = store.subscribe(state => {
		const namespace = selectedService(state)?.namespace;
		if (namespace === undefined || namespace === waitingFor) return;
		const at = readAt.get(namespace);
		if (at !== undefined && now() - at < remembered) return;
		callOff?.();
		waitingFor = namespace;
		callOff = timers.after(rest, () => void read(namespace));
	});
	signal.addEventListener(
		'abort',
		() => {
			unsubscribe();
			callOff?.();
		},
		{once: true},
	);
}
