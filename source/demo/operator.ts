/** An operator without a screen: does what the keys of the console do, through the same store, and reads what it shows. */
import type {LoopSnapshot} from '../probe/loop/loop.js';
import type {Answer} from '../probe/transport/probe.js';
import type {Console} from '../console/console.js';
import {
	changeRevisionForm,
	changeServiceForm,
	openRevisionForm,
	openServiceForm,
} from '../console/forms/forms.js';
import {revisionsOf, selectedService} from '../console/state/read.js';
import {closeSheet, selectService} from '../console/state/select.js';
import type {VerifySheet} from '../console/sheets/sheets.js';
import type {Plan} from '../release/plan.js';
import type {RevisionView} from '../knative/revision/revision.js';
import type {RevisionValues} from '../knative/forms/revision-form.js';
import type {ServiceValues} from '../knative/forms/service-form.js';
import type {ServiceView} from '../knative/service/service.js';
import {routeSettled, serviceState} from '../knative/service/service-state.js';
import {verifyService} from '../console/live/verify-requests.js';
import {NotShown, until} from './wait.js';

export type Operator = ReturnType<typeof createOperator>;

export function createOperator(console: Console) {
	const {store} = console;

	/** Reads the review, waits for the dry run, presses Enter. Returns what was sent. */
	async function confirm(): Promise<Plan> {
		const {plan} = await until(store, 'a dry run that the server accepts', ({sheets, notice}) => {
			const top = sheets.at(-1);
			if (top?.kind !== 'review') {
				throw new NotShown(`there was nothing to review: ${notice?.text ?? problem()}`);
			}
			if (top.dryRun.kind === 'refused') throw new NotShown(top.dryRun.sentence);
			return top.dryRun.kind === 'accepted' && top;
		});
		await console.confirm();
		const top = store.getState().sheets.at(-1);
		if (top?.kind === 'review' && 'sentence' in top.phase) {
			throw new NotShown(top.phase.sentence);
		}
		return plan;
	}

	function problem(): string {
		const top = store.getState().sheets.at(-1);
		if (top?.kind !== 'create service' && top?.kind !== 'create revision') return '';
		return [top.refusal, ...Object.values<string | undefined>(top.errors)].filter(Boolean).join(' ');
	}

	/** The watch tells of a write a moment after its answer; until then the store has the state before it. */
	async function written({name, write}: Plan): Promise<void> {
		if (write.kind !== 'patch') return;
		await until(store, `the change of ${name} in the watch`, ({services}) =>
			services.some(service => service.uid === write.uid && service.generation > write.generation),
		);
		await settled(name);
	}

	/** The selected service once the gateway has what was asked for last. */
	async function settled(name: string): Promise<ServiceView> {
		return until(store, `${name} with its split at the gateway`, state => {
			const service = state.services.find(candidate => candidate.name === name);
			return service && routeSettled(service) && service;
		});
	}

	return {
		async connected(): Promise<{services: number; gateway: string}> {
			return until(store, 'the services and the gateway', ({feeds, services, gateway}) =>
				feeds.services.kind === 'live' && gateway.kind === 'found'
					? {services: services.length, gateway: `${gateway.host}:${gateway.port}`}
					: undefined,
			);
		},
		async createService(values: Partial<ServiceValues> & {name: string}): Promise<Plan> {
			openServiceForm(store);
			changeServiceForm(store, values);
			await console.submitForm();
			return confirm();
		},
		async ready(name: string): Promise<{service: ServiceView; words: string[]}> {
			const words: string[] = [];
			const service = await until(store, `${name} Ready`, state => {
				const found = state.services.find(candidate => candidate.name === name);
				if (!found) return undefined;
				const {kind, word, sentence} = serviceState(found);
				const said = sentence === '' ? word : `${word} (${sentence})`;
				if (words.at(-1) !== said) words.push(said);
				if (kind === 'failed') throw new NotShown(`${name} failed: ${sentence}`);
				return kind === 'ready' && found;
			});
			return {service, words};
		},
		/** Returns what was sent and the newest revision before it. */
		async createRevision(
			values: Partial<RevisionValues>,
		): Promise<{plan: Plan; before: RevisionView | undefined}> {
			const state = store.getState();
			const before = revisionsOf(state, selectedService(state))[0];
			openRevisionForm(store);
			changeRevisionForm(store, values);
			await console.submitForm();
			const plan = await confirm();
			await written(plan);
			return {plan, before};
		},
		/** The newest revision of the selected service, once it is another than before, Ready, and at its tag. */
		async readyRevision(tag: string, before: RevisionView | undefined): Promise<RevisionView> {
			return until(store, `a Ready revision at tag ${tag}`, state => {
				const service = selectedService(state);
				const newest = revisionsOf(state, service)[0];
				const entry = service?.statusTraffic.find(target => target.tag === tag);
				return (
					service !== undefined &&
					newest?.state.ready === true &&
					newest.name !== before?.name &&
					entry?.revision === newest.name &&
					routeSettled(service) &&
					newest
				);
			});
		},
		/** Presses the key of a traffic change and confirms it. Returns when the split is live. */
		async write(press: () => void | Promise<void>): Promise<Plan> {
			await press();
			const plan = await confirm();
			await written(plan);
			return plan;
		},
		settled,
		async verify(which: 'service' | 'revision'): Promise<{sheet: VerifySheet; answer: Answer}> {
			await (which === 'service' ? verifyService(store) : console.verifyRevision());
			const sheet = store.getState().sheets.at(-1);
			if (sheet?.kind !== 'verify' || sheet.phase.kind !== 'answered') {
				throw new NotShown(store.getState().notice?.text ?? 'there was no answer');
			}
			closeSheet(store);
			return {sheet, answer: sheet.phase.answer};
		},
		/** What the live loop has counted of the selected service, once `enough`. */
		async counted(enough: (snapshot: LoopSnapshot) => boolean): Promise<LoopSnapshot> {
			return until(store, 'enough answers', state => {
				const service = selectedService(state);
				const snapshot = state.live?.uid === service?.uid ? state.live?.snapshot : undefined;
				return (
					snapshot && service && routeSettled(service) && !snapshot.settling && enough(snapshot) && snapshot
				);
			});
		},
		/** As soon as the watch has told of it. */
		async select(name: string): Promise<void> {
			const service = await until(store, `the service ${name}`, ({services}) =>
				services.find(candidate => candidate.name === name),
			);
			selectService(store, service);
		},
	};
}
