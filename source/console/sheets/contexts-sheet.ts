/** The contexts of the kubeconfig: to see which there are, and what would be lost on the way to another. */
import type {Cluster} from '../../kube/cluster.js';
import type {ContextInfo} from '../../kube/auth/kubeconfig.js';
import type {GivenGateway} from '../../kube/gateway/gateway-address.js';
import type {RequestOptions} from '../../probe/transport/request-options.js';
import type {PrometheusPlace} from '../../users/prometheus-place.js';
import {withoutUserInfo} from '../../knative/text/user-info.js';
import {printable} from '../../knative/text/printable.js';
import {nextId} from './inspect.js';
import type {ContextRow} from './inspected.js';
import {changeSheet, notify, openSheet} from '../state/select.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

/** Where the console can go. Both read the kubeconfig again, and throw with a sentence when that says nothing of use. */
export type Contexts = {
	/** `isHere`: it is that of `connected`, and still means that cluster. */
	list(connected?: Cluster): Promise<readonly ListedContext[]>;
	/** Sends nothing yet: whether the cluster is there shows when it is asked. */
	connect(name: string): Promise<Cluster>;
	/** Whether it is the cluster that the console began with, whose context may mean another by now. */
	isFirst(cluster: Cluster): Promise<boolean>;
	/** What the operator has laid down for it; undefined where that is nothing of any context. */
	settings?(name: string): Promise<ContextSettings | undefined>;
};

export type ListedContext = ContextInfo & {isHere: boolean};

/** What is said of one context alone, and how services are asked there. */
export type ContextSettings = {
	gateway: GivenGateway | undefined;
	prometheus: PrometheusPlace | undefined;
	requestOptions: RequestOptions;
};

/** Opens the sheet with the contexts there are; production is marked before one goes there. */
export async function chooseContext(
	store: ConsoleStore,
	contexts: Contexts,
	{connected, production}: {connected: Cluster | undefined; production: RegExp | undefined},
): Promise<void> {
	const id = nextId();
	openSheet(store, {kind: 'contexts', id, rows: undefined, sentence: undefined});
	let rows: ContextRow[] = [];
	let sentence: string | undefined;
	try {
		const listed = await contexts.list(connected);
		rows = listed.map(({name, server = '', isHere}) => ({
			name,
			shown: printable(name),
			server: printable(withoutUserInfo(server)),
			isHere,
			isProduction: production?.test(name) ?? false,
		}));
	} catch (error) {
		sentence = sentenceOfError(error);
	}
	changeSheet(store, 'contexts', sheet => (sheet.id === id ? {...sheet, rows, sentence} : sheet));
}

/** What has not been sent and would be gone with its context; nothing when there is nothing. */
export function lossesOf({drafts, leftForms, services}: ConsoleState): string[] {
	const names = [...drafts.keys()].map(
		uid => services.find(service => service.uid === uid)?.name ?? 'a service elsewhere',
	);
	return [
		...names.map(name => `the draft of a split of ${name}`),
		...[...leftForms.values()].flatMap(form => {
			if (form.touched.size === 0) return [];
			return [
				form.kind === 'create service'
					? 'the form of a new service'
					: `the form “${form.kind}” of ${form.service}`,
			];
		}),
	];
}

/** Says why there is no way into that context; one is where one was. */
export function refuseContext(store: ConsoleStore, name: string, error: unknown): void {
	const text = `Not switched to ${printable(name)}: ${sentenceOfError(error)}`;
	notify(store, {tone: 'bad', text});
}

function sentenceOfError(error: unknown): string {
	const said = error instanceof Error ? error.message : String(error);
	return `${said.replace(/[.!?]$/, '')}.`;
}
