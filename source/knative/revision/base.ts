/**
 * What a new revision is made from: the template of the Service, which is that of the newest revision, good or bad, or what
 * users run. Pure.
 */
import * as v from 'valibot';
import {patched, pointer, type PatchOperation} from '../objects/patch.js';
import type {ServiceView} from '../service/service.js';
import {differences, type ComparedRevision} from './revision-differences.js';
import type {RevisionView} from './revision.js';
import {resourcesOf, revisionSpec, summaryOf, telling, template, type RawTemplate} from './template.js';

/** A revision whose template is to be taken, and that template. Raw: never to be shown as it is. */
export type Base = {readonly revision: string; readonly template: RawTemplate};

const revisionObject = v.object({
	metadata: v.object({
		name: v.string(),
		labels: v.nullish(v.record(v.string(), v.string()), {}),
		annotations: v.nullish(v.record(v.string(), v.string()), {}),
	}),
	spec: revisionSpec,
});

/** Set by Knative on each Revision, or by this program on one that was given up. */
const ofTheRevision = /^(?:serving\.knative\.dev|kn-canary\.dev)\//;

const without = (entries: Readonly<Record<string, string>>) =>
	Object.fromEntries(Object.entries(entries).filter(([key]) => !ofTheRevision.test(key)));

/**
 * The template that makes the same revision again: the Revision's spec is the template's as it was admitted (knative/serving
 * pkg/reconciler/configuration/resources/revision.go), and so are its labels and annotations, but for Knative's own.
 * Undefined when it is no Revision.
 */
export function baseOf(object: unknown): Base | undefined {
	const parsed = v.safeParse(revisionObject, object);
	if (!parsed.success) return undefined;
	const {metadata, spec} = parsed.output;
	const [labels, annotations] = [without(metadata.labels), without(metadata.annotations)];
	return {
		revision: metadata.name,
		template: {
			metadata: {
				...(Object.keys(labels).length > 0 && {labels}),
				...(Object.keys(annotations).length > 0 && {annotations}),
			},
			spec,
		},
	};
}

/** The Service as if this were its template: for forms and plans, which then go by it. */
export function basedOn(service: ServiceView, base: Base | undefined): ServiceView {
	return base ? {...service, template: base.template, summary: summaryOf(base.template)} : service;
}

/** Makes it the template. */
export function baseOperation({template: value}: Base): PatchOperation {
	return {op: 'replace', path: pointer('spec', 'template'), value};
}

/** What of a template can be compared with a revision. */
export function comparedTemplate({
	template: {spec, metadata},
	summary,
}: Pick<ServiceView, 'template' | 'summary'>): ComparedRevision {
	return {
		image: summary.image,
		env: summary.env,
		autoscaling: summary.autoscaling,
		containerConcurrency: summary.containerConcurrency,
		protocol: summary.protocol,
		resources: resourcesOf(spec, summary.container),
		annotations: telling(new Map(Object.entries(metadata?.annotations ?? {}))),
	};
}

/** The same of the template as these operations leave it. */
export function comparedAfter(service: ServiceView, operations: readonly PatchOperation[]): ComparedRevision {
	const {spec} = patched({spec: {template: service.template}}, operations);
	const parsed = v.safeParse(template, spec.template);
	const after = parsed.success ? parsed.output : service.template;
	return comparedTemplate({template: after, summary: summaryOf(after)});
}

/** From what the revision runs to what the template would make: empty where the template makes the same again. */
export function templateDifferences(service: ServiceView, running: RevisionView): string[] {
	return differences(running, comparedTemplate(service));
}
