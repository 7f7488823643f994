import {describe, expect, it, vi} from 'vitest';
import {unreadLog} from '../../../../source/console/logs/logs.js';
import type {LogsSheet} from '../../../../source/console/sheets/inspected.js';
import type {PodView} from '../../../../source/knative/objects/pod.js';
import {canSteer, Logs} from '../../../../source/screen/sheets/inspect/logs-sheet.js';
import {useConsoleState} from '../../../../source/screen/use-console.js';
import {openOnConsole} from '../../parts/on-console.js';
import {connected} from '../../parts/state.js';

const pod = (name: string, restarts = 0, containers = ['user-container']): PodView => ({
	name,
	deleting: false,
	isReady: true,
	unscheduled: undefined,
	containers: containers.map(container => ({
		name: container,
		restarts,
		state: 'running',
		reason: '',
		message: '',
		ended: undefined,
	})),
});

const sheetWith = (part: Partial<LogsSheet> = {}): LogsSheet => ({
	kind: 'logs',
	id: 1,
	...unreadLog('shop', 'cart-00002'),
	pods: [pod('cart-00002-a')],
	pod: 'cart-00002-a',
	container: 'user-container',
	phase: {kind: 'following'},
	...part,
});

function OpenLog({copy}: {copy: (text: string) => void}) {
	const sheet = useConsoleState(({sheets}) => sheets.at(-1));
	return sheet?.kind === 'logs' ? <Logs sheet={sheet} isActive copy={copy} width={70} height={10} /> : null;
}

async function open(part: Partial<LogsSheet> = {}) {
	const copy = vi.fn<(text: string) => void>();
	const opened = await openOnConsole(() => <OpenLog copy={copy} />, {
		columns: 70,
		rows: 10,
		state: {...connected, sheets: [sheetWith(part)]},
	});
	return {...opened, copy};
}

const lines = Array.from({length: 30}, (_, index) => `line ${index + 1};${index === 4 ? ' ERROR' : ''}`);

describe('a log', () => {
	it('copies no command while the context means another cluster, and says why', async () => {
		const {copy, press, store} = await open({lines});
		store.setState({standing: {movedTo: 'the context sandbox now means another cluster'}});
		press('ctrl-y');
		await vi.waitFor(() => expect(store.getState().notice?.text).toContain('No command here: the context'));
		expect(copy).not.toHaveBeenCalled();
	});

	it('shows its newest lines, of which pod and container it is, and that it is followed', async () => {
		const {screen} = await open({lines});
		expect(screen()).toContain('line 30;');
		expect(screen()).not.toContain('line 1;');
		expect(screen()).toContain('Log of cart-00002');
		expect(screen()).toMatch(/following {2}user-container {2}pod 1\/1 …-a/);
	});

	it('is held while one looks at older lines', async () => {
		const {console, press, until} = await open({lines});
		const pause = vi.spyOn(console.logs, 'pause').mockImplementation(() => {
			console.store.setState({sheets: [sheetWith({lines, paused: true, held: 3})]});
		});
		press('g');
		await until(/line 1;/);
		expect(pause).toHaveBeenCalledOnce();
		await until(/paused, 3 newer lines/);
	});

	it('is searched without regard to case, and Esc has all lines back', async () => {
		const {press, screen, until} = await open({lines});
		press('/');
		await until(/│ \/ /);
		press('e', 'r', 'r', 'o', 'r');
		await until(/line 5; ERROR/);
		await vi.waitFor(() => expect(screen()).not.toContain('line 30;'));
		press('enter');
		await until(/filtered/);
		press('/');
		press('esc');
		await until(/line 30;/);
	});

	it('copies the command that prints the same', async () => {
		const {copy, press} = await open({lines});
		press('ctrl-y');
		await vi.waitFor(() => expect(copy).toHaveBeenCalledOnce());
		expect(copy.mock.calls[0]?.[0]).toMatch(/^kubectl logs cart-00002-a -n shop -c user-container/);
	});

	it('without a pod says why there is none, and what wakes it', async () => {
		const {text} = await open({pods: [], pod: undefined, phase: {kind: 'no pods'}});
		expect(text()).toContain('cart-00002 has no pods');
	});

	it('that is refused or over says so beneath what there is', async () => {
		const {screen} = await open({
			lines: ['the last line'],
			phase: {kind: 'over', sentence: 'The container ended.'},
		});
		expect(screen()).toMatch(/the last line[^]*The container ended\./);
		expect(screen()).toContain('not following');
	});
});

describe('what a key can do with a log', () => {
	it.each([
		['nextPod', {}, false],
		['nextPod', {pods: [pod('cart-00002-a'), pod('cart-00002-b')]}, true],
		// The one that is shown has gone: there is another to turn to.
		['nextPod', {pods: [pod('cart-00002-b')]}, true],
		['container', {}, false],
		['container', {pods: [pod('cart-00002-a', 0, ['user-container', 'queue-proxy'])]}, true],
		['previousRun', {}, false],
		['previousRun', {pods: [pod('cart-00002-a', 1)]}, true],
		['previousRun', {previous: true}, true],
		['copyCommand', {}, true],
		['copyCommand', {pods: [], pod: undefined}, false],
		['up', {pods: [], pod: undefined}, true],
	] as const)('%s with %j: %s', (action, part, can) => {
		expect(canSteer(sheetWith(part), action)).toBe(can);
	});
});
