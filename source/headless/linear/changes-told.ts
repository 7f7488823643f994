/** Who changed which split: a colleague's change as it comes, and the history. Pure. */
import type {HistoryEntry} from '../../console/session/change-recorder.js';
import {changeWords, sessionLines} from '../../console/sheets/quit-sheet.js';
import type {ConsoleState} from '../../console/state/state.js';
import {diffSplit} from '../../knative/split/split.js';
import {exactMoment} from '../../knative/text/moment.js';

/** Milliseconds after which a colleague's change is no news. */
const newFor = 60_000;

/** Each change that was not made from here and is of the last minute, as soon as the service is as it left it. */
export function changesTold(
	{history, services}: Pick<ConsoleState, 'history' | 'services'>,
	now: number,
): {about: string; sentence: string}[] {
	return history
		.filter(({own, at}) => !own && now - at < newFor)
		.flatMap(entry => {
			const service = services.find(({uid}) => uid === entry.uid);
			if (!service || service.generation < entry.generation) return [];
			// Of a later write that left the split alone it says nothing about this one.
			const tool = service.generation === entry.generation ? service.lastTool : undefined;
			const by = tool === undefined ? '' : ` with ${tool}`;
			const about = `change ${entry.uid} ${entry.generation}`;
			return [{about, sentence: `${changedWords(entry)}${by}, not from this console.`}];
		});
}

/** `bob changed cart: 00001 90 to 50 %, 00002 10 to 50 %`. */
function changedWords({by, service, before, after}: HistoryEntry): string {
	const rows = diffSplit(before, after).filter(({changed}) => changed);
	const words = changeWords({service, rows}, 'to');
	return `${by === '' ? 'Somebody' : by} changed ${service}${words === '' ? '' : `: ${words}`}`;
}

/** At most so many are read. */
const mostRead = 20;

/** What was written from here in this session, and what others have changed, as far as it is known; the oldest first. */
export function historyLines(
	{writes, history}: Pick<ConsoleState, 'writes' | 'history'>,
	now: number,
): string[] {
	const when = (at: number) => exactMoment(at, now);
	const own = writes.map(write => ({
		at: write.at,
		line: sessionLines({writes: [write]}, when, 'to').join(''),
	}));
	const others = history
		.filter(entry => !entry.own)
		.map(entry => ({at: entry.at, line: `${when(entry.at)}  ${changedWords(entry)} (${entry.reason})`}));
	return [...own, ...others]
		.toSorted((one, other) => one.at - other.at)
		.slice(-mostRead)
		.map(({line}) => line);
}
