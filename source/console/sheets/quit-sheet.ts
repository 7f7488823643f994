/** Leaving the program: what that would end or lose, and what was done in the session. */
import {printable} from '../../knative/text/printable.js';
import {nextId} from './inspect.js';
import {lossesOf} from './contexts-sheet.js';
import type {WriteRecord} from './sheets.js';
import {openSheet} from '../state/select.js';
import type {ConsoleState, ConsoleStore} from '../state/state.js';

/** Asks first where something is not sent, or under way. True when there is nothing to ask. */
export function mayQuit(store: ConsoleStore): boolean {
	const ends = endsOf(store.getState());
	if (ends.length === 0) return true;
	openSheet(store, {kind: 'quit', id: nextId(), ends});
	return false;
}

/** What leaving would end or lose, a sentence without its end each. */
export function endsOf(state: ConsoleState): string[] {
	const {services, verdicts, writes} = state;
	const loops = [...verdicts.values()].filter(({isRunning}) => isRunning);
	return [
		...writes.filter(({outcome}) => outcome === '').map(({title}) => `being sent: ${title}`),
		...lossesOf(state).map(loss => `not sent: ${loss}`),
		...loops.map(({uid}) => {
			const name = services.find(service => service.uid === uid)?.name ?? 'a service elsewhere';
			return `running: requests to ${name}`;
		}),
	];
}

/**
 * What was written in the session, oldest first; a line each: `03:12:46  roll back cart (00001 90 -> 100 %, 00002 10 -> 0 %): done`.
 *
 * @param arrow What stands between before and after, for a terminal that may have no other than ASCII.
 */
export function sessionLines(
	{writes}: Pick<ConsoleState, 'writes'>,
	clock: (at: number) => string,
	arrow = '->',
): string[] {
	return writes.map(({at, title, outcome, change}) => {
		const words = change ? changeWords(change, arrow) : '';
		const what = words === '' ? title : `${title} (${words})`;
		return printable(`${clock(at)}  ${what}: ${outcome === '' ? 'sent, outcome not known' : outcome}`);
	});
}

/** The shares that changed, of each revision, be it pinned or followed; where none did, the tags. */
export function changeWords({service, rows}: NonNullable<WriteRecord['change']>, arrow: string): string {
	const shares = new Map<string, {before: number; after: number}>();
	for (const {revision, before = 0, after = 0} of rows) {
		const name = shortName(revision, service);
		const sum = shares.get(name) ?? {before: 0, after: 0};
		shares.set(name, {before: sum.before + before, after: sum.after + after});
	}
	const moved = [...shares].filter(([, {before, after}]) => before !== after);
	if (moved.length > 0) {
		return moved.map(([name, {before, after}]) => `${name} ${before} ${arrow} ${after} %`).join(', ');
	}
	return rows
		.filter(({tags, tagsBefore}) => tags.join() !== tagsBefore.join())
		.map(({revision, tags}) => `${shortName(revision, service)} tags ${tags.join(',') || 'none'}`)
		.join(', ');
}

/** `00002` of `cart-00002`: the service is named in the line. */
function shortName(revision: string | undefined, service: string): string {
	if (revision === undefined) return 'the new revision';
	return revision.startsWith(`${service}-`) ? revision.slice(service.length + 1) : revision;
}
