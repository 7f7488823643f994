/** What the first line says: where one is, where the gateway is, and whether what is shown is fresh. */
import {missingGateway} from '../../console/selected/missing-gateway.js';
import {oldSince} from '../../console/state/read.js';
import {scopeWords} from '../../console/state/scope.js';
import type {ConsoleState, FeedState} from '../../console/state/state.js';
import type {Piece} from '../../terminal/output/pieces.js';
import type {Theme} from '../../terminal/output/theme.js';
import {printable} from '../../knative/text/printable.js';
import {endpointText} from '../../knative/commands/endpoint.js';
import {cutText, widthOf} from '../widgets/table/fit-text.js';
import {tellApart} from '../widgets/table/tell-apart.js';
import {age, clock, count} from '../format.js';

export type HeaderState = Pick<
	ConsoleState,
	'connection' | 'standing' | 'namespace' | 'scope' | 'gateway' | 'feeds'
> &
	Partial<Pick<ConsoleState, 'contextNames'>> & {
		/** No request reaches the gateway, as a loop found out. */
		gatewayDown?: GatewayDown | undefined;
		/** The service whose users are worst off, and its verdict in a word. */
		alarm?: HeaderAlarm | undefined;
	};

/** Milliseconds since 1970, and how many requests it was. */
export type GatewayDown = {since: number; requests: number};

export type HeaderAlarm = {service: string; word: string};

/** Whatever pane or sheet is looked at: the selected service first, else any that is asked, else what its pods tell of its users. That the gateway is down is said apart. */
export function alarmOf(
	state: Pick<ConsoleState, 'verdicts' | 'services' | 'selected' | 'users'>,
): HeaderAlarm | undefined {
	const bad = [...state.verdicts.values()].filter(
		({tone, isRunning, gateway, word}) =>
			tone === 'bad' && isRunning && gateway.kind !== 'down' && word !== '',
	);
	const worst = bad.find(({uid}) => uid === state.selected?.uid) ?? bad[0];
	const {users} = state;
	const alarm = worst
		? {uid: worst.uid, word: worst.word}
		: users?.alarm && {uid: users.uid, word: `users: ${users.alarm}`};
	const service = alarm && state.services.find(({uid}) => uid === alarm.uid)?.name;
	return alarm && service !== undefined ? {service, word: alarm.word} : undefined;
}

/** What the loops that are running found out of the gateway: it is down for all services. */
export function gatewayDownOf({verdicts}: Pick<ConsoleState, 'verdicts'>): GatewayDown | undefined {
	for (const {gateway, isRunning} of verdicts.values()) {
		if (isRunning && gateway.kind === 'down') return gateway;
	}
	return undefined;
}

/** The pieces at the left, which are cut when there is no room, and those at the right end, which never are. */
export function headerLine(
	{
		connection,
		standing,
		contextNames = [],
		namespace,
		scope,
		gateway,
		feeds,
		gatewayDown,
		alarm,
	}: HeaderState,
	{now, width, theme}: {now: number; width: number; theme: Theme},
): {left: readonly Piece[]; right: readonly Piece[]} {
	const {styles} = theme;
	const context =
		connection.kind === 'connected'
			? connection.context
			: connection.kind === 'connecting'
				? connection.to
				: '';
	const isProduction = connection.kind === 'connected' && connection.production;
	const isReadOnly =
		connection.kind === 'connected' && (connection.readOnly || standing.movedTo !== undefined);
	const state = standing.plugin
		? {text: `${theme.glyphs.waiting} logging in`, style: styles.waiting}
		: standing.needsTerminal
			? {text: `${theme.glyphs.bad} login waits for ctrl-r`, style: styles.bad}
			: watchState({connection, feeds, standing}, now, theme);
	const around: Piece[] = [
		{text: ' kn-canary', style: {bold: true}},
		{text: '  '},
		...(isProduction ? [{text: ' PRODUCTION ', style: styles.production}, {text: ' '}] : []),
	];
	const after: Piece[] = [
		...(isReadOnly ? [{text: '  read-only', style: styles.warning}] : []),
		...(alarm
			? [
					{
						text: `  ${theme.glyphs.bad} ${shortName(alarm.service, theme)} ${alarm.word.toUpperCase()}`,
						style: styles.bad,
					},
				]
			: []),
	];
	// The namespace is never cut: of two that are alike in all but that, one is asked for and the other written to.
	const taken = [...around, ...after, {text: state.text}].reduce((sum, {text}) => sum + widthOf(text), 0);
	const shownScope = scopeWords({namespace, scope});
	const most = width - taken - 4 - (shownScope === '' ? 0 : widthOf(` / ${shownScope}`));
	const [shownContext = context] = tellApart([printable(context), ...contextNames], Math.max(4, most), {
		ellipsis: theme.glyphs.ellipsis,
	});
	const where = [shownContext, shownScope].filter(part => part !== '').join(' / ');
	const left: Piece[] = [...around, {text: where}, ...after];
	// The middle goes first when the line is short: it is in the curl line too.
	const room = width - left.reduce((sum, {text}) => sum + widthOf(text), 0) - widthOf(state.text) - 4;
	const middle = gatewayWords(gateway, gatewayDown).find(words => widthOf(words) <= room) ?? '';
	const leadsNowhere = gateway.kind === 'found' && gateway.unreached && !gateway.forward;
	return {
		left,
		right: [
			{text: middle, style: gatewayDown ? styles.bad : leadsNowhere ? styles.warning : styles.muted},
			{text: `  ${state.text} `, style: state.style},
		],
	};
}

/** Columns that the name of a service may have in the header: what is wrong stands behind it. */
const longestAlarmed = 20;

const shortName = (name: string, {glyphs: {ellipsis}}: Theme) =>
	cutText(name, longestAlarmed, {ellipsis, position: 'middle'});

/** The first that fits is shown. Through a port-forward the address is one of this machine, and says nothing. */
function gatewayWords(gateway: ConsoleState['gateway'], down: GatewayDown | undefined): string[] {
	if (down) {
		const since = `gateway down since ${clock(down.since)}`;
		return [`${since} (${count(down.requests, 'request')})`, since, 'gateway down'];
	}
	if (gateway.kind === 'looking') {
		return gateway.before ? gatewayWords(gateway.before, undefined) : ['gateway …'];
	}
	if (gateway.kind === 'not found') {
		const {missing} = gateway;
		const state = missingGateway(gateway);
		if (!missing) return [state];
		const {verb, resource, namespace} = missing;
		const brief = `gateway: may not ${verb} ${resource.split('.')[0]}`;
		const where = namespace === undefined ? '' : ` in ${namespace}`;
		return [`${state}: may not ${verb} ${resource}${where}`, `${brief}${where}`, brief, 'gateway ?'];
	}
	const {host, port, via, forward, unreached} = gateway;
	if (!forward) {
		const address = endpointText({host, port});
		return unreached
			? [`gateway ${address} ${via}: not reachable from here`, `gateway ${address} not reachable`]
			: [`gateway ${address} ${via}`];
	}
	const how = {unopened: 'not opened yet', opening: 'opening…', open: '', failing: 'fails'}[
		forward.state.kind
	];
	const forwarded = `gateway ${via} via port-forward`;
	const own = unreached && `${unreached.address} not reachable`;
	const asides = [[own, how], [how]].map(parts => parts.filter(Boolean).join(', '));
	return [...new Set(asides)].map(aside => (aside === '' ? forwarded : `${forwarded} (${aside})`));
}

/** The one that is further from being live. */
function worse(one: FeedState, other: FeedState): FeedState {
	return one.kind === 'live' ? other : one;
}

function watchState(
	{connection, feeds, standing: {isRefused = false}}: Pick<HeaderState, 'connection' | 'feeds' | 'standing'>,
	now: number,
	{glyphs, styles}: Theme,
): {text: string; style: Theme['styles'][keyof Theme['styles']]} {
	if (connection.kind === 'failed') return {text: `${glyphs.bad} not connected`, style: styles.bad};
	if (connection.kind === 'connecting') return {text: `${glyphs.waiting} connecting`, style: styles.waiting};
	const {services, revisions} = feeds;
	// Of a cluster that shows the services, and no more than those, that is what there is to know.
	if (services.kind === 'live' && revisions.kind === 'forbidden' && revisions.status === 403) {
		const those = revisions.of === undefined ? '' : ` in ${revisions.of}`;
		return {text: `${glyphs.warning} watching, not revisions${those}`, style: styles.warning};
	}
	const feed = worse(services, revisions);
	const since = oldSince(feed);
	const old = since === undefined ? '' : `${age(since, now)} old`;
	const where = feed.of === undefined ? '' : ` in ${feed.of}`;
	/** With the age of what is shown, where there is something to see. */
	const bad = (words: string) => ({
		text: `${glyphs.bad} ${words}${where}${old === '' ? '' : `, ${old}`}`,
		style: styles.bad,
	});
	const expired = old === '' ? 'no login' : `login expired ${glyphs.bullet} data ${old}`;
	const loggedOut = {text: `${glyphs.bad} ${expired}`, style: styles.bad};
	switch (feed.kind) {
		case 'connecting':
			return {text: `${glyphs.waiting} connecting`, style: styles.waiting};
		case 'live':
			return isRefused
				? {text: `${glyphs.bad} login refused`, style: styles.bad}
				: {text: `${glyphs.running} watching`, style: styles.ok};
		case 'stale':
			return {
				text: `${glyphs.warning} ${feed.isUnanswered ? 'no answer, ' : ''}${old}${where}`,
				style: styles.warning,
			};
		case 'offline':
			return bad('offline');
		case 'forbidden':
			return feed.status === 401 ? loggedOut : bad('not allowed');
		case 'missing':
			return bad('no Knative here');
	}
}
