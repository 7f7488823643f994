/** What a command may wait for. Pure. */

/** What may be waited for, and what it means. */
export const waitGoals = {
	settled: 'the gateway has the split that was asked for',
	ready: 'the service is Ready',
	'canary-ready': 'there is a canary, and it is ready',
	complete: 'one revision has 100 %, and the gateway has it',
	deleted: 'there is no such service any more',
} as const;

export type WaitGoal = keyof typeof waitGoals;

const goals: ReadonlySet<string> = new Set(Object.keys(waitGoals));
const isGoal = (text: string): text is WaitGoal => goals.has(text);

/** `ready`, and as kubectl has it `condition=Ready` and `delete`. Undefined for anything else. */
export function parseGoal(text: string): WaitGoal | undefined {
	if (isGoal(text)) return text;
	if (/^condition=ready(?:=true)?$/i.test(text)) return 'ready';
	if (/^condition=routesready(?:=true)?$/i.test(text)) return 'settled';
	return text === 'delete' ? 'deleted' : undefined;
}
