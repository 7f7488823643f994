/** What opens a form, asks the cluster what the form wants to know, and sends it to its review. */
import type {Cluster} from '../../kube/cluster.js';
import {readAutoscalingDefaults} from '../../kube/read-autoscaling-defaults.js';
import {readBase} from '../../release/read-base.js';
import {afterAsking, askPlaceholders} from '../sheets/placeholders.js';
import {openReview} from '../sheets/review/review.js';
import {selectedService} from '../state/read.js';
import {notifyOnSheet} from '../state/select.js';
import type {ConsoleStore} from '../state/state.js';
import {baseRead, openRevisionForm, openScalingForm, tagsOfForm} from './forms.js';
import {submitForm} from './submit-form.js';

export type FormActions = {
	/** Opens the autoscaling sheet and asks for the defaults of the cluster to put beside it. */
	readonly scaling: () => void;
	/** Opens the form for a new revision. */
	readonly newRevision: () => void;
	/** Resolves when its review is open, or it is said why not: the names of new tags are asked for before. */
	readonly submitForm: () => Promise<void>;
};

/**
 * @param cluster The cluster that is connected to, if any.
 * @param reached The same, after saying on the screen that there is none.
 */
export function createFormActions(
	store: ConsoleStore,
	{cluster, reached}: {cluster: () => Cluster | undefined; reached: () => Cluster | undefined},
): FormActions {
	async function askDefaults(current: Cluster): Promise<void> {
		const answer = await readAutoscalingDefaults(current);
		if (cluster() !== current) return;
		store.setState({
			scalingDefaults: answer.kind === 'known' ? {kind: 'known', ...answer.defaults} : answer,
		});
		if (answer.kind === 'known' || store.getState().sheets.at(-1)?.kind !== 'autoscaling') return;
		const text = `The defaults of this cluster are not known, Knative's own are shown: ${answer.why}`;
		notifyOnSheet(store, {tone: 'info', text});
	}

	/** Reads what users run whole, for a form that may be a change of that. */
	async function askRunning(current: Cluster, revision: string): Promise<void> {
		const service = selectedService(store.getState());
		if (!service) return;
		const read = await readBase(current, service.namespace, revision);
		if (cluster() !== current) return;
		if (read.ok) return baseRead(store, service.uid, read.base);
		notifyOnSheet(store, {tone: 'bad', text: `What users run cannot be read: ${read.reason}`});
	}

	return {
		scaling() {
			const current = cluster();
			const {isOpen, offer} = openScalingForm(store);
			if (!isOpen || !current) return;
			void askDefaults(current);
			if (offer) void askRunning(current, offer.revision);
		},
		newRevision() {
			const current = cluster();
			const offer = openRevisionForm(store);
			if (current && offer) void askRunning(current, offer.revision);
		},
		async submitForm() {
			const current = reached();
			if (!current) return;
			const submit = () => {
				const outcome = submitForm(store);
				if (outcome.kind === 'plan') openReview(store, current, outcome.plan);
			};
			const wanted = tagsOfForm(store.getState());
			const asked = wanted && askPlaceholders(store, current, wanted.service, wanted.tags);
			await afterAsking(store, asked, submit);
		},
	};
}
