/** The selected object as the server has it now. Never from the store, which keeps only what the panes show. */
import * as v from 'valibot';
import {TransportError, type Cluster} from '../../kube/cluster.js';
import {identityOf} from '../../kube/identity.js';
import {servingPath} from '../../kube/paths.js';
import {isGoneAnswer} from '../../kube/write/writing.js';
import {inspectedOf, nextId, nothingSelected, refusalOf} from './inspect.js';
import type {Inspected, YamlSheet} from './inspected.js';
import {changeSheet, notify, openSheet} from '../state/select.js';
import type {ConsoleStore} from '../state/state.js';

/** Opens the sheet and reads the object for it; when the sheet on top is one already, reads its object again. */
export async function showYaml(store: ConsoleStore, cluster: Cluster): Promise<void> {
	const state = store.getState();
	const open = state.sheets.at(-1);
	const object = open?.kind === 'yaml' ? open.object : inspectedOf(state);
	if (!object) return notify(store, {tone: 'info', text: nothingSelected(state)});
	const id = open?.kind === 'yaml' ? open.id : nextId();
	if (open?.kind !== 'yaml') openSheet(store, {kind: 'yaml', id, object, phase: {kind: 'asking'}});
	const phase = await read(cluster, object);
	changeSheet(store, 'yaml', sheet => (sheet.id === id ? {...sheet, phase} : sheet));
}

async function read(cluster: Cluster, object: Inspected): Promise<YamlSheet['phase']> {
	const {kind, name, namespace} = object;
	const what = `The ${kind} ${name}`;
	const plural = kind === 'service' ? 'services' : 'revisions';
	try {
		// Loaded with the first use: the first frame needs no YAML.
		const [{yamlLines}, answer] = await Promise.all([
			import('../../knative/text/yaml.js'),
			cluster.request({method: 'GET', path: servingPath(plural, namespace, name)}),
		]);
		const {status, body} = answer;
		if (isGoneAnswer(answer, name)) {
			return {
				kind: 'not read',
				sentence: `There is no ${kind} ${name} in the namespace ${namespace} any more.`,
			};
		}
		if (status !== 200) return {kind: 'not read', sentence: refusalOf(what, answer)};
		if (typeof body !== 'object' || body === null || identityOf(body)?.name !== name) {
			return {
				kind: 'not read',
				sentence: `${what}: the API server answered with something other than that object.`,
			};
		}
		if (isOfAnother(body, object)) {
			return {
				kind: 'not read',
				sentence: `${what} was deleted, and the one there now is another. Esc goes back.`,
			};
		}
		const linesOf = (isCovered: boolean) => ({
			short: yamlLines(body, {managedFields: false, isCovered}),
			whole: yamlLines(body, {managedFields: true, isCovered}),
		});
		return {kind: 'read', at: Date.now(), lines: linesOf(false), covered: linesOf(true)};
	} catch (error) {
		if (error instanceof TransportError) {
			return {kind: 'not read', sentence: `${what} could not be read: ${error.message}.`};
		}
		if (error instanceof RangeError) {
			return {kind: 'not read', sentence: `${what} cannot be shown: ${error.message}.`};
		}
		throw error;
	}
}

const ofService = v.object({
	metadata: v.object({labels: v.object({'serving.knative.dev/serviceUID': v.string()})}),
});

/** Whether it has the name alone in common with what the sheet was opened on. */
function isOfAnother(body: object, {kind, serviceUid}: Inspected): boolean {
	if (kind === 'service') return identityOf(body)?.uid !== serviceUid;
	const labelled = v.safeParse(ofService, body);
	return labelled.success && labelled.output.metadata.labels['serving.knative.dev/serviceUID'] !== serviceUid;
}
