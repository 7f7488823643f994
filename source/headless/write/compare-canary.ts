/** Asks the canary and what users had in pairs, for a few seconds, before the canary is promoted without a screen. */
import {pairOf} from '../../console/live/compared-pair.js';
import {tagsOf, targetOf} from '../../console/live/request-target.js';
import {tagsByHeader} from '../../console/live/tags-by-header.js';
import {ownLine} from '../../knative/commands/own-line.js';
import {reachGateway} from '../../console/selected/reach-gateway.js';
import {releaseOf, type ReleaseFacts} from '../../knative/release/release.js';
import type {Cluster} from '../../kube/cluster.js';
import type {GivenGateway} from '../../kube/gateway/gateway-address.js';
import {createLoop} from '../../probe/loop/loop.js';
import type {Comparison} from '../../probe/pairs/comparison.js';
import {createProbe} from '../../probe/transport/create-probe.js';
import {probeOptionsOf, type RequestOptions} from '../../probe/transport/request-options.js';
import type {CanaryVerdict} from '../../release/verdict/canary-verdict.js';
import {verdictOfPairs} from '../../release/verdict/verdict-of-pairs.js';

export type CanaryComparison =
	| {kind: 'compared'; verdict: CanaryVerdict}
	/** Why it is not known how the canary does, as a sentence. */
	| {kind: 'not compared'; sentence: string};

export type CompareOptions = {
	gateway?: GivenGateway | undefined;
	requestOptions: RequestOptions;
	/** Of this program, for the User-Agent. */
	version?: string | undefined;
	/** How many pairs are enough; fewer when it is clear before that. */
	pairs?: number;
	/** Milliseconds until those that have answered have to do. */
	within?: number;
};

/** Requests a second at most that pairs are a share of: 20 pairs a second. */
const maxRate = 100;

const not = (why: string): CanaryComparison => ({
	kind: 'not compared',
	sentence: `Not compared: ${why.replace(/\.$/, '')}.`,
});

/** Sends at most `pairs` pairs (80 when not given) within so many milliseconds. Writes nothing. */
export async function compareCanary(
	cluster: Cluster,
	facts: ReleaseFacts & {revisions: NonNullable<ReleaseFacts['revisions']>},
	{gateway: told, requestOptions, version, pairs: enough = 80, within = 10_000}: CompareOptions,
): Promise<CanaryComparison> {
	const {service, revisions} = facts;
	const {canary} = releaseOf(facts);
	const pair = pairOf(service, revisions);
	if (!pair.ok) {
		const {reason, untagged} = pair;
		if (untagged === undefined) return not(reason);
		const {name, namespace} = service;
		const line = ownLine(['tag', name, `${untagged}=TAG`], {namespace, flags: cluster.flags});
		return not(`${reason}; ${line} adds one`);
	}
	if (pair.sides.fresh.revision !== canary?.revision) return not('the canary cannot be asked on its own');
	const reached = await reachGateway(cluster, service, {given: told, host: requestOptions.host});
	try {
		const asked = targetOf(service, service.url, reached.gateway, requestOptions);
		if (!asked.ok) return not(asked.reason);
		if (asked.tagsMissing !== undefined) return not(asked.tagsMissing);
		const loop = createLoop({
			target: asked.target,
			rate: maxRate / 5,
			maxRate,
			timeout: requestOptions.timeout,
			expectStatus: requestOptions.request.expectStatus,
			probe: createProbe(probeOptionsOf(requestOptions, version)),
		});
		const {promise, resolve} = Promise.withResolvers<void>();
		let isByHeader = false;
		let hasLearned = false;
		const unsubscribe = loop.subscribe(({comparison, tagDoubt}) => {
			if (isEnough(comparison, hasLearned ? enough : Infinity)) resolve();
			if (!tagDoubt || isByHeader) return;
			isByHeader = true;
			void (async () => {
				const otherwise = pairOf(service, revisions, await tagsByHeader(cluster, service));
				if (otherwise.ok) loop.setSides(otherwise.sides);
			})();
		});
		const timer = setTimeout(resolve, within);
		try {
			const weights = service.statusTraffic.map(({revision, percent}) => ({revision, percent}));
			loop.setEpoch({weights, settling: false});
			loop.setSides(pair.sides);
			loop.compare(true);
			loop.start();
			// What each says by itself proves that it was they who were asked.
			void (async () => {
				await loop.learn(tagsOf(service));
				hasLearned = true;
				if (isEnough(loop.snapshot().comparison, enough)) resolve();
			})();
			await promise;
			const {comparison} = loop.snapshot();
			return comparison && comparison.pairs > 0
				? {kind: 'compared', verdict: verdictOfPairs(comparison)}
				: not(`no pair of requests was answered within ${within / 1000} s`);
		} finally {
			clearTimeout(timer);
			unsubscribe();
			await loop.stop();
		}
	} finally {
		await reached.close();
	}
}

function isEnough(comparison: Comparison | undefined, enough: number): boolean {
	return comparison !== undefined && (comparison.errors.state === 'worse' || comparison.pairs >= enough);
}
