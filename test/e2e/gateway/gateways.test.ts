/** Gateways as they occur, found and asked by the built program. */
import {describe, expect, it} from 'vitest';
import {at, type RelayRules} from '../../support/kube/api-relay.js';
import {hasOpenssl} from '../../support/kube/authority.js';
import {forbiddenTo} from '../../support/kube/rights.js';
import {runProgram} from '../../support/program/run-program.js';
import {onGateways, kourierWith, named} from './parts/on-gateways.js';

const on = onGateways();
const {gateway, kubeconfig, verify} = on;

/** The Service of the gateway of the class contour, whose port leads to one of this machine; other paths are left alone. */
const contourAt =
	(port: number): NonNullable<RelayRules['answer']> =>
	({path: to}) =>
		to.endsWith('/namespaces/contour-external/services/envoy')
			? {
					status: 200,
					body: {
						kind: 'Service',
						apiVersion: 'v1',
						metadata: {name: 'envoy', namespace: 'contour-external'},
						spec: {ports: [{name: 'http', port}]},
						status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}},
					},
				}
			: undefined;

describe.skipIf(!hasOpenssl)('a gateway', () => {
	it('is asked for another host where that is given, as of a DomainMapping', async () => {
		const plain = await gateway({answer: () => ({status: 200, body: 'mapped\n'})});
		const file = await kubeconfig({});
		await verify(file, '--gateway', `127.0.0.1:${plain.port}`, '--host', 'shop.example.org');
		expect(plain.seen.map(({host}) => host)).toContain('shop.example.org');
		expect((await verify(file, '--host', 'no host')).code).toBe(2);
	});

	it.each([
		['', 'shop.example.org', 'shop.example.org'],
		[
			', whose name has a hash where the host is too long for it',
			'a-shop-with-a-long-name.of-a-department-with-a-longer-one.example.org',
			// kmeta.ChildName (knative.dev/pkg) made this of it.
			'a-shop-with-a-long-name.of-a-de2f72759e4798767ca30e775e98eb0316',
		],
	])(
		'of a DomainMapping is that of its own Ingress%s, and speaks what its URL says',
		async (_, host, ingress) => {
			const wrong = await gateway({answer: () => ({status: 404})});
			const mapped = await gateway({
				tls: on.authority.issue('mapped', [`DNS:${host}`]),
				rewriteHost: 'checkout.default.example.com',
			});
			const own = await gateway();
			const door = {status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}}};
			const ref = {kind: 'Service', name: 'checkout', namespace: 'default'};
			const objects: Record<string, object> = {
				[`/apis/serving.knative.dev/v1beta1/namespaces/default/domainmappings/${host}`]: {
					metadata: {name: host, namespace: 'default', uid: 'd-1'},
					spec: {ref},
					status: {url: `https://${host}`, conditions: [{type: 'Ready', status: 'True'}]},
				},
				[`/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/ingresses/${ingress}`]: {
					metadata: {
						name: ingress,
						annotations: {'networking.knative.dev/ingress.class': 'contour.ingress.networking.knative.dev'},
					},
					status: {
						publicLoadBalancer: {ingress: [{domainInternal: 'envoy.contour-external.svc.cluster.local'}]},
					},
				},
				'/api/v1/namespaces/contour-external/services/envoy': {
					metadata: {name: 'envoy', namespace: 'contour-external'},
					spec: {
						ports: [
							{name: 'http', port: wrong.port},
							{name: 'https', port: mapped.port},
						],
					},
					...door,
				},
			};
			const file = await kubeconfig({
				answer: ({path: to}) => (objects[to] ? {status: 200, body: objects[to]} : undefined),
				object: kourierWith([{name: 'http2', port: own.port}]),
			});
			const {code, output} = await verify(file, '--host', host, '--cacert', on.authority.file);
			expect(output).toContain(`default/checkout  https://${host} at 127.0.0.1:${mapped.port}`);
			expect(output).not.toContain('in the clear');
			expect(output).toMatch(/8 of 8 answered/);
			expect(code).toBe(0);
			const seen = mapped.seen.filter(each => !each.host.startsWith('kn-canary-'));
			expect(new Set(seen.map(each => `${each.host} ${each.serverName}`))).toEqual(
				new Set([`${host} ${host}`]),
			);
			expect(wrong.seen).toEqual([]);
			// Of cart, whose revisions have tags: those are hosts of the service itself.
			ref.name = 'cart';
			const tagged = await runProgram(
				['verify', 'cart', '--requests', '8', '--rate', '50', '--kubeconfig', file, '--host', host].concat(
					'--cacert',
					on.authority.file,
				),
				{XDG_STATE_HOME: on.authority.directory},
			);
			expect(tagged.output).not.toMatch(/teaches nothing/);
			expect(own.seen.map(each => each.host)).toContain('canary-cart.default.example.com');
		},
	);

	it('with an address of IPv6 is printed with brackets', async () => {
		const plain = await gateway({address: '::1'});
		const file = await kubeconfig({});
		const {code, output} = await verify(file, '--gateway', `[::1]:${plain.port}`);
		expect(code).toBe(0);
		expect(output).toContain(` at [::1]:${plain.port}`);
	});

	it('is found with rights in one namespace, from the Ingress of the service itself', async () => {
		const plain = await gateway();
		const asked: string[] = [];
		const file = await kubeconfig({
			answer(request) {
				const {method, path: to} = request;
				if (!/^\/apis?\//.test(to) || to.includes('selfsubject')) return undefined;
				asked.push(`${method} ${to}`);
				return to.includes('/namespaces/default/') ? undefined : forbiddenTo(request);
			},
			object(object) {
				if (!named(object, 'Ingress')) return;
				Object.assign(at(object, 'status'), {
					publicLoadBalancer: {ingress: [{ip: '127.0.0.1'}]},
				});
			},
		});
		// Port 80 of this machine is nobody's: the address is found, and it is said that nothing answers there.
		const {output} = await verify(file);
		expect(output).toMatch(/127\.0\.0\.1:80/);
		expect(asked.filter(line => !line.includes('/namespaces/'))).toEqual([]);
		expect((await verify(file, '--gateway', `127.0.0.1:${plain.port}`)).code).toBe(0);
	});

	it.each(['networking.knative.dev/ingress-class', 'networking.knative.dev/ingress.class'])(
		'of the class in the annotation %s is asked where the Ingress may not be read',
		async annotation => {
			const wrong = await gateway({answer: () => ({status: 404})});
			const right = await gateway();
			const edit = {own: true};
			const file = await kubeconfig({
				answer: request =>
					request.path.includes('/ingresses') ? forbiddenTo(request) : contourAt(right.port)(request),
				object: kourierWith([{name: 'http2', port: wrong.port}], object => {
					if (object['apiVersion'] !== 'serving.knative.dev/v1' || !edit.own) return;
					if (!named(object, 'Service', 'checkout')) return;
					Object.assign(at(object, 'metadata', 'annotations'), {
						[annotation]: 'contour.ingress.networking.knative.dev',
					});
				}),
			});
			expect((await verify(file)).code).toBe(0);
			expect(wrong.seen).toEqual([]);
			edit.own = false;
			const {code, output} = await verify(file);
			expect(code).toBe(3);
			expect(wrong.seen.length).toBeGreaterThan(0);
			expect(output).toMatch(
				/This is the gateway of the class kourier, the default of config-network, because the Ingress of the service cannot be read \(Ingress default\/checkout: .*ingresses.*\)\./,
			);
		},
	);

	it('of another class than the usual one of the cluster is the one that is asked', async () => {
		const wrong = await gateway({answer: () => ({status: 404})});
		const right = await gateway();
		const file = await kubeconfig({
			answer: contourAt(right.port),
			object: kourierWith([{name: 'http2', port: wrong.port}], object => {
				if (!named(object, 'Ingress', 'checkout')) return;
				Object.assign(at(object, 'metadata', 'annotations'), {
					'networking.knative.dev/ingress.class': 'contour.ingress.networking.knative.dev',
				});
				Object.assign(at(object, 'status'), {
					publicLoadBalancer: {ingress: [{domainInternal: 'envoy.contour-external.svc.cluster.local'}]},
				});
			}),
		});
		expect((await verify(file)).code).toBe(0);
		expect(wrong.seen).toEqual([]);
		expect(right.seen.length).toBeGreaterThan(7);
	});
});
