/** What a client of the gateway sees, by the numbers of the list of behaviours. */
import {Agent} from 'node:http';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {at, type JsonObject} from '../../source/sandbox/api/body/json.js';
import {
	condition,
	hostOf,
	image,
	isCluster,
	isReady,
	openTarget,
	serviceOf,
	trafficOf,
	until,
	type Target,
} from './target.js';
import type {Answer} from '../support/kube/api-call.js';

const hasGateway = !isCluster || process.env['GATEWAY'] !== undefined;

describe.skipIf(!hasGateway)(
	`the gateway${hasGateway ? '' : ' (skipped: GATEWAY=host[:port] is not set)'}`,
	() => {
		let target: Target;

		beforeAll(async () => {
			target = await openTarget();
		});

		afterAll(() => target.close());

		/** A Service with two revisions that greet One and Two, and the traffic that is given. */
		async function greeting(name: string, ...traffic: JsonObject[]): Promise<JsonObject> {
			const service = serviceOf(target, name);
			await service.create({container: {env: [{name: 'TARGET', value: 'One'}]}});
			await service.ready();
			await service.patch({
				spec: {template: {spec: {containers: [{image, env: [{name: 'TARGET', value: 'Two'}]}]}}, traffic},
			});
			return service.until(
				object => isReady(object) && at(object, 'status', 'latestReadyRevisionName') === `${name}-00002`,
			);
		}

		async function visits(
			host: string,
			times: number,
			headers: Record<string, string> = {},
		): Promise<string[]> {
			const answers: Answer[] = [];
			for (let begun = 0; begun < times; begun += 20) {
				const some = Array.from({length: Math.min(20, times - begun)}, () => target.visit(host, headers));
				answers.push(...(await Promise.all(some)));
			}

			return answers.map(answer => answer.text.trim());
		}

		it('§8.27 draws each request by itself: neither alternating nor exact, nor by connection', async () => {
			const object = await greeting(
				's27',
				{revisionName: 's27-00001', percent: 50},
				{revisionName: 's27-00002', percent: 50},
			);
			const host = hostOf(at(object, 'status', 'url'));
			const agent = new Agent({keepAlive: true, maxSockets: 1});
			const answers: string[] = [];
			for (let request = 0; request < 200; request++) {
				answers.push((await target.visit(host, {}, agent)).text.trim());
			}

			agent.destroy();
			const ones = answers.filter(answer => answer === 'Hello One!').length;
			expect(new Set(answers)).toEqual(new Set(['Hello One!', 'Hello Two!']));
			// Six standard deviations: once in half a billion runs.
			expect(Math.abs(ones - 100)).toBeLessThan(6 * Math.sqrt(200 * 0.25));
			// Three alike in a row fail to come in 198 places about never.
			expect(
				answers.some((answer, index) => answer === answers[index + 1] && answer === answers[index + 2]),
			).toBe(true);
		});

		it('§8.28 a revision at 0 % serves its tag alone, and all of that', async () => {
			const object = await greeting(
				's28',
				{revisionName: 's28-00001', percent: 100},
				{revisionName: 's28-00002', percent: 0, tag: 'canary'},
			);
			const tagged = trafficOf(object, 'status').find(entry => entry['tag'] === 'canary');
			expect(new Set(await visits(hostOf(at(object, 'status', 'url')), 60))).toEqual(new Set(['Hello One!']));
			expect(new Set(await visits(hostOf(tagged?.['url']), 20))).toEqual(new Set(['Hello Two!']));
		});

		it('§8.29 tells no revision, and lets no client choose one', async () => {
			const object = await greeting('s29', {revisionName: 's29-00001', percent: 100});
			const host = hostOf(at(object, 'status', 'url'));
			const headers = {
				'knative-serving-revision': 's29-00002',
				'knative-serving-namespace': target.namespace,
			};
			const answer = await target.visit(host, headers);
			expect(answer.text).toBe('Hello One!\n');
			expect(Object.keys(answer.headers).filter(name => name.startsWith('knative'))).toEqual([]);
		});

		it('§8.30 knows no other host, and no cluster-local one from outside', async () => {
			const unknown = await target.visit('nobody.example.com');
			expect(unknown).toMatchObject({code: 404, text: ''});
			const service = serviceOf(target, 's30');
			await service.create({metadata: {labels: {'networking.knative.dev/visibility': 'cluster-local'}}});
			const object = await service.ready();
			expect(at(object, 'status', 'url')).toBe(`http://s30.${target.namespace}.svc.cluster.local`);
			expect((await target.visit(`s30.${target.namespace}.example.com`)).code).toBe(404);
			expect((await target.visit(hostOf(at(object, 'status', 'url')))).code).toBe(404);
		});

		it('§8.31 ignores the header of a tag, known or not, while the feature is off', async () => {
			const object = await greeting(
				's31',
				{revisionName: 's31-00001', percent: 100},
				{revisionName: 's31-00002', percent: 0, tag: 'canary'},
			);
			const host = hostOf(at(object, 'status', 'url'));
			for (const tag of ['canary', 'unknown']) {
				expect(new Set(await visits(host, 10, {'knative-serving-tag': tag}))).toEqual(
					new Set(['Hello One!']),
				);
			}
		});

		it('§8.25 holds a request to what is scaled to zero until it is there', async () => {
			const service = serviceOf(target, 's25');
			await service.create({templateMetadata: {annotations: {'autoscaling.knative.dev/window': '6s'}}});
			const object = await service.ready();
			await until(
				target,
				target.path('revisions'),
				's25-00001',
				revision =>
					condition(revision, 'Active') === 'False NoTraffic' &&
					(at(revision, 'status', 'actualReplicas') ?? 0) === 0,
			);
			expect(await target.visit(hostOf(at(object, 'status', 'url')))).toMatchObject({
				code: 200,
				text: 'Hello World!\n',
			});
		});

		it('§8.4 and §8.10 keeps serving what it served while traffic cannot move', async () => {
			const object = await greeting('s4', {revisionName: 's4-00001', percent: 100});
			const service = serviceOf(target, 's4');
			await service.traffic({revisionName: 's4-00009', percent: 100});
			await service.until(changed => condition(changed, 'RoutesReady') === 'False RevisionMissing');
			expect(new Set(await visits(hostOf(at(object, 'status', 'url')), 20))).toEqual(new Set(['Hello One!']));
		});

		it('§8.10 answers every request while the latest revision takes over', async () => {
			const service = serviceOf(target, 's10');
			await service.create({container: {env: [{name: 'TARGET', value: 'One'}]}});
			const object = await service.ready();
			const host = hostOf(at(object, 'status', 'url'));
			await service.greet('Two');
			const answers: Answer[] = [];
			let last = '';
			while (last !== 'Hello Two!') {
				const answer = await target.visit(host);
				last = answer.text.trim();
				answers.push(answer);
			}

			expect(new Set(answers.map(({code}) => code))).toEqual(new Set([200]));
		});
	},
);
