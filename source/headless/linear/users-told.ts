/** What the users of the chosen service get, in lines that are told when they are of another kind, not with each request. Pure. */
import {hardlyAnybody, percentWords, rate, usersVerdicts} from '../../console/live/users-lines.js';
import {possibleVerbs} from '../../console/state/possible.js';
import {selectedService} from '../../console/state/read.js';
import type {ConsoleState} from '../../console/state/state.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {UsersSnapshot} from '../../users/users.js';
import {commandWords} from './linear-commands.js';

/** `kind`: what it is about, without the numbers. */
export type UsersNews = {readonly kind: string; readonly sentence: string};

/** Undefined while nothing is known of them. */
export function usersNews(state: ConsoleState): UsersNews | undefined {
	const service = selectedService(state);
	const {users} = state;
	if (!service || users?.uid !== service.uid) return undefined;
	const {snapshot, isPaused, alarm} = users;
	const {name, uid} = service;
	const news = (kind: readonly (string | undefined)[], sentence: string): UsersNews => ({
		kind: [uid, ...kind].join(' '),
		sentence,
	});
	if (isPaused) {
		const sentence = `Users of ${name} are not read any more, because nothing was chosen for ten minutes; ${commandWords('use')} reads them again.`;
		return news(['paused'], sentence);
	}
	switch (snapshot.state) {
		case 'waiting':
			return undefined;
		case 'unserved':
			return news(['unserved'], `Users of ${name}: none, as the route has no split.`);
		case 'unknown': {
			const why = snapshot.problems[0]?.sentence ?? 'no pod answers';
			return news(['unknown', why], `Users of ${name} are not known: ${why}.`);
		}
		case 'counting':
			break;
	}
	const {split, errors, recent} = snapshot.view;
	if (alarm !== undefined) {
		return news(
			['alarm', alarm],
			`ALARM: ${name}, ${verdictOf(snapshot, 'bad')}. ${remedyOf(state, service, alarm)}`,
		);
	}
	if (hardlyAnybody(recent)) {
		return news(['hardly'], `Users of ${name}: nobody uses it, or too few to tell.`);
	}
	return news(
		[split?.state, errors?.state, ...recent.rows.map(({revision, percent}) => `${revision} ${percent}`)],
		`Users of ${name}: ${sharesOf(snapshot)}. ${verdictOf(snapshot)}`.trim(),
	);
}

/** The same for whoever asks, whether it is news or not. */
export const usersLines = (state: ConsoleState): string[] => {
	const {sentence} = usersNews(state) ?? {};
	return sentence === undefined ? [] : [sentence];
};

/** `41 requests a second; cart-00001 gets 87 %, set 90 %; cart-00002 gets 13 %, set 10 %`: of the last half a minute, as everywhere. */
function sharesOf({view: {recent}}: UsersSnapshot): string {
	const {perSecond, rows, isExact, certainty} = recent;
	const about = isExact ? '' : 'about ';
	const pace = `${about}${rate(perSecond)} requests a second`;
	if (certainty.told === 'few') return `${pace}, too few to tell the shares`;
	const shares = rows
		.filter(row => (row.percent ?? 0) > 0 || row.perSecond > 0)
		.map(({revision, percent, share}) => {
			const got =
				share === undefined
					? 'what it gets cannot be told'
					: `gets ${about}${isExact ? percentWords(share) : Math.round(share * 100)} %`;
			return `${revision} ${got}, set ${percent ?? 0} %`;
		});
	return [pace, ...shares].join('; ');
}

/** The most important of what is said beside the numbers. */
function verdictOf(snapshot: UsersSnapshot, tone?: 'bad'): string {
	const lines = usersVerdicts(snapshot);
	const line = lines.find(candidate => tone === undefined || candidate.tone === tone) ?? lines[0];
	return line?.text ?? '';
}

/** What to type against it. */
function remedyOf(state: ConsoleState, service: ServiceView, alarm: string): string {
	const why = `${commandWords('counts')} says more.`;
	if (alarm === 'wrong') return `${commandWords('again')} sends the split once more; ${why}`;
	return takesBack(state, service)
		? `${commandWords('rollback')} takes it back; ${why}`
		: `${commandWords('log')} reads why; ${why}`;
}

/** Whether there is a way back, as things are. */
export const takesBack = (state: ConsoleState, service: ServiceView): boolean =>
	possibleVerbs(state, service).has('roll back');
