/** Finds the field of a form that a refusal of the server speaks of, so that it can be shown beside that field. */

import type {AutoscalingKey} from '../autoscaling/autoscaling.js';
import {printable} from '../text/printable.js';
import type {RevisionFieldId} from './revision-form.js';
import type {ServiceFieldId} from './service-form.js';

/** `traffic` is the split itself. */
export type RefusedField = ServiceFieldId | RevisionFieldId | 'traffic';

export type FormRefusal = {
	/** Printable, without the words about webhooks before it and the path behind it where a field was found. */
	sentence: string;
	/** Undefined when the sentence is about nothing that a form asks for. */
	field: RefusedField | undefined;
};

const autoscaling: Readonly<Record<string, AutoscalingKey>> = {
	'min-scale': 'min-scale',
	minScale: 'min-scale',
	'max-scale': 'max-scale',
	maxScale: 'max-scale',
	'initial-scale': 'initial-scale',
	initialScale: 'initial-scale',
	metric: 'metric',
	target: 'target',
	'target-utilization-percentage': 'target-utilization-percentage',
	window: 'window',
	'scale-down-delay': 'scale-down-delay',
	'activation-scale': 'activation-scale',
	'scale-to-zero-pod-retention-period': 'scale-to-zero-pod-retention-period',
	'panic-window-percentage': 'panic-window-percentage',
	'panic-threshold-percentage': 'panic-threshold-percentage',
	'target-burst-capacity': 'target-burst-capacity',
	'metric-aggregation-algorithm': 'metric-aggregation-algorithm',
	class: 'class',
};

/** Paths as Knative writes them (`spec.template.spec.containers[0].ports.containerPort`), most special first. */
const fieldsByPath: readonly [RegExp, RefusedField][] = [
	[/^metadata\.namespace$/, 'namespace'],
	[/^metadata\.name$/, 'name'],
	[/^spec\.traffic\.tag\[|^spec\.traffic\[\d+\]\.tag$/, 'newTag'],
	[/^spec\.traffic/, 'traffic'],
	[/^spec\.template\.spec\.containers\[\d+\]\.image$/, 'image'],
	[/^spec\.template\.spec\.containers\[[\d*]+\]\.ports$/, 'protocol'],
	[/^spec\.template\.spec\.containers\[[\d*]+\]\.ports/, 'port'],
	[/^spec\.template\.spec\.containers\[\d+\]\.env/, 'env'],
	[/^spec\.template\.spec\.containers\[\d+\]\.resources\..*memory/, 'memory'],
	[/^spec\.template\.spec\.containers\[\d+\]\.resources/, 'cpu'],
	[/^spec\.template\.spec\.containers\[\d+\]\.command/, 'command'],
	[/^spec\.template\.spec\.containers\[\d+\]\.args/, 'args'],
	[/^spec\.template\.spec\.containerConcurrency$/, 'containerConcurrency'],
	[/^metadata\.labels.*visibility/, 'clusterLocal'],
];

const serviceScale: Readonly<Partial<Record<AutoscalingKey, ServiceFieldId>>> = {
	'min-scale': 'minScale',
	'max-scale': 'maxScale',
};

/**
 * `<message>: <path>[, <path>]`. Some messages put words behind the path (`…/initial-scale=0 not allowed by cluster`).
 */
const webhookComplaint =
	/^(.*): ((?:metadata|spec)\.[\w.[\]*/-]*)([= ][^,:]*)?(?:, (?:metadata|spec)\.[\w.[\]*/-]*)*$/;

/**
 * Takes a server's refusal apart: one entry per complaint, in its order. Understands FieldErrors of Knative's webhook
 * (`<message>: <path>[, <path>]`, one a line, an indented or unlabelled line being a detail), the API server's own
 * `… is invalid: <path>: <message>`, and its `already exists` and `not found` for the name and the namespace.
 *
 * @param form Min and max pods have other ids in the form of a Service than in that of a revision.
 */
export function refusals(message: string, form: 'service' | 'revision'): FormRefusal[] {
	const invalid = /^\S+ "[^"]*" is invalid: (.*)$/s.exec(message);
	if (invalid) return fromApiServer(invalid[1] ?? '', form);
	if (/^services\.serving\.knative\.dev "[^"]*" already exists/.test(message)) {
		return [{sentence: printable(message), field: 'name'}];
	}
	if (/^namespaces "[^"]*" not found/.test(message)) {
		return [{sentence: printable(message), field: 'namespace'}];
	}
	const text = message.replace(
		/^admission webhook "[^"]*" denied the request: (?:validation failed: |mutation failed: )?/,
		'',
	);
	const found: FormRefusal[] = [];
	for (const line of text.split('\n').filter(candidate => candidate.trim() !== '')) {
		const match = webhookComplaint.exec(line);
		const path = match?.[2];
		const last = found.at(-1);
		if (path !== undefined) {
			const field = fieldOf(path, form);
			// Words behind the path belong to the sentence.
			const whole = field === undefined || match?.[3] !== undefined;
			found.push({sentence: printable(whole ? line : (match?.[1] ?? line)), field});
		} else if (last) {
			// The details of the complaint above it.
			last.sentence = `${last.sentence} (${printable(line.trim())})`;
		} else {
			found.push({sentence: printable(line), field: undefined});
		}
	}
	return found;
}

/** `<path>: <message>`; several of them as `[<path>: <message>, <path>: <message>]`. */
function fromApiServer(text: string, form: 'service' | 'revision'): FormRefusal[] {
	const list = /^\[(.*)\]$/s.exec(text);
	const complaints = list ? (list[1] ?? '').split(/, (?=(?:metadata|spec)[\w.[\]]*: )/) : [text];
	return complaints.map(complaint => {
		const match = /^((?:metadata|spec)[\w.[\]*/-]*): (.*)$/s.exec(complaint);
		const field = match ? fieldOf(match[1] ?? '', form) : undefined;
		return {sentence: printable(field === undefined ? complaint : (match?.[2] ?? complaint)), field};
	});
}

function fieldOf(path: string, form: 'service' | 'revision'): RefusedField | undefined {
	const key = /^spec\.template\.metadata\.annotations\.autoscaling\.knative\.dev\/([\w-]+)/.exec(path)?.[1];
	const setting = key === undefined ? undefined : autoscaling[key];
	if (setting !== undefined) return form === 'service' ? (serviceScale[setting] ?? setting) : setting;
	return fieldsByPath.find(([pattern]) => pattern.test(path))?.[1];
}
