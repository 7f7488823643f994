/** What is typed wrong gets one clear sentence, and nothing that was typed is lost. */
import {describe, expect, it} from 'vitest';
import {openBuiltConsole, openOnSandbox, reviewNewService} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';

const image = 'registry.example.com/samples/helloworld-go:1';

async function openForm(): Promise<TestTerminal> {
	const terminal = await openOnSandbox();
	terminal.press('n');
	await terminal.until(/New service/);
	return terminal;
}

/** Types into the field that many tabs on, instead of what is there. */
function fill(terminal: TestTerminal, tabs: number, text: string): void {
	terminal.press(...Array.from({length: tabs}, () => 'tab'), 'ctrl-u');
	terminal.type(text);
}

describe('the form of a new service', () => {
	it.each([
		['0', /1 to 65535/],
		['65536', /1 to 65535/],
		['8012', /8012 is reserved by Knative/],
		['abc', /1 to 65535/],
	])('says what is wrong with port %s when its field is left', async (port, sentence) => {
		await using terminal = await openForm();
		fill(terminal, 3, port);
		terminal.press('tab');
		await terminal.until(screen => sentence.test(screen) && new RegExp(`Port\\s+${port}`).test(screen));
	});

	it.each([
		['Hello_World', /lower-case letters, digits and -/],
		['a'.repeat(64), /64 characters; at most 63 characters/],
		['checkout', /checkout is taken in namespace default/],
	])('says what is wrong with the name %s when its field is left', async (name, sentence) => {
		await using terminal = await openForm();
		fill(terminal, 0, name);
		terminal.press('tab');
		await terminal.until(sentence);
	});

	it('begins at the name: it is typed at once, with the namespace as it is', async () => {
		await using terminal = await openForm();
		expect(terminal.screen()).toMatch(/▸ Name/);
		terminal.type('hello');
		terminal.press('tab');
		terminal.type(image);
		await terminal.until(/Namespace\s+default\s[^]*Name\s+hello\s/);
		await terminal.until(screen => screen.includes(image));
	});

	it('says that the name is missing when the form is sent without one, and goes there', async () => {
		await using terminal = await openForm();
		fill(terminal, 1, image);
		await terminal.until(screen => screen.includes(image));
		terminal.press('ctrl-s');
		await terminal.until(/✗ The name is missing\./);
		expect(terminal.screen()).toContain(image);
		expect(terminal.screen()).toMatch(/▸ Name/);
	});

	it('shows what the server says of a namespace that does not exist, at its field, and keeps everything', async () => {
		await using terminal = await openForm();
		// The form begins at the name; the namespace is above it.
		terminal.press('shift-tab');
		fill(terminal, 0, 'nowhere');
		fill(terminal, 1, 'hello');
		fill(terminal, 1, image);
		terminal.press('ctrl-s');
		await terminal.until(/Create the service hello/);
		await terminal.until(/namespaces "nowhere" not found/);
		// What the server would refuse is not sent.
		terminal.press('enter', 'esc');
		await terminal.until(/New service/);
		for (const typed of ['nowhere', 'hello', image]) expect(terminal.screen()).toContain(typed);
		expect(terminal.screen()).toMatch(/✗ Namespace\s+nowhere/);
	});

	it('keeps what was typed when it is closed, and has it again when it is opened', async () => {
		await using terminal = await openForm();
		fill(terminal, 0, 'half-typed');
		await terminal.until(/half-typed/);
		terminal.press('esc');
		await terminal.until(/1 Services/);
		terminal.press('n');
		await terminal.until(/half-typed/);
	});
});

describe('a namespace that does not exist', () => {
	it('is said not to exist when the console begins in it', async () => {
		await using terminal = openBuiltConsole({args: ['--sandbox', '-n', 'nowhere']});
		await terminal.until(/There is no namespace nowhere\./);
	});

	it('is refused by the command that goes there, which stays where one is', async () => {
		await using terminal = await openOnSandbox();
		terminal.press(':');
		await terminal.until(/▸Command/);
		terminal.type('ns nowhere');
		await terminal.until(/:ns nowhere/);
		terminal.press('enter');
		await terminal.until(/There is no namespace nowhere; :ns lists those there are\./);
		expect(terminal.screen()).toMatch(/cart[\s█▓▒░#=.]+90│10/);
	});
});

describe('a cluster that cannot be reached', () => {
	it('is named, with what to do, where there is no kubeconfig', async () => {
		await using terminal = openBuiltConsole({args: [], env: {KUBECONFIG: undefined, HOME: '/nonexistent'}});
		await terminal.until(/not connected[^]*There is no kubeconfig[^]*--sandbox/);
		terminal.press('q');
		expect(await terminal.exited).toEqual({code: 0, signal: 0});
	});
});

describe('an image that cannot be pulled', () => {
	it('shows the reason at the service and leaves the others alone', async () => {
		await using terminal = await openOnSandbox({cols: 160, rows: 40});
		await reviewNewService(terminal, {name: 'broken', image: 'registry.example.com/samples/no-such-image:1'});
		await terminal.until(/Dry run: the server would accept it/);
		terminal.press('enter');
		await terminal.until(/broken\s+100\s+Failed/);
		await terminal.until(
			/✗ …00001: image not found: 404 Not Found from registry\.example\.com[^]*RevisionFailed: broken-00001, see pane 2/,
		);
		expect(terminal.screen()).toMatch(/cart[\s█▓▒░#=.]+90│10\s+Ready/);
	});
});

describe('the slider', () => {
	it('refuses a share above 100 with a sentence and keeps the split and the typed digits', async () => {
		await using terminal = await openOnSandbox();
		terminal.press('3');
		await terminal.until(/▸3 Traffic/);
		terminal.press('%', '1', '0', '1', 'enter');
		await terminal.until(/101 % is more than there is/);
		expect(terminal.screen()).toMatch(/101▏ %/);
		terminal.press('esc');
		await terminal.until(/…00001 +stable.*90 %/);
	});

	it('takes keys that arrive in one read one at a time', async () => {
		await using terminal = await openOnSandbox();
		terminal.press('3', 'left', 'left', 'left', 'down', 'right');
		await terminal.until(/…00001 +stable.*90 → 86 %/);
		await terminal.until(/…00002 +canary.*10 → 14 %/);
	});
});
