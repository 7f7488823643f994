/** What has changed since a draft was begun, as warnings of the review of it. Pure. */
import type {Warning} from '../../../knative/release/warnings.js';
import type {ServiceView} from '../../../knative/service/service.js';
import {diffSplit, equalSplits, splitOf, type SplitDifference} from '../../../knative/split/split.js';
import {momentBy} from '../../../knative/text/moment.js';
import {changesOf} from '../../session/change-recorder.js';
import type {ConsoleState, Draft} from '../../state/state.js';

/** What follows the latest was of one revision when the split was begun, and is of another by now. */
export function latestMoved(
	then: string | undefined,
	{latestReady}: ServiceView,
	becomes: string,
): Warning[] {
	if (then === undefined || latestReady === undefined || then === latestReady) return [];
	const sentence = `latest is ${latestReady} now, and was ${then} when this was begun: ${becomes}.`;
	return [{kind: 'guess', revision: latestReady, sentence, because: 'latest is another revision by now'}];
}

/** What others have made of the split since the draft was begun: the review is of what is there now. */
export function changedSince(
	draft: Pick<Draft, 'base'>,
	service: ServiceView,
	{history, now: at}: Pick<ConsoleState, 'history'> & {now: number | undefined},
): Warning[] {
	const now = splitOf(service);
	const rows = diffSplit(draft.base, now).filter(({changed}) => changed);
	if (rows.length === 0) return [];
	const last = changesOf({history}, service.uid).at(-1);
	const known = last && equalSplits(last.after, now) ? last : undefined;
	const by = known ? (known.own ? 'you' : known.by) : (service.lastModifier ?? 'somebody else');
	const how = rows.map(row => changeOfRow(row)).join(', ');
	const who = momentBy({at: known?.at, by}, at);
	const sentence = `The split of ${service.name} was changed${who} since your draft: ${how}.`;
	return [{kind: 'other', sentence}];
}

/** `cart-00001 90 → 30 %`. */
function changeOfRow({key, before, after, tags, tagsBefore}: SplitDifference): string {
	if (after === undefined) return `${key} was removed`;
	const share = before === after ? '' : ` ${before ?? '–'} → ${after} %`;
	const isTagged = tags.join() !== tagsBefore.join();
	return `${key}${share}${isTagged ? ` tags ${tags.join(',') || 'none'}` : ''}`;
}
