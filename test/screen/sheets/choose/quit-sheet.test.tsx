import {expect, it, vi} from 'vitest';
import {Quit} from '../../../../source/screen/sheets/choose/quit-sheet.js';
import {openOnConsole} from '../../parts/on-console.js';

async function open(couldSee: (shown: string) => boolean) {
	const quit = vi.fn<() => void>();
	const sheet = {kind: 'quit', id: 7, ends: ['the draft of the split of cart', '2 loops']} as const;
	const opened = await openOnConsole(
		() => <Quit sheet={sheet} isActive quit={quit} width={60} height={10} />,
		{
			columns: 60,
			rows: 10,
			state: {sheets: [sheet]},
			couldSee,
		},
	);
	return {...opened, quit};
}

it('names all that quitting ends, and quits at Enter', async () => {
	const {press, quit, screen} = await open(() => true);
	expect(screen()).toContain('the draft of the split of cart');
	expect(screen()).toContain('2 loops');
	press('enter');
	await vi.waitFor(() => expect(quit).toHaveBeenCalledOnce());
});

it('does not quit at an Enter that was pressed before it could be read', async () => {
	const asked: string[] = [];
	const {press, quit, store} = await open(shown => {
		asked.push(shown);
		return false;
	});
	press('enter');
	await vi.waitFor(() => expect(store.getState().notice?.tone).toBe('info'));
	expect(quit).not.toHaveBeenCalled();
	expect(asked).toEqual(['quit 7']);
});
