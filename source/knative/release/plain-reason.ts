/** Why a service is not Ready, in plain words: for a table in which nobody has asked for the server's own. Pure. */
import {messageTrouble} from '../revision/revision-trouble.js';
import type {ServiceView} from '../service/service.js';
import {condition, serviceState} from '../service/service-state.js';
import {lateRefusal} from './late-refusal.js';

/** What a Configuration says of the revision that failed (knative/serving pkg/apis/serving/v1/configuration_lifecycle.go). */
const failedRevision = /^Revision "(?<name>[^"]+)" failed with message: (?<message>[^]*)$/;

/** Which revision a Route misses (pkg/reconciler/route/traffic/errors.go). */
const missingRevision =
	/^Revision "(?<name>[^"]+)" (?<what>referenced in traffic not found|failed to become ready|is not yet ready)/;

/** What the controllers say while they are at work, by its reason. */
const atWork: Readonly<Record<string, string>> = {
	IngressNotConfigured: 'waiting for the gateway',
	Uninitialized: 'waiting for the gateway',
	RolloutInProgress: 'a gradual rollout is in progress',
	EndpointsNotReady: 'waiting for the first pod',
	RevisionMissing: 'waiting for a revision of the split to become ready',
};

/** Printable, without an end; empty where there is nothing to say. */
export function plainReason(service: ServiceView): string {
	const state = serviceState(service);
	const {sentence} = state;
	if (sentence === '') return '';
	const configurations = condition(service, 'ConfigurationsReady');
	const failed = failedRevision.exec(configurations?.message ?? '')?.groups;
	const refusal = lateRefusal(service);
	if (failed && (state.kind === 'serving' || refusal?.isFirst === true || !refusal)) {
		return `${failed['name']}: ${messageTrouble(failed['message'] ?? '')}`;
	}
	const routes = condition(service, 'RoutesReady');
	if (refusal) {
		const {name, what = ''} = missingRevision.exec(routes?.message ?? '')?.groups ?? {};
		const how = what.includes('not found') ? 'does not exist' : 'is not ready';
		return without(name === undefined ? refusal.meaning : `${name} ${how}. ${refusal.keeps}`);
	}
	const reason = ['Ready', 'RoutesReady', 'ConfigurationsReady']
		.map(type => condition(service, type))
		.find(
			candidate => candidate?.status !== 'True' && sentence.startsWith(candidate?.reason || '\n'),
		)?.reason;
	const known = reason === undefined ? undefined : atWork[reason];
	if (known !== undefined) return known;
	return without(
		reason !== undefined && sentence.startsWith(`${reason}: `) ? sentence.slice(reason.length + 2) : sentence,
	);
}

const without = (text: string) => text.replace(/\.$/, '');
