/** What the message line has said, whole, the newest first. */
import {useMemo} from 'react';
import {useConsoleState} from '../../use-console.js';
import type {Size} from '../../layout.js';
import {useTheme} from '../../widgets/theme-context.js';
import {clock} from '../../format.js';
import {Document} from './document.js';

export function Messages({isActive, width, height}: Size & {isActive: boolean}) {
	const {styles} = useTheme();
	const messages = useConsoleState(state => state.messages);
	const lines = useMemo(() => {
		const byTone = {info: styles.plain, good: styles.ok, bad: styles.bad};
		return messages
			.toReversed()
			.map(({at, tone, text}) => ({text: `${clock(at)}  ${text}`, indent: 10, style: byTone[tone]}));
	}, [messages, styles]);
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
