/** `kn-canary export`: a service as a manifest that kubectl applies, or its split alone as a patch for a Git repository. */
import * as v from 'valibot';
import {yamlLines} from '../../knative/text/yaml.js';
import {visibleJson} from '../said.js';

const record = v.record(v.string(), v.unknown());
const service = v.looseObject({
	metadata: v.looseObject({
		name: v.string(),
		namespace: v.optional(v.string()),
		labels: v.optional(record),
		annotations: v.optional(record),
	}),
	spec: v.looseObject({template: record, traffic: v.optional(v.array(v.unknown()))}),
});

/** What the server, controllers and this program keep for themselves: applied elsewhere, it would say what is not so there. */
const kept =
	/^(?:serving\.knative\.dev\/(?:creator|lastModifier|forceUpgrade)|kubectl\.kubernetes\.io\/last-applied-configuration|kn-canary\.dev\/|client\.knative\.dev\/)/;

function own(entries: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> | undefined {
	const found = Object.entries(entries ?? {}).filter(([name]) => !kept.test(name));
	return found.length === 0 ? undefined : Object.fromEntries(found);
}

/**
 * @param part `service`: all that was asked for; `split`: `spec.traffic` alone, as a strategic merge patch of kustomize names
 * its object.
 * @returns Undefined when it is no Service.
 */
export function exported(object: unknown, part: 'service' | 'split'): object | undefined {
	const parsed = v.safeParse(service, object);
	if (!parsed.success) return undefined;
	const {metadata, spec} = parsed.output;
	const {name, namespace} = metadata;
	const head = {apiVersion: 'serving.knative.dev/v1', kind: 'Service'};
	const at = {name, ...(namespace !== undefined && {namespace})};
	if (part === 'split') return {...head, metadata: at, spec: {traffic: spec.traffic ?? []}};
	const labels = own(metadata.labels);
	const annotations = own(metadata.annotations);
	const {metadata: ofTemplate, ...template} = spec.template;
	const made = v.safeParse(v.looseObject({annotations: v.optional(record)}), ofTemplate);
	const templateMetadata = made.success
		? withoutEmpty({...made.output, annotations: own(made.output.annotations)})
		: {};
	return {
		...head,
		metadata: {...at, ...(labels && {labels}), ...(annotations && {annotations})},
		spec: {
			...spec,
			template: {...(Object.keys(templateMetadata).length > 0 && {metadata: templateMetadata}), ...template},
		},
	};
}

/** `creationTimestamp: null` is what Go's encoder makes of a time that there is not. */
const withoutEmpty = (entries: Readonly<Record<string, unknown>>) =>
	Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== null));

/** The object as it is given: what a manifest must not have is left out by {@link exported}. */
export const exportText = (object: object, output: 'yaml' | 'json'): string =>
	output === 'json' ? visibleJson(object, 4) : yamlLines(object, {managedFields: true}).join('\n');
