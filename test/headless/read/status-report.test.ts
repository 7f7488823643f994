import {expect, it} from 'vitest';
import {statusLines, statusReport} from '../../../source/headless/read/status-report.js';
import {parseService} from '../../../source/knative/service/service.js';
import {knativeService, readyConditions} from '../../knative/objects.js';

function gatewayOf(traffic: unknown) {
	const object = knativeService();
	const parsed = parseService({...object, status: {...object.status, conditions: readyConditions, traffic}});
	if (!parsed.ok) throw new Error(parsed.reason);
	const facts = {service: parsed.value, revisions: undefined, changes: []};
	const report = statusReport(facts, {context: 'sandbox'});
	const line = statusLines(report, facts, 0).find(text => text.startsWith('Gateway')) ?? '';
	return {settled: report.settled, unread: report.unread, line};
}

it('says that the split is in place, and whose word that is, where all of it could be read', () => {
	expect(gatewayOf([{revisionName: 'a', percent: 100, latestRevision: false}])).toMatchObject({
		settled: true,
		unread: null,
		line: expect.stringMatching(/^Gateway +in place, says Knative$/),
	});
});

it('does not say so of a split of which a part cannot be read', () => {
	const {settled, unread, line} = gatewayOf([
		{revisionName: 'a', percent: 110, latestRevision: false},
		{revisionName: 'b', percent: -10, latestRevision: false},
	]);
	expect(settled).toBe(false);
	expect(unread).toMatch(/^The split that helloworld-go has got cannot be read: percent/);
	expect(line).toBe(`Gateway  not clear: ${unread}`);
});
