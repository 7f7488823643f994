import {describe, expect, it, vi} from 'vitest';
import type {ContextRow} from '../../../../source/console/sheets/inspected.js';
import {Contexts, LeaveContext} from '../../../../source/screen/sheets/choose/contexts-sheet.js';
import {openOnConsole} from '../../parts/on-console.js';
import {connected} from '../../parts/state.js';

const row = (name: string, part: Partial<ContextRow> = {}): ContextRow => ({
	name,
	shown: name,
	server: `https://${name}.example.com`,
	isHere: false,
	isProduction: false,
	...part,
});

const long = (end: string) => `arn:aws:eks:eu-central-1:123456789012:cluster/company-platform-${end}`;

const openContexts = async (rows: readonly ContextRow[] | undefined, sentence?: string) => {
	const sheet = {kind: 'contexts', id: 1, rows, sentence} as const;
	return openOnConsole(() => <Contexts sheet={sheet} isActive width={90} height={10} />, {
		columns: 90,
		rows: 10,
		state: {...connected, sheets: [sheet]},
	});
};

describe('the contexts', () => {
	it('say which is production and which is here, and Enter goes to the chosen one', async () => {
		const {console, press, screen, store, until} = await openContexts([
			row('live', {isProduction: true}),
			row('test', {isHere: true}),
		]);
		const change = vi.spyOn(console, 'changeContext').mockResolvedValue();
		expect(screen()).toMatch(/live +PRODUCTION +https:\/\/live\.example\.com/);
		expect(screen()).toMatch(/▸ *test +here/);
		press('up');
		await until(/▸ *live/);
		press('enter');
		await vi.waitFor(() => expect(change).toHaveBeenCalledExactlyOnceWith('live'));
		expect(store.getState().sheets).toEqual([]);
	});

	it('whose names are long are told apart, and gone to by the whole name', async () => {
		const {console, press, screen} = await openContexts([row(long('live')), row(long('test'))]);
		const change = vi.spyOn(console, 'changeContext').mockResolvedValue();
		const names = screen()
			.split('\n')
			.flatMap(line => /^│ [▸ ] ?(\S+)/.exec(line)?.[1] ?? []);
		expect(new Set(names).size).toBe(2);
		press('enter');
		await vi.waitFor(() => expect(change).toHaveBeenCalledExactlyOnceWith(long('live')));
	});

	it('are being read, or could not be', async () => {
		expect((await openContexts(undefined)).screen()).toContain('Reading');
		expect((await openContexts([], 'There is no kubeconfig.')).screen()).toContain('There is no kubeconfig.');
	});
});

const openLeaving = async (couldSee: () => boolean) => {
	const sheet = {kind: 'leave context', id: 1, to: 'live', lost: ['a draft of the split of cart']} as const;
	return openOnConsole(() => <LeaveContext sheet={sheet} isActive width={70} height={10} />, {
		columns: 70,
		rows: 10,
		state: {...connected, sheets: [sheet]},
		couldSee,
	});
};

describe('leaving a context with something not sent', () => {
	it('names what is lost, and goes at Enter', async () => {
		const {console, press, screen} = await openLeaving(() => true);
		const change = vi.spyOn(console, 'changeContext').mockResolvedValue();
		expect(screen()).toContain('a draft of the split of cart');
		press('enter');
		await vi.waitFor(() => expect(change).toHaveBeenCalledExactlyOnceWith('live', {mayLose: true}));
	});

	it('does not take an Enter that was pressed before it could be read', async () => {
		const {console, press, store} = await openLeaving(() => false);
		const change = vi.spyOn(console, 'changeContext').mockResolvedValue();
		press('enter');
		await vi.waitFor(() => expect(store.getState().notice).toBeDefined());
		expect(change).not.toHaveBeenCalled();
		expect(store.getState().sheets).toHaveLength(1);
	});
});
