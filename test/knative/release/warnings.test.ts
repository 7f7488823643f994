import {describe, expect, it} from 'vitest';
import {splitOf, set, addRow, takeOut, type Split} from '../../../source/knative/split/split.js';
import {needsSecondConfirmation, trafficWarnings} from '../../../source/knative/release/warnings.js';
import {condition, knativeRevision, revisionName, revisionView, serviceView} from '../objects.js';
import type {TrafficTarget} from '../../../source/knative/objects/wire.js';
import {parseRevision, type RevisionView} from '../../../source/knative/revision/revision.js';

const [one, two] = [revisionName(1), revisionName(2)];
const traffic = [
	{revisionName: one, percent: 90},
	{revisionName: two, percent: 10},
];
const service = serviceView({traffic, ready: 2});
const before = splitOf(service);
const failed = [condition('Ready', 'False', 'ContainerMissing', 'no image')];
const idle = [
	condition('Ready', 'True'),
	condition('Active', 'False', 'NoTraffic', 'The target is not receiving traffic.'),
];

const warned = (after: Split, revisions?: readonly RevisionView[], from = service) =>
	trafficWarnings(from, revisions, splitOf(from), after, {now: Date.parse('2026-01-10T00:00:00Z')});
const kinds = (after: Split, revisions?: readonly RevisionView[], from = service) =>
	warned(after, revisions, from).map(({kind, revision}) => `${kind} ${revision ?? ''}`.trim());

const byName = (percent: number) => ({revisionName: one, latestRevision: false, percent});
const byLatest = (percent: number) => ({latestRevision: true, percent});
const servedBy = (...rows: TrafficTarget[]) => serviceView({traffic: rows, ready: 2});

describe('the warnings of a split', () => {
	const both = [revisionView(2), revisionView(1)];

	it('are none when ready revisions share what they had', () => {
		expect(kinds(set(before, two, 50), both)).toEqual([]);
	});

	it('name a target that is not ready, in the words of the server, and want a second confirmation', () => {
		const warnings = warned(set(before, two, 50), [revisionView(2, failed), revisionView(1)]);
		expect(warnings).toMatchObject([{kind: 'not ready', revision: two}]);
		expect(warnings[0]?.sentence).toContain('(Failed: ContainerMissing: no image)');
		expect(needsSecondConfirmation(warnings)).toBe(true);
	});

	it('name one at 0 % that is not ready: the route takes a split as a whole', () => {
		expect(kinds(set(before, two, 0), [revisionView(2, failed), revisionView(1)])).toEqual([
			`not ready ${two}`,
		]);
		expect(kinds(set(before, two, 0), [revisionView(1)])).toEqual([`missing ${two}`]);
	});

	it('name a target that does not exist, but say nothing of revisions while they are not known', () => {
		expect(kinds(set(before, two, 50), [revisionView(1)])).toEqual([`missing ${two}`]);
		expect(kinds(set(before, two, 50), undefined)).toEqual([]);
	});

	it('name what follows the latest, where that is to be one that was rejected', () => {
		const waiting = serviceView({traffic, ready: 2, created: 3});
		const rejected: RevisionView = {...revisionView(3, failed), rejected: '{"by":"ann","why":"5xx"}'};
		const latest = {key: '@latest', revision: two, latest: true, percent: 100, tags: [], locked: false};
		const revisions = [rejected, ...both];
		expect(kinds([latest], revisions, waiting)).toContain(`rejected ${revisionName(3)}`);
	});

	it('name what begins to follow the latest, and not what has done so and only gets more', () => {
		const after = splitOf(servedBy(byName(80), byLatest(20)));
		expect(kinds(after, both, servedBy(byName(90), byLatest(10)))).toEqual([]);
		expect(kinds(after, both, servedBy(byName(100)))).toEqual(['follows latest']);
	});

	it.each([
		['has it by that already', {latestRevision: true, percent: 100}, 100],
		['had it by its name', {revisionName: one, percent: 100}, 100],
		['has nothing by it', {latestRevision: true, percent: 100}, 0],
	])('name what follows the latest as soon as it is ready, where the one of now %s', (_, target, percent) => {
		const waiting = serviceView({traffic: [target], ready: 2, created: 3});
		const after = [{key: '@latest', revision: two, latest: true, percent, tags: [], locked: false}];
		const sentence = `${revisionName(3)} is not ready yet: as soon as it is, it gets the 100 % of @latest instead of ${two}.`;
		const found = warned(after, both, waiting).filter(({kind}) => kind === 'follows latest');
		expect(found.map(warning => warning.sentence)).toEqual(percent === 0 ? [] : [sentence]);
	});

	it('name a target at zero pods', () => {
		const warnings = warned(set(before, two, 50), [revisionView(2, idle), revisionView(1)]);
		expect(warnings).toMatchObject([{kind: 'cold', revision: two}]);
		expect(needsSecondConfirmation(warnings)).toBe(false);
	});

	const alone = serviceView({traffic: [{revisionName: two, percent: 100}], ready: 2});
	const toUnlisted = set(addRow(splitOf(alone), one), one, 100);

	it.each([
		['2026-01-02T03:04:05Z', true],
		['2026-01-07T23:59:59Z', true],
		['2026-01-08T00:00:00Z', false],
		['2026-01-09T23:00:00Z', false],
	])('name a target that was not listed, and whether it is old enough to be collected: %s', (made, isOld) => {
		const object = knativeRevision(1);
		object.metadata.creationTimestamp = made;
		const parsed = parseRevision(object);
		if (!parsed.ok) throw new Error(parsed.reason);
		const warnings = warned(toUnlisted, [revisionView(2), parsed.value], alone);
		expect(warnings).toMatchObject([{kind: 'to be collected', revision: one}]);
		expect(warnings[0]?.sentence).toContain(
			isOld ? 'is not listed in the split and older than 48 h' : 'is not listed in the split: its min pods',
		);
	});

	it('do not call a target unlisted that the route still has, whatever is asked for by now', () => {
		const lagging = serviceView({
			traffic: [{revisionName: two, percent: 100}],
			ready: 2,
			edit(object) {
				object.status.traffic = [
					{revisionName: one, percent: 100, latestRevision: false},
					{revisionName: two, percent: 0, latestRevision: false},
				];
			},
		});
		expect(kinds(toUnlisted, both, lagging)).toEqual([]);
		expect(kinds(toUnlisted, both, alone)).toEqual([`to be collected ${one}`]);
	});

	it('call neither the latest ready revision nor the newest one collectable', () => {
		const pinnedToOne = [{revisionName: one, percent: 100}];
		const toTwo = set(addRow(splitOf(serviceView({traffic: pinnedToOne, ready: 1})), two), two, 100);
		const all = [revisionView(3), ...both];
		expect(kinds(toTwo, all, serviceView({traffic: pinnedToOne, ready: 2, created: 3}))).toEqual([]);
		expect(kinds(toTwo, all, serviceView({traffic: pinnedToOne, ready: 1, created: 2}))).toEqual([]);
		expect(kinds(toTwo, all, serviceView({traffic: pinnedToOne, ready: 3, created: 3}))).toEqual([
			`to be collected ${two}`,
		]);
	});

	it('name a row with traffic that is taken out, unless the same revision has it by another row', () => {
		expect(kinds(takeOut(before, two).split, both)).toEqual([`unlisted ${two}`]);
		const following = serviceView({traffic: [{latestRevision: true, percent: 100}], ready: 2});
		const pinned = splitOf(serviceView({traffic: [{revisionName: two, percent: 100}], ready: 2}));
		expect(kinds(pinned, both, following)).toEqual([]);
	});

	it('name each owner and a rollout in progress', () => {
		const owned = serviceView({
			traffic,
			ready: 2,
			edit(object) {
				object.metadata.annotations = {
					...object.metadata.annotations,
					'flagger.app/primary-revision': 'x',
					'serving.knative.dev/rollout-duration': '90s',
				};
				object.metadata.labels = {'argocd.argoproj.io/instance': 'shop'};
				object.status.conditions = [condition('RoutesReady', 'Unknown', 'RolloutInProgress')];
			},
		});
		expect(warned(set(before, two, 50), both, owned).map(({kind, sentence}) => [kind, sentence])).toEqual([
			['owner', expect.stringMatching(/^Flagger manages/)],
			['owner', expect.stringMatching(/^Argo CD manages/)],
			['rollout', expect.stringMatching(/over 90s is in progress/)],
		]);
	});
});
