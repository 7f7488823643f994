import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {readExposition} from '../../../source/users/formats/exposition.js';
import {requestCounts, type ReadCounts} from '../../../source/users/formats/request-counts.js';

function counted(text: string, pod = {name: 'shop-1', revision: 'shop-00001', isOlder: false}): ReadCounts {
	const read = readExposition(text);
	return read.ok ? requestCounts(read.samples, pod) : read;
}

const plain = (counts: ReadCounts) =>
	counts.ok
		? Object.fromEntries([...counts.counts.byStatus].map(([status, {count}]) => [status, count]))
		: counts.reason;

it('counts what a real queue-proxy says, without its server’s own histogram beside it', () => {
	const text = readFileSync(new URL('../recorded/queue-proxy-9091-metrics.txt', import.meta.url), 'utf8');
	const read = counted(text, {
		name: 'users-00003-deployment-d8c54d5fc-lxxn5',
		revision: 'users-00003',
		isOlder: false,
	});
	expect(plain(read)).toEqual({200: 65});
	const buckets = read.ok ? read.counts.byStatus.get('200')?.buckets : [];
	expect(buckets?.slice(0, 3)).toEqual([
		{bound: 0.005, count: 63},
		{bound: 0.01, count: 64},
		{bound: 0.025, count: 65},
	]);
	expect(buckets?.at(-1)).toEqual({bound: Infinity, count: 65});
});

const older = (name: string, labels: string, value: number) =>
	`${name}{configuration_name="shop",container_name="queue-proxy",namespace_name="default",pod_name="shop-1",revision_name="shop-00001",service_name="shop",${labels}} ${value}\n`;

it('knows the names of Knative before 1.19, whose bounds are milliseconds', () => {
	const read = counted(
		[
			older('revision_app_request_count', 'response_code="200",response_code_class="2xx"', 7),
			older('revision_app_request_count', 'response_code="502",response_code_class="5xx"', 2),
			older('revision_app_request_latencies_bucket', 'response_code="200",le="100"', 6),
			older('revision_app_request_latencies_bucket', 'response_code="200",le="+Inf"', 7),
			older('revision_app_request_latencies_count', 'response_code="200"', 7),
			older('revision_app_request_latencies_sum', 'response_code="200"', 512.5),
			older('revision_request_count', 'response_code="200"', 100),
			older('revision_queue_depth', 'x="y"', 3),
		].join(''),
	);
	expect(plain(read)).toEqual({200: 7, 502: 2});
	expect(read.ok && read.counts.byStatus.get('200')?.buckets).toEqual([
		{bound: 0.1, count: 6},
		{bound: Infinity, count: 7},
	]);
});

const tagged = (tag: string, value: number) =>
	`kn_serving_invocation_duration_seconds_count{http_response_status_code="200",kn_route_tag="${tag}"} ${value}\n`;

it('sums what is told apart by labels that do not matter here', () => {
	expect(plain(counted(tagged('a', 3) + tagged('b', 4)))).toEqual({200: 7});
});

it('takes who it is alone for no requests yet, and nothing at all before Knative 1.19 only', () => {
	expect(plain(counted('', {name: 'shop-1', revision: 'shop-00001', isOlder: true}))).toEqual({});
	expect(plain(counted(''))).toBe('it answers with nothing, not even with who it is');
	expect(plain(counted('target_info{kn_revision_name="shop-00001",k8s_pod_name="shop-1"} 1'))).toEqual({});
});

it('refuses what comes twice: it would be counted twice', () => {
	expect(plain(counted(tagged('a', 3) + tagged('b', 4) + tagged('a', 3)))).toBe(
		'kn_serving_invocation_duration_seconds_count comes twice with the same labels',
	);
});

it('refuses what another program, pod or revision says, and what is no count', () => {
	expect(plain(counted('go_goroutines 5\n'))).toMatch(
		/^1 metrics, but none of kn_serving.*another program listens there$/,
	);
	expect(plain(counted('target_info{kn_revision_name="shop-00002"} 1'))).toBe(
		'it says that it is of the revision shop-00002',
	);
	expect(plain(counted('target_info{k8s_pod_name="other\u001B"} 1'))).toBe(
		'it says that it is of the pod other␛',
	);
	expect(plain(counted('kn_serving_invocation_duration_seconds_count -1'))).toBe(
		'kn_serving_invocation_duration_seconds_count is -1',
	);
	expect(plain(counted('kn_serving_invocation_duration_seconds_count NaN'))).toBe(
		'kn_serving_invocation_duration_seconds_count is NaN',
	);
	expect(plain(counted('kn_serving_invocation_duration_seconds_bucket{le="x"} 1'))).toBe(
		'a bucket has the bound x',
	);
});
