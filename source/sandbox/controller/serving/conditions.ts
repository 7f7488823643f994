/**
 * The conditions of a status and how `Ready` rolls them up.
 *
 * Source: knative/pkg apis/condition_set.go, reconciler/reconcile_common.go.
 */
import type {Condition, ConditionStatus} from '../../../knative/objects/wire.js';
import {timestamp} from '../objects.js';

export type ConditionKind = {
	/** The conditions that `Ready` depends on. */
	dependents: readonly string[];
};

export const serviceConditions: ConditionKind = {dependents: ['ConfigurationsReady', 'RoutesReady']};
export const configurationConditions: ConditionKind = {dependents: []};
export const routeConditions: ConditionKind = {
	dependents: ['AllTrafficAssigned', 'IngressReady', 'CertificateProvisioned'],
};
export const revisionConditions: ConditionKind = {dependents: ['ResourcesAvailable', 'ContainerHealthy']};
export const ingressConditions: ConditionKind = {dependents: ['NetworkConfigured', 'LoadBalancerReady']};

type ConditionEntry = Condition & {
	/** When it last changed, in an order finer than the seconds on the wire. */
	order: number;
};

export type ConditionSet = {
	get(type: string): Condition | undefined;
	/** Sets the condition True, with a reason where being true needs one. */
	markTrue(type: string, reason?: string, message?: string): void;
	markUnknown(type: string, reason?: string, message?: string): void;
	/** Sets the condition False, and `Ready` with it when that depends on it. */
	markFalse(type: string, reason?: string, message?: string): void;
	/** Copies another object's condition. */
	copy(type: string, from: Condition): void;
};

function conditionSet(
	kind: ConditionKind,
	before: readonly Condition[],
): ConditionSet & {all(): Condition[]} {
	const entries = new Map<string, ConditionEntry>(
		before.map(condition => [
			condition.type,
			{...condition, order: Date.parse(condition.lastTransitionTime ?? '')},
		]),
	);
	let order = Number.MAX_SAFE_INTEGER / 2;
	const isDependent = (type: string): boolean => kind.dependents.includes(type);

	function set(type: string, status: ConditionStatus, reason = '', message = ''): void {
		const current = entries.get(type);
		if (
			current?.status === status &&
			(current.reason ?? '') === reason &&
			(current.message ?? '') === message
		) {
			return;
		}

		entries.set(type, {
			type,
			status,
			// What Ready does not depend on is for information.
			...(type === 'Ready' || isDependent(type) ? {} : {severity: 'Info'}),
			...(reason === '' ? {} : {reason}),
			...(message === '' ? {} : {message}),
			order: order++,
		});
	}

	/** What keeps Ready from being True: the last to become False, or else Unknown. */
	function unhappy(): ConditionEntry | undefined {
		const dependents = kind.dependents.map(type => entries.get(type)).filter(entry => entry !== undefined);
		dependents.sort((left, right) => right.order - left.order);
		return (
			dependents.find(({status}) => status === 'False') ?? dependents.find(({status}) => status === 'Unknown')
		);
	}

	function markTrue(type: string, reason?: string, message?: string): void {
		set(type, 'True', reason, message);
		const problem = unhappy();
		if (problem) {
			set('Ready', problem.status, problem.reason, problem.message);
		} else if (type !== 'Ready') {
			set('Ready', 'True');
		}
	}

	function markFalse(type: string, reason?: string, message?: string): void {
		set(type, 'False', reason, message);
		if (isDependent(type)) {
			set('Ready', 'False', reason, message);
		}
	}

	function markUnknown(type: string, reason?: string, message?: string): void {
		set(type, 'Unknown', reason, message);
		// What failed outweighs what is not known.
		if (kind.dependents.some(dependent => entries.get(dependent)?.status === 'False')) {
			if (entries.get('Ready')?.status !== 'False') {
				set('Ready', 'False', reason, message);
			}
		} else if (isDependent(type)) {
			set('Ready', 'Unknown', reason, message);
		}
	}

	if (!entries.has('Ready')) {
		set('Ready', 'Unknown');
	}

	const initial = entries.get('Ready')?.status === 'True' ? 'True' : 'Unknown';
	for (const type of kind.dependents) {
		if (!entries.has(type)) {
			set(type, initial);
		}
	}

	return {
		get: type => entries.get(type),
		markTrue,
		markFalse,
		markUnknown,
		copy(type, {status, reason, message}) {
			if (status === 'True') {
				markTrue(type);
			} else if (status === 'False') {
				markFalse(type, reason, message);
			} else {
				markUnknown(type, reason, message);
			}
		},
		all: () => [...entries.values()].map(({order: _order, ...condition}) => condition),
	};
}

type StatusLike = {observedGeneration?: number; conditions?: Condition[]};

/**
 * One reconcile of a status, as Knative's generated reconcilers frame it: conditions are there from the start, a new
 * generation that nothing is set for is said to be unobserved, the generation counts as observed whatever comes out,
 * and only what changed gets a new time.
 */
export function reconcileStatus<Status extends StatusLike>(
	object: {metadata: {generation?: number}; status?: Status},
	kind: ConditionKind,
	now: number,
	reconcile: (conditions: ConditionSet, status: Partial<Status>) => Partial<Status>,
): Partial<Status> {
	const {generation} = object.metadata;
	const before: Partial<Status> = object.status ?? {};
	const conditions = conditionSet(kind, before.conditions ?? []);
	if (before.observedGeneration !== generation) {
		conditions.markUnknown('Ready', 'NewObservedGenFailure', 'unsuccessfully observed a new generation');
	}

	const status = reconcile(conditions, before);
	return {
		...status,
		...(generation === undefined ? {} : {observedGeneration: generation}),
		conditions: groomed(conditions.all(), before.conditions ?? [], timestamp(now)),
	};
}

const same = (left: Condition, right: Condition): boolean =>
	left.status === right.status &&
	(left.reason ?? '') === (right.reason ?? '') &&
	(left.message ?? '') === (right.message ?? '') &&
	left.severity === right.severity;

function groomed(after: Condition[], before: readonly Condition[], now: string): Condition[] {
	return after
		.map(condition => {
			const earlier = before.find(({type}) => type === condition.type);
			return earlier && same(earlier, condition) ? earlier : {...condition, lastTransitionTime: now};
		})
		.toSorted((left, right) => (left.type < right.type ? -1 : 1));
}
