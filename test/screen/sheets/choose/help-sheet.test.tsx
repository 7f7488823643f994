import {expect, it, vi} from 'vitest';
import {unknownRights} from '../../../../source/console/state/slices/cluster-slice.js';
import type {ConsoleState} from '../../../../source/console/state/state.js';
import {helpFor} from '../../../../source/screen/keys/key-lookup.js';
import {Help} from '../../../../source/screen/sheets/choose/help-sheet.js';
import {canPerform} from '../../../../source/screen/perform.js';
import {openOnConsole} from '../../parts/on-console.js';

const open = async (state: Partial<ConsoleState> = {}) =>
	openOnConsole(() => <Help pane="traffic" isActive width={110} height={200} />, {
		columns: 110,
		rows: 200,
		state,
	});

it('lists every key of the pane that does something, with what it does', async () => {
	const {text} = await open();
	const entries = helpFor('traffic').flatMap(section => section.entries);
	const shown = entries.filter(({action}) => canPerform(action));
	expect(shown.length).toBeGreaterThan(10);
	for (const {keys} of shown) expect(text()).toContain(keys.trim());
	for (const {text: help} of shown) expect(text()).toContain(help);
});

it('says of what is not allowed why', async () => {
	const patch = {allowed: false, reason: 'you may not patch services'};
	const {text} = await open({rights: new Map([['default', {...unknownRights, patch}]])});
	expect(text()).toContain('you may not patch services');
	expect((await open()).text()).not.toContain('you may not patch services');
});

it('finds: only lines with what is typed are left, until Esc', async () => {
	const {press, type, text, store} = await open();
	store.setState({sheets: [{kind: 'help'}]});
	press('/');
	await vi.waitFor(() => expect(store.getState().find).toEqual({text: '', isTyping: true}));
	type('suspend');
	// Each letter is drawn, which takes as long as the machine needs.
	await vi.waitFor(() => expect(store.getState().find?.text).toBe('suspend'), {timeout: 20_000});
	await vi.waitFor(() => expect(text()).toContain('Suspend; fg resumes.'));
	await vi.waitFor(() => expect(text()).not.toContain('Go to the services.'));
	// By its label, too.
	store.setState({find: {text: 'roll back', isTyping: true}});
	await vi.waitFor(() => expect(text()).toMatch(/ R /));
	press('enter');
	await vi.waitFor(() => expect(store.getState().find).toEqual({text: 'roll back', isTyping: false}));
	press('/');
	await vi.waitFor(() => expect(text()).toContain('Go to the services.'));
	press('esc');
	await vi.waitFor(() => expect(store.getState().find).toBeUndefined());
	expect(text()).toContain('Go to the services.');
});

it('finds what can be done in another pane, and says where', async () => {
	const {text, store} = await open();
	expect(text()).toMatch(/Here[^]*Everywhere[^]*In the services pane[^]*In the live pane/);
	expect(text()).not.toContain('In the traffic pane');
	store.setState({sheets: [{kind: 'help'}], find: {text: 'abandon', isTyping: true}});
	await vi.waitFor(() => expect(text()).not.toContain('Go to the services.'));
	store.setState({find: {text: 'whose they are', isTyping: true}});
	await vi.waitFor(() => expect(text()).toMatch(/In the live pane[^]*whose they are/));
	expect(text()).not.toMatch(/Here|Everywhere|In the services pane/);
});
