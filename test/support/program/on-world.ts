/** The built console on the sandbox of a world, where a test can be somebody else beside it. */
import {openBuiltConsole} from './console.js';
import type {TestTerminal} from '../terminal/terminal.js';
import type {World} from '../world.js';

/**
 * The console at 80x24, with a service selected by the filter.
 * @param state Directory of its history.
 */
export async function openOnWorld(
	{sandbox}: Pick<World, 'sandbox'>,
	{service, state, args = []}: {service: string; state: string; args?: readonly string[]},
): Promise<TestTerminal> {
	const terminal = openBuiltConsole({
		args: ['--kubeconfig', sandbox.kubeconfigPath, ...args],
		cols: 80,
		rows: 24,
		env: {XDG_STATE_HOME: state},
	});
	await terminal.until(screen => screen.includes(service) && screen.includes('watching'));
	terminal.press('/');
	terminal.type(service);
	terminal.press('enter');
	await terminal.until(new RegExp(`Revisions of ${service}`));
	return terminal;
}

/** Text of the screen with the breaks of its lines taken out. */
const flat = (screen: string) => screen.replaceAll(/[│╭╮╰╯─\s]+/g, ' ');

/** Whether the screen has this text, wherever its lines are broken. */
export const shows = (text: string) => (screen: string) => flat(screen).includes(text);
