/** What the message line has said, whole, the newest first. */
import {isDeepStrictEqual} from 'node:util';
import {useMemo} from 'react';
import {announced, announcements} from '../../frame/changes.js';
import {noticeOf} from '../../frame/notice.js';
import {useConsoleState} from '../../use-console.js';
import {useNow} from '../../use-now.js';
import type {Size} from '../../layout.js';
import {useTheme} from '../../widgets/theme-context.js';
import {clock} from '../../format.js';
import {Document} from '../../widgets/document.js';

/** What holds now stands above what was said, because its own line may have no room for it. */
export function Messages({isActive, width, height}: Size & {isActive: boolean}) {
	const theme = useTheme();
	const {styles, glyphs, isAscii} = theme;
	const messages = useConsoleState(state => state.messages);
	// What holds now is no message; where its line has no room for it, this is where it can be read.
	const standing = useConsoleState(
		state =>
			noticeOf({...state, notice: undefined}, theme, {revisions: undefined, now: Number.POSITIVE_INFINITY}),
		isDeepStrictEqual,
	);
	const now = useNow();
	// A colleague's change takes the place of that for a minute, and is cut where it has more words than room.
	const news = useConsoleState(state => {
		const entry = announced(state, now);
		const look = {bar: isAscii ? '|' : '│', arrow: glyphs.arrow};
		return entry && `${clock(entry.at)}  ${glyphs.warning} ${announcements(entry, state, look)[0]}`;
	});
	const told = useMemo(() => {
		const byTone = {info: styles.plain, good: styles.ok, bad: styles.bad};
		return messages
			.toReversed()
			.map(({at, tone, text}) => ({text: `${clock(at)}  ${text}`, indent: 10, style: byTone[tone]}));
	}, [messages, styles]);
	const holding = {text: `now       ${standing.text}`, indent: 10, style: standing.style};
	const lines = [
		...(news === undefined ? [] : [{text: news, indent: 10, style: styles.warning}]),
		...(standing.text === '' || standing.isQuiet ? [] : [holding]),
		...told,
	];
	return (
		<Document
			width={width}
			height={height}
			title="Messages"
			aside={messages.length === 0 ? undefined : String(messages.length)}
			lines={lines.length > 0 ? lines : [{text: 'No messages yet.', style: styles.muted}]}
			context="viewer"
			isActive={isActive}
		/>
	);
}
