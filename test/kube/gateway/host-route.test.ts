/** Whose a host is, by what a cluster says of it, and what is said where it does not answer. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import type {Cluster} from '../../../source/kube/cluster.js';
import {connect} from '../../../source/kube/connect.js';
import {readHostOwner} from '../../../source/kube/gateway/host-route.js';
import {domainMappingsPath, ingressPath, servingPath} from '../../../source/kube/paths.js';
import {parseService} from '../../../source/knative/service/service.js';
import {knativeService, revisionName} from '../../knative/objects.js';
import {startApiServer, status, type ApiServer, type Exchange} from '../../support/kube/api-server.js';

const name = 'helloworld-go';
const host = 'shop.example.org';
const mapping = domainMappingsPath('default', host);
const ingress = ingressPath('default', name);
const services = servingPath('services', 'default');

let server: ApiServer;
let cluster: Cluster;
/** What the API says at a path; everything else is not found. */
let said: Record<string, (exchange: Exchange) => void>;

const object =
	(body: unknown) =>
	({answer}: Exchange): void =>
		answer(200, body);
const refused =
	(code: number, reason: string) =>
	({answer}: Exchange): void =>
		answer(code, status(code, reason, reason));

beforeEach(async () => {
	server = await startApiServer();
	cluster = await connect({kubeconfigText: server.kubeconfig()});
	said = {[services]: object({metadata: {}, items: []})};
	server.always(exchange => (said[exchange.path] ?? refused(404, 'NotFound'))(exchange));
});

afterEach(async () => {
	await cluster.close();
	await server.close();
});

/** With the tag canary, whose URL is at that host. */
function service(tagHost = `canary-${name}.default.example.com`) {
	const made = knativeService();
	made.status.traffic = [
		{revisionName: revisionName(1), percent: 100},
		{revisionName: revisionName(2), percent: 0, tag: 'canary', url: `http://${tagHost}`},
	];
	const parsed = parseService(made);
	if (!parsed.ok) throw new Error(parsed.reason);
	return parsed.value;
}

const withRules = (...hosts: string[]) =>
	object({metadata: {}, spec: {rules: hosts.map(one => ({hosts: [one]}))}});

const inCluster = (first: string) => [
	`${first}.default`,
	`${first}.default.svc`,
	`${first}.default.svc.cluster.local`,
];

it.each(inCluster(name))('%s, a rule of the Ingress of the service, is its own', async one => {
	said[ingress] = withRules(...inCluster(name), ...inCluster(`canary-${name}`));
	expect(await readHostOwner(cluster, service(), one)).toEqual({kind: 'own'});
});

it.each(inCluster(`canary-${name}`))('%s is the tag’s, which leads to one revision', async one => {
	said[ingress] = withRules(...inCluster(name), ...inCluster(`canary-${name}`));
	// By how Knative names tags, and where the URL of one has another domain.
	for (const tagHost of [undefined, `canary-${name}-default.example.com`]) {
		expect(await readHostOwner(cluster, service(tagHost), one)).toEqual({
			kind: 'other',
			sentence: `${one} is the host of the tag canary of the service ${name}, and says nothing of ${name}. Leave that host out (--host, or i in the console).`,
		});
	}
});

it('a name that the cluster gives to tags is known by the URL of the tag', async () => {
	said[ingress] = withRules(...inCluster(`${name}--canary`));
	const named = service(`${name}--canary.default.example.com`);
	expect(await readHostOwner(cluster, named, `${name}--canary.default.svc`)).toMatchObject({kind: 'other'});
});

it.each([
	['is not there', 404, 'NotFound'],
	['may not be read', 403, 'Forbidden'],
])('what %s says nothing, and is answered', async (_, code, reason) => {
	for (const path of [mapping, ingress, services]) said[path] = refused(code, reason);
	expect(await readHostOwner(cluster, service(), host)).toEqual({kind: 'unknown'});
});

it.each([mapping, ingress, services])('of what %s is not answered the owner is not known yet', async path => {
	for (const lost of [refused(503, 'ServiceUnavailable'), refused(500, 'InternalError')]) {
		said[path] = lost;
		expect(await readHostOwner(cluster, service(), host)).toEqual({kind: 'unknown', isUnanswered: true});
	}
	said[path] = ({cut}) => cut();
	expect(await readHostOwner(cluster, service(), host)).toEqual({kind: 'unknown', isUnanswered: true});
});

it('who is known otherwise is known though a part is not answered', async () => {
	said[mapping] = refused(503, 'ServiceUnavailable');
	said[ingress] = withRules(host);
	expect(await readHostOwner(cluster, service(), host)).toEqual({kind: 'own'});
});
