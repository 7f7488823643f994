/** One request by hand, to the service's own host or to a tag's: the operator's `curl`. */
import {routeSettled} from '../../knative/service/service-state.js';
import {missingRevision, missingService, selectedRevision, selectedService} from '../state/read.js';
import type {ServiceView} from '../../knative/service/service.js';
import {changeSheet, openSheet, saidWhy} from '../state/select.js';
import type {VerifySheet} from '../sheets/sheets.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';
import {gatewayKnown} from './known-gateway.js';
import type {TagsByHeader} from './private-request.js';
import {
	requestOptionsFor,
	targetOf,
	taggedEntry,
	tlsRedirectOf,
	askedUrl,
	whyNoTarget,
} from './request-target.js';

/** Asks the selected service once, at its own host. */
export async function verifyService(store: ConsoleStore): Promise<void> {
	const state = store.getState();
	const service = selectedService(state);
	if (!service) return void saidWhy(store, 'info', missingService);
	const isWhole = service.splitDoubt === undefined;
	const alone = isWhole ? service.statusTraffic.find(({percent}) => percent === 100)?.revision : undefined;
	await ask(store, service, {tag: undefined, revision: alone});
}

/**
 * Asks the selected revision once at its tag URL, where it answers whatever its share is; by header where that URL leads
 * nowhere and the cluster chooses tags so.
 */
export async function verifyRevision(store: ConsoleStore, tagsByHeader: TagsByHeader): Promise<void> {
	const state = store.getState();
	const service = selectedService(state);
	const revision = selectedRevision(state);
	if (!service || !revision) return void saidWhy(store, 'info', missingRevision);
	const entry = taggedEntry(service, revision.name);
	if (!entry) return void saidWhy(store, 'bad', whyUntagged);
	await ask(store, service, {tag: entry.tag, revision: revision.name}, tagsByHeader);
}

/** Why the selected revision cannot be asked on its own; undefined where it can. */
function whyUntagged(state: ConsoleState): string | undefined {
	const service = selectedService(state);
	const revision = selectedRevision(state);
	if (!service || !revision || taggedEntry(service, revision.name)) return undefined;
	return revision.state.ready
		? `${revision.name} has no tag, so it has no URL of its own; t adds one.`
		: `${revision.name} is not ready, so no tag leads to it yet.`;
}

type VerifyQuestion = Pick<VerifySheet, 'tag' | 'revision'>;

async function ask(
	store: ConsoleStore,
	{uid}: ServiceView,
	question: VerifyQuestion,
	tagsByHeader: TagsByHeader = async () => new Set(),
): Promise<void> {
	if (!(await gatewayKnown(store))) return;
	const state = store.getState();
	// Another one may be selected by now, or it may have gone.
	const service = selectedService(state);
	if (service?.uid !== uid) return;
	const requestOptions = requestOptionsFor(state, uid);
	const asked = targetOf(service, askedUrl(service, question.tag), state.gateway, requestOptions);
	if (!asked.ok) return void saidWhy(store, 'bad', now => whyNoTarget(now, service, question.tag));
	const sheet: VerifySheet = {
		kind: 'verify',
		service: service.name,
		uid: service.uid,
		...question,
		// Who has all of the traffic answers at the service's own hosts.
		...(asked.hostDoubt !== undefined && {revision: undefined, hostDoubt: asked.hostDoubt}),
		isSettling: !routeSettled(service),
		url: asked.url,
		command: asked.command,
		coveredCommand: asked.coveredCommand,
		namedCommand: asked.namedCommand,
		...(asked.inClear !== undefined && {inClear: asked.inClear}),
		...(asked.forwarding !== undefined && {forwarding: asked.forwarding}),
		...(asked.unreached !== undefined && {unreached: asked.unreached}),
		...(asked.guess !== undefined && {guess: asked.guess}),
		phase: {kind: 'asking'},
	};
	// The same key again asks again, in the sheet that is open.
	if (state.sheets.at(-1)?.kind === 'verify') changeSheet(store, 'verify', () => sheet);
	else openSheet(store, sheet);
	// Loaded with the first use: the first frame needs no HTTP client.
	const {askOnce, askPrivately} = await import('./private-request.js');
	const {gateway} = state;
	const {tag} = question;
	const {
		answer,
		asked: answered,
		otherwise,
	} = tag === undefined
		? {answer: await askOnce(asked, requestOptions), asked, otherwise: undefined}
		: await askPrivately(service, tag, asked, {gateway, requestOptions, tagsByHeader});
	const redirect = tlsRedirectOf(answered, gateway, answer.outcome);
	// From now on it is asked where it wants to be, by whatever asks.
	if (redirect?.gateway && store.getState().gateway === gateway) {
		store.setState({gateway: redirect.gateway});
	}
	changeSheet(store, 'verify', current =>
		current.command === sheet.command && current.phase.kind === 'asking'
			? {
					...current,
					url: answered.url,
					command: answered.command,
					coveredCommand: answered.coveredCommand,
					namedCommand: answered.namedCommand,
					...(otherwise && {otherwise}),
					phase: {kind: 'answered', answer, ...(redirect && {redirect: redirect.sentence})},
				}
			: current,
	);
}
