import {expect, test} from 'vitest';
import {revisionFacts, serviceFacts} from '../../../source/screen/panes/fact-lines.js';
import {createTheme} from '../../../source/terminal/output/theme.js';
import {condition, serviceView} from '../../knative/objects.js';
import {canaryTraffic, revisionOf} from '../parts/state.js';

const theme = createTheme({env: {LANG: 'C.UTF-8'}});
const service = serviceView({traffic: canaryTraffic, ready: 2});
const room = {width: 100, rows: 12};
const gateway = {kind: 'found', host: '203.0.113.10', port: 80, tls: false, via: 'kourier'} as const;
const text = (lines: readonly {text: string}[]) => lines.map(line => line.text).join('\n');

test('of a service are its URL, its gateway and its conditions', () => {
	const said = text(serviceFacts(service, {gateway, domains: []}, room, theme));
	expect(said).toContain(service.url);
	expect(said).toMatch(/Gateway +203\.0\.113\.10:80 \(kourier\)/);
	expect(said).toMatch(/Conditions +✓ all \d are True/);
	const failed = [condition('Ready', 'False', 'RevisionMissing', 'no such revision')];
	const failing = serviceView({
		traffic: canaryTraffic,
		edit: object => void (object.status.conditions = failed),
	});
	expect(text(serviceFacts(failing, {gateway, domains: []}, room, theme))).toContain(
		'✗ Ready False (RevisionMissing)',
	);
});

const gatewayFacts = (found: Parameters<typeof serviceFacts>[1]['gateway']) =>
	text(serviceFacts(service, {gateway: found, domains: []}, room, theme));

test('of a gateway that was not found stands why, of one that is looked for nothing', () => {
	expect(gatewayFacts({kind: 'not found', sentence: 'no ingress class is known'})).toContain(
		'no ingress class is known',
	);
	expect(gatewayFacts({kind: 'looking'})).not.toContain('Gateway');
});

test('of a revision are its whole image and its variables, covered unless somebody asked for them', () => {
	const revision = {...revisionOf(2), env: [{name: 'TARGET', shown: 'Knative', value: 'Knative'}]};
	const facts = (isUncovered: boolean) => text(revisionFacts(revision, {service, isUncovered}, room, theme));
	expect(facts(false)).toContain(revision.image);
	expect(facts(false)).not.toContain('Knative');
	expect(facts(true)).toContain('TARGET=Knative');
});

const linesIn = (rows: number) =>
	serviceFacts(service, {gateway, domains: []}, {width: 40, rows}, theme).length;

test('take no more rows than there are, and none where there are few', () => {
	for (let rows = 0; rows < 20; rows++) expect(linesIn(rows)).toBeLessThanOrEqual(rows);
	expect([0, 1, 9].map(linesIn)).toEqual([0, 0, 0]);
	expect(linesIn(10)).toBeGreaterThan(4);
});
