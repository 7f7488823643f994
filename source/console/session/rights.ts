/** What the operator may do in a namespace, asked before it is offered and again when the server says no after all. */
import {mayI, type Access, type AccessAction} from '../../kube/auth/access.js';
import type {Cluster} from '../../kube/cluster.js';
import {selectedService, topSheet} from '../state/read.js';
import {homeNamespaceOf} from '../state/scope.js';
import type {Plan, PlanAction} from '../../release/plan.js';
import {systemTimers, type Timers} from '../../kube/timers.js';
import type {ConsoleState, ConsoleStore, Right, Rights} from '../state/state.js';
import {unknownRights} from '../state/slices/cluster-slice.js';

export type RightName = keyof Rights;

/** What a write needs to be allowed; all others change a service: `patch`. */
const rightsOfActions: Partial<Record<PlanAction, RightName>> = {
	'create service': 'create',
	'delete service': 'delete',
	'delete revision': 'deleteRevision',
};

/** Which right a plan takes; `patch`, unless it is said of its action that it takes another one. */
export const rightOfPlan = ({action}: Pick<Plan, 'action'>): RightName => rightsOfActions[action] ?? 'patch';

/** What it takes to say what may be done in a namespace. */
export type RightsState = Pick<ConsoleState, 'rights' | 'connection' | 'standing'>;

const serving = {group: 'serving.knative.dev'};

const asked: Readonly<Record<RightName, AccessAction>> = {
	create: {verb: 'create', ...serving, resource: 'services'},
	patch: {verb: 'patch', ...serving, resource: 'services'},
	delete: {verb: 'delete', ...serving, resource: 'services'},
	deleteRevision: {verb: 'delete', ...serving, resource: 'revisions'},
};

/** `only`: the service that may be the one somebody has rights to (RBAC's resourceNames). */
const askedOf = (name: RightName, only: string | undefined): AccessAction =>
	only !== undefined && (name === 'patch' || name === 'delete') ? {...asked[name], name: only} : asked[name];

const none = (reason: string): Rights => {
	const right: Right = {allowed: false, reason};
	return {create: right, patch: right, delete: right, deleteRevision: right};
};

const readOnlyRights = none('started with --read-only');

/** The last one that was made: who asks often is to get the same. */
let movedRights: {movedTo: string; rights: Rights} | undefined;

/** The rights in a namespace, as far as they are known: the same object until something about them changes. */
export function rightsIn({rights, connection, standing: {movedTo}}: RightsState, namespace: string): Rights {
	if (connection.kind === 'connected' && connection.readOnly) return readOnlyRights;
	// The context means another cluster by now: nothing is written to the one that is shown.
	if (movedTo !== undefined) {
		if (movedRights?.movedTo !== movedTo) {
			movedRights = {movedTo, rights: none(`${movedTo}; :ctx goes there`)};
		}
		return movedRights.rights;
	}
	return rights.get(namespace) ?? unknownRights;
}

/** What is offered now: of what is selected, and where a new service would be. The rights in it stay the same objects. */
export function offeredRights(state: ConsoleState): Rights {
	const service = selectedService(state);
	const {create} = rightsIn(state, homeNamespaceOf(state));
	return {...rightsIn(state, service?.namespace ?? state.namespace), create};
}

/** `only`: the only service that is shown there. */
type RightsPlace = {namespace: string; only?: string | undefined};

/** Asks for the namespace; an answer that comes after `signal` is not used. */
async function askRights(
	store: ConsoleStore,
	cluster: Cluster,
	{namespace, only}: RightsPlace,
	signal: AbortSignal,
): Promise<void> {
	if (cluster.readOnly) return;
	const names: RightName[] = ['create', 'patch', 'delete', 'deleteRevision'];
	const answers = await mayI(
		cluster,
		namespace,
		names.map(name => askedOf(name, only)),
	);
	if (signal.aborted) return;
	const of = (name: RightName) => rightOf(answers[names.indexOf(name)]);
	const rights = {
		create: of('create'),
		patch: of('patch'),
		delete: of('delete'),
		deleteRevision: of('deleteRevision'),
	};
	store.setState(state => ({rights: new Map(state.rights).set(namespace, rights)}));
}

/**
 * Asks for the namespace of each service that is selected, once. Returns what asks again for all that was asked for, when the
 * server has said no to what was allowed.
 */
export function followRights(
	store: ConsoleStore,
	cluster: Cluster,
	{namespace, only}: RightsPlace,
	signal: AbortSignal,
	timers: Pick<Timers, 'after'> = systemTimers,
): () => void {
	const known = new Set<string>();
	const ask = (wanted: string) => {
		if (known.has(wanted)) return;
		known.add(wanted);
		void askRights(store, cluster, {namespace: wanted, only}, signal);
	};
	// Not before the services are there, or are known not to come: they are what one waits for.
	const askFirst = ({feeds}: ConsoleState) => {
		if (feeds.services.kind !== 'connecting') ask(namespace);
	};
	askFirst(store.getState());
	const unsubscribe = store.subscribe(state => {
		askFirst(state);
		const service = selectedService(state);
		if (service) ask(service.namespace);
	});
	signal.addEventListener('abort', unsubscribe, {once: true});
	askWhileReviewed(store, cluster, only, signal, timers);
	return () => {
		for (const each of known) void askRights(store, cluster, {namespace: each, only}, signal);
	};
}

/** Milliseconds between two questions whether what is on review may still be done. */
const reviewedInterval = 5000;

/** The plan that waits for its Enter. */
function reviewedPlan(state: ConsoleState): Plan | undefined {
	const sheet = topSheet(state);
	return sheet?.kind === 'review' && (sheet.phase.kind === 'open' || sheet.phase.kind === 'armed')
		? sheet.plan
		: undefined;
}

/**
 * A right may be taken away while a review is open, and no watch tells of it. What cannot be asked stays as it was: that the
 * API server is away is said elsewhere.
 */
function askWhileReviewed(
	store: ConsoleStore,
	cluster: Cluster,
	only: string | undefined,
	signal: AbortSignal,
	timers: Pick<Timers, 'after'>,
): void {
	if (cluster.readOnly) return;
	let reviewed: Plan | undefined;
	let callOff: (() => void) | undefined;
	const isCurrent = (plan: Plan) => plan === reviewed && !signal.aborted;

	async function ask(plan: Plan): Promise<void> {
		const {namespace} = plan;
		const name = rightOfPlan(plan);
		const [answer] = await mayI(cluster, namespace, [askedOf(name, only)]);
		if (!isCurrent(plan)) return;
		const before = store.getState().rights.get(namespace) ?? unknownRights;
		if (answer && answer.kind !== 'unknown' && before[name].allowed !== (answer.kind === 'allowed')) {
			const rights = {...before, [name]: rightOf(answer)};
			store.setState(state => ({rights: new Map(state.rights).set(namespace, rights)}));
		}
		wait(plan);
	}

	function wait(plan: Plan): void {
		callOff = timers.after(reviewedInterval, () => {
			if (isCurrent(plan)) void ask(plan);
		});
	}

	const unsubscribe = store.subscribe(state => {
		const plan = reviewedPlan(state);
		if (plan === reviewed) return;
		callOff?.();
		reviewed = plan;
		if (plan) wait(plan);
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

function rightOf(answer: Access | undefined): Right {
	if (answer?.kind === 'denied') return {allowed: false, reason: answer.reason};
	return {allowed: true, reason: ''};
}

/** Why an action is not open to the operator there, as a sentence; undefined when it is. */
export function refusedRight(state: RightsState, name: RightName, namespace: string): string | undefined {
	return refusalOfRight(rightsIn(state, namespace)[name]);
}

/** The same of a right that is at hand. */
export function refusalOfRight({allowed, reason}: Right): string | undefined {
	return allowed ? undefined : `Not allowed here: ${reason}.`;
}
