/** What others do to a service, and what operators do to it beside the verbs. */
import {releaseOf} from '../../../../source/knative/release/release.js';
import {freeCanaryTag} from '../../../../source/knative/release/free-tag.js';
import {planRevision} from '../../../../source/knative/revision/plan-revision.js';
import {splitOf} from '../../../../source/knative/split/split.js';
import type {TrafficTarget} from '../../../../source/knative/objects/wire.js';
import {planCreateRevision} from '../../../../source/release/plan-object.js';
import {planSplit, planTags} from '../../../../source/release/plan-split.js';
import {nameOf, type Model} from './model.js';
import {planOf} from './promises.js';
import type {StoryStep, Tag} from './steps.js';

const follow = (percent: number): TrafficTarget => ({latestRevision: true, percent});

/** As an editor leaves it: each revision once, each tag once, a row that follows the latest beside them or not. */
function edited(
	{picks, shares, tags, follows}: Extract<StoryStep, {kind: 'kubectl'}>,
	made: (index: number) => number,
): TrafficTarget[] {
	const names = [...new Set(picks.map(index => nameOf(made(index))))];
	const rows: TrafficTarget[] = names.map(revisionName => ({revisionName}));
	if (follows === 'too') rows.unshift({latestRevision: true});
	let left = 100;
	const used = new Set<Tag>(['none']);
	return rows.map((row, index) => {
		const percent = index === rows.length - 1 ? left : Math.min(left, shares[index] ?? 0);
		left -= percent;
		const tag = tags[index] ?? 'none';
		const isFree = !used.has(tag);
		used.add(tag);
		return {...row, percent, ...(isFree && {tag})};
	});
}

export function happen(model: Model, what: Exclude<StoryStep, {kind: 'verb'}>): void {
	const made = (index: number) => (index % model.revisions.length) + 1;
	switch (what.kind) {
		case 'deploy':
			return model.deploy(what.by, what);
		case 'ready':
			return model.becomeReady();
		case 'forget': {
			model.note = undefined;
			model.isForgotten = true;
			model.takenBack.clear();
			return;
		}
		case 'mark':
			return model.reject(nameOf(made(what.pick)), 'kim');
		case 'crash':
			return model.crash(made(what.pick));
		case 'rollout': {
			model.hasRolloutDuration = what.on;
			return;
		}
		case 'roll on':
			return model.rollOn();
		case 'kubectl': {
			const traffic = what.follows === 'whole' ? [follow(100)] : edited(what, made);
			return model.watched(what.seen, 'kim', () => model.write('kim', traffic));
		}
		case 'both': {
			const pinned: TrafficTarget = {revisionName: nameOf(made(what.pick)), percent: 100 - what.share};
			return model.deploy('kim', {...what, traffic: [follow(what.share), pinned]});
		}
		case 'delete': {
			model.remove(made(what.pick));
			return;
		}
		case 'kn': {
			const [one = '', other = ''] = what.picks.map(index => nameOf(made(index)));
			const wanted = new Map(
				one === other
					? [[one, 100]]
					: [
							[one, what.share],
							[other, 100 - what.share],
						],
			);
			const kept = model.traffic
				.map(target => ({...target, percent: wanted.get(target.revisionName ?? '') ?? 0}))
				.filter(({percent, tag}) => percent > 0 || tag !== undefined);
			const seen = new Set<string>();
			const once = kept.map(target => {
				const isFirst = !seen.has(target.revisionName ?? '');
				seen.add(target.revisionName ?? '');
				return isFirst ? target : {...target, percent: 0};
			});
			const added = [...wanted]
				.filter(([name]) => !seen.has(name))
				.map(([revisionName, percent]) => ({revisionName, percent}));
			return model.write('kim', [...once, ...added]);
		}
		case 'tag': {
			const name = nameOf(made(what.pick));
			const index = model.traffic.findIndex(
				({revisionName, tag}) => revisionName === name && tag === undefined,
			);
			const untagged = model.traffic.map(({tag, ...target}) => ({
				...target,
				...(tag !== undefined && tag !== what.tag && {tag}),
			}));
			if (index === -1) return;
			return model.write('kim', untagged.with(index, {...untagged[index], tag: what.tag}));
		}
		case 'new revision': {
			const facts = model.facts(what.machine);
			const {service} = facts;
			const newTag = freeCanaryTag(facts);
			const revision = planRevision(
				service,
				{
					image: `registry.example.com/cart:${model.revisions.length + 1}`,
					percent: what.percent,
					...(newTag !== '' && {newTag}),
				},
				{stable: releaseOf(facts).stable?.revision},
			);
			if (!revision.ok) return;
			const plan = planCreateRevision(facts, revision, []);
			model.send(what.machine, what.machine, plan, {makes: what});
			return;
		}
		case 'slide': {
			const facts = model.facts(what.machine);
			const name = nameOf(made(what.pick));
			const rest = splitOf(facts.service).filter(({key}) => key !== name);
			const main = rest[0];
			if (!main) return;
			const others = rest.map(row => ({...row, percent: row === main ? 100 - what.percent : 0}));
			const tags = splitOf(facts.service).find(({key}) => key === name)?.tags ?? [];
			const row = {key: name, revision: name, latest: false, percent: what.percent, tags, locked: false};
			const plan = planOf(planSplit(facts, [...others, row]));
			if (plan) model.send(what.machine, what.machine, plan);
			return;
		}
		case 'retag': {
			const facts = model.facts(what.machine);
			const rows = splitOf(facts.service);
			const {revision} = rows[what.pick % rows.length] ?? {};
			const plan = revision === undefined ? undefined : planOf(planTags(facts, revision, [what.tag]));
			if (plan) model.send(what.machine, what.machine, plan);
		}
	}
}
