/** What is read of `spec.traffic` and of `status.traffic`, and what is said where not all of it can be. */
import {expect, test} from 'vitest';
import {parseService} from '../../../source/knative/service/service.js';
import {knativeService, serviceView} from '../objects.js';

test('traffic that is absent or empty is all for the latest revision, as the server defaults it', () => {
	const all = [{revision: undefined, latest: true, percent: 100, tag: undefined}];
	expect(serviceView({traffic: []}).specTraffic).toEqual(all);
	expect(serviceView({edit: service => delete service.spec.traffic}).specTraffic).toEqual(all);
	expect(serviceView({traffic: [{percent: 100}]}).specTraffic).toEqual(all);
});

test('a pinned target may say that it is not the latest', () => {
	expect(
		serviceView({traffic: [{revisionName: 'a', latestRevision: false, percent: 100, tag: 't'}]}).specTraffic,
	).toEqual([{revision: 'a', latest: false, percent: 100, tag: 't'}]);
});

const withTraffic = (traffic: unknown) => {
	const service = knativeService();
	return parseService({...service, spec: {...service.spec, traffic}});
};

test('no target is left out silently: a write would take it away', () => {
	expect(withTraffic([{latestRevision: true, percent: 90}])).toEqual({
		ok: false,
		reason: 'Service helloworld-go cannot be read: spec.traffic: the percents do not sum to 100.',
	});
	expect(withTraffic([{latestRevision: false, percent: 100}])).toMatchObject({ok: false});
	expect(withTraffic([{latestRevision: true, percent: '100'}])).toMatchObject({ok: false});
	expect(withTraffic([{latestRevision: true, percent: 100}, 'x'])).toMatchObject({ok: false});
});

test('an entry of the route that names no revision says nothing of the others', () => {
	const object = knativeService();
	const status = {
		...Object(object)['status'],
		traffic: [
			{revisionName: 'helloworld-go-00001', percent: 90, tag: 'stable'},
			{configurationName: 'helloworld-go', latestRevision: true, percent: 0},
			{revisionName: 'helloworld-go-00002', percent: 10},
		],
	};
	const parsed = parseService({...object, status});
	expect(parsed.ok && parsed.value.statusTraffic.map(({revision, percent}) => [revision, percent])).toEqual([
		['helloworld-go-00001', 90],
		['helloworld-go-00002', 10],
	]);
});

test('one target that names no revision is not left out for the others that do', () => {
	const object = knativeService();
	object.spec.traffic = [
		{revisionName: 'helloworld-go-00001', percent: 50},
		{latestRevision: false, percent: 50},
	];
	expect(parseService(object)).toEqual({
		ok: false,
		reason: expect.stringContaining('a target names no revision'),
	});
});

test.each<[what: string, traffic: unknown, doubt: RegExp]>([
	[
		'a negative percent',
		[
			{revisionName: 'a', percent: 90},
			{revisionName: 'b', percent: -10},
		],
		/percent/,
	],
	['a part without a revision', [{revisionName: 'a', percent: 90}, {percent: 10}], /revisionName/],
	[
		'a part without a revision beside 100 % of others',
		[{revisionName: 'a', percent: 90}, {revisionName: 'b', percent: 10}, {percent: 40}],
		/revisionName/,
	],
	['no list', 'all of it', /cannot be read/],
	['a tag without a revision', [{revisionName: 'a', percent: 100}, {tag: 'b'}], /^undefined$/],
	['nothing yet', null, /^undefined$/],
	[
		'too much',
		[
			{revisionName: 'a', percent: 60},
			{revisionName: 'b', percent: 50},
		],
		/^The split that \S+ has got adds up to 110 %, not to 100 % \(a 60 %, b 50 %\)\.$/,
	],
	['too little', [{revisionName: 'a', percent: 90}], /adds up to 90 %/],
	[
		'no percents',
		[
			{revisionName: 'a', percent: null},
			{revisionName: 'b', percent: 0},
		],
		/adds up to 0 %, not to 100 % \(a without a percent, b 0 %\)/,
	],
])('of a split with %s it is known whether all of it could be read', (_, traffic, doubt) => {
	const parsed = parseService({...knativeService(), status: {traffic}});
	if (!parsed.ok) throw new Error(parsed.reason);
	expect(String(parsed.doubt)).toMatch(doubt);
	expect(parsed.value.splitDoubt).toBe(parsed.doubt);
});

test.each([null, []])('that there is no split (%j) is odd of a ready route alone', traffic => {
	const doubtOf = (status: string) => {
		const conditions = [{type: 'RoutesReady', status}];
		const parsed = parseService({...knativeService(), status: {traffic, conditions}});
		return parsed.ok ? parsed.value.splitDoubt : parsed.reason;
	};
	expect(doubtOf('Unknown')).toBeUndefined();
	expect(doubtOf('True')).toMatch(
		/reports no split of \S+, though its route is ready: status\.traffic is empty\.$/,
	);
});
