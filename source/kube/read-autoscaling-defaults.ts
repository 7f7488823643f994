/** Reads what the cluster sets for autoscaling where a revision sets nothing: ConfigMap config-autoscaler. */
import {
	parseAutoscalingDefaults,
	type AutoscalingDefaults,
} from '../knative/autoscaling/autoscaling-defaults.js';
import {TransportError, type Cluster} from './cluster.js';
import {corePath} from './paths.js';
import {sentenceOf} from './status.js';

export type DefaultsAnswer =
	{kind: 'known'; defaults: AutoscalingDefaults} | {kind: 'not known'; why: string};

/** An operator of one namespace often may not read it: then why, as a sentence. */
export async function readAutoscalingDefaults(cluster: Cluster): Promise<DefaultsAnswer> {
	try {
		const path = corePath('configmaps', 'knative-serving', 'config-autoscaler');
		const answer = await cluster.request({method: 'GET', path});
		const defaults = answer.status === 200 ? parseAutoscalingDefaults(answer.body) : undefined;
		if (defaults) return {kind: 'known', defaults};
		return {
			kind: 'not known',
			why: answer.status === 200 ? 'the API server sent no ConfigMap' : sentenceOf(answer),
		};
	} catch (error) {
		if (error instanceof TransportError) return {kind: 'not known', why: error.message};
		throw error;
	}
}
