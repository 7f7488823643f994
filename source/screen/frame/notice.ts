/** What the message line says: what has just happened, or the worst there is to say. Pure. */
import {
	oldSince,
	selectedService,
	topSheet,
	troubledRevision,
	revisionTroubleOf,
} from '../../console/state/read.js';
import {conflictOfReview} from '../../console/sheets/review/lost-ground.js';
import type {ConsoleState} from '../../console/state/state.js';
import {rolloutInProgress, serviceState} from '../../knative/service/service-state.js';
import type {TextStyle, Theme} from '../../terminal/output/theme.js';
import {clock, shortRevision} from '../format.js';
import type {Size} from '../layout.js';
import {troubleLinesOf} from '../panes/trouble-lines.js';
import {frameContentSize} from '../widgets/frame-lines.js';
import {announced, announcements, lastChangeBriefly, lastChangeWords} from './changes.js';

/**
 * What is said. `shorter`: the same in fewer words, the longest first, for where the whole has no room. `isWhole`: it gets more rows where it needs them,
 * as what was just done is told once. `isQuiet`: nothing is wrong, and it is told elsewhere too.
 */
type NoticeWords = {
	text: string;
	shorter?: readonly string[];
	style: TextStyle;
	isWhole?: true;
	isQuiet?: true;
};

/** The notice; without one the worst there is to say: of the connection, the watch, or the selected service. */
export function noticeOf(
	state: ConsoleState,
	theme: Theme,
	{revisions, now}: {revisions: Size | undefined; now: number},
): NoticeWords {
	const {notice, connection, feeds, unreadable, historyProblem} = state;
	const {styles, glyphs, isAscii} = theme;
	const ofService = serviceNotice(state, theme, revisions);
	// What the server says of the service is newer than the good news about what was asked of it, but not what there is no
	// record of.
	if (notice && (notice.tone !== 'good' || !ofService || historyProblem !== undefined)) {
		const style = {info: styles.waiting, good: styles.ok, bad: styles.bad}[notice.tone];
		// Of the change that was made, where it is said that it was.
		return notice.tone === 'good' && historyProblem !== undefined
			? {text: `${notice.text} ${historyProblem}`, style: styles.warning, isWhole: true}
			: {text: notice.text, style, isWhole: true};
	}
	// There is nothing else on the screen.
	if (connection.kind === 'failed') {
		return {text: connection.sentence, style: styles.bad, isWhole: true};
	}
	const {plugin, needsTerminal, movedTo} = state.standing;
	if (movedTo !== undefined && connection.kind === 'connected') {
		const go = `:ctx ${connection.context} goes there`;
		return {
			text: `${movedTo.replace(/^t/, 'T')}. This one is read-only from now on; ${go}.`,
			style: styles.bad,
			isWhole: true,
		};
	}
	if (plugin) {
		const since = `since ${clock(plugin.since)}`;
		return {text: `Waiting for the credential plugin ${plugin.command} ${since}.`, style: styles.waiting};
	}
	for (const feed of [feeds.services, feeds.revisions]) {
		if (feed.kind === 'live' || feed.kind === 'connecting') continue;
		const since = oldSince(feed);
		const data = since === undefined ? '' : ` Data from ${clock(since)}.`;
		const why = feed.why.replace(/\.$/, '');
		const where = feed.of === undefined ? '' : `${feed.of}: `;
		// What the login waits for stands at the end of why.
		const retries = needsTerminal ? '' : ' Retrying; ctrl-r retries now.';
		const text = `${where}${why}.${data}${retries}`;
		// What to do stands at its end.
		return {text, style: styles.warning, isWhole: true};
	}
	const [unread] = [...unreadable.services, ...unreadable.revisions];
	if (unread) return {text: `${glyphs.warning} ${unread.sentence}`, style: styles.warning};
	// Of the change that is about to be made, before it is made.
	const unkept = historyProblem === undefined ? undefined : {text: historyProblem, style: styles.warning};
	if (unkept && topSheet(state)?.kind === 'review') return unkept;
	const look = {bar: isAscii ? '|' : '│', arrow: glyphs.arrow};
	const news = announced(state, now);
	const uid = selectedService(state)?.uid;
	if (news && !isInConflict(state, news.uid)) {
		const [text, ...shorter] = announcements(news, state, look).map(words => `${glyphs.warning} ${words}`);
		// The rows that it would take are those of what answers prove, which comes first.
		const isAsked = uid !== undefined && state.live?.uid === uid;
		return {text: text ?? '', style: styles.warning, ...(isAsked ? {shorter} : {isWhole: true as const})};
	}
	const worst = ofService ?? unkept;
	if (worst) return worst;
	const last = uid === undefined ? undefined : lastChangeWords(state, uid, look);
	if (uid === undefined || last === undefined || isInConflict(state, uid)) {
		return {text: '', style: styles.muted, isQuiet: true};
	}
	// What can be pressed first: of a long change the end is cut.
	const {short, shortest} = lastChangeBriefly(state, uid, look) ?? {short: '', shortest: ''};
	return {
		text: `w history ${glyphs.bullet} last change ${last}`,
		shorter: [`w ${glyphs.bullet} ${short}`, `w ${glyphs.bullet} ${shortest}`],
		style: styles.muted,
		isQuiet: true,
	};
}

/** The conflict on top tells who has changed what, with all of it beside what was there. */
function isInConflict(state: ConsoleState, uid: string): boolean {
	const sheet = topSheet(state);
	const isOfIt =
		sheet?.kind === 'review' && sheet.plan.write.kind === 'patch' && sheet.plan.write.uid === uid;
	return isOfIt && conflictOfReview(state, sheet) !== undefined;
}

/** What Knative says of a service for want of a revision: the words for that are those of the revision. */
const forRevision =
	/^(?<reason>\w+): (?:Revision "(?<revision>[^"]+)" failed with message: |Configuration "[^"]*" (?:is waiting for a Revision|does not have any ready Revision))/;

/** `RevisionMissing: Configuration "cart" is waiting for a Revision to become ready.` (knative/serving route_lifecycle.go) */
const ofConfiguration = /^(?<reason>\w+): Configuration "(?<of>[^"]*)" (?:is )?(?<rest>.+)$/s;

/** The server's own words about the selected service while it is not simply Ready; those of its revision that have no room elsewhere. */
function serviceNotice(
	state: ConsoleState,
	{styles, glyphs}: Theme,
	revisions: Size | undefined,
): NoticeWords | undefined {
	const service = selectedService(state);
	if (!service) return undefined;
	const {kind, sentence} = serviceState(service);
	const style = kind === 'failed' ? styles.bad : kind === 'serving' ? styles.warning : styles.waiting;
	const troubled = troubledRevision(state);
	const trouble = revisionTroubleOf(state, troubled);
	const {reason, revision} = forRevision.exec(sentence)?.groups ?? {};
	if (troubled && trouble && (sentence === '' || reason !== undefined)) {
		const there =
			revisions && troubleLinesOf(state, frameContentSize(revisions.width, revisions.height), glyphs);
		if (!there || there.isCut) {
			return {
				text: `${shortRevision(troubled.name, service.name)}: ${trouble.sentence}`,
				style: sentence === '' ? styles.warning : styles.bad,
			};
		}
		if (reason !== undefined && (revision ?? troubled.name) === troubled.name) {
			return {text: `${service.name}: ${reason}: ${troubled.name}, see pane 2`, style};
		}
	}
	if (sentence === '') return undefined;
	// The object that waits has the name of the service, which is what is selected.
	const own = ofConfiguration.exec(sentence)?.groups;
	const short = rolloutInProgress(service)
		? `${service.name}: RolloutInProgress, see pane 3`
		: own?.['of'] === service.name
			? `${own['reason']}: ${own['rest']}`
			: undefined;
	return {text: `${service.name}: ${sentence}`, ...(short !== undefined && {shorter: [short]}), style};
}
