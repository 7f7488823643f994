/** The keys of the console that lead to a write, each with the way from the panes to its review. */
import type {Action} from '../../../source/screen/keys/key-lookup.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';

type Preview = {
	what: string;
	action: Action;
	request: 'create services' | 'patch services' | 'delete services' | 'delete revisions';
	/** What is written beside it, and so tried dry too. */
	beside?: string;
	/** From the panes to the review. */
	open: (terminal: TestTerminal, image: string) => Promise<void> | void;
};

/** Every key that opens a review, once at least. */
export const previews: readonly Preview[] = [
	{
		what: 'n, a new service',
		action: 'newService',
		request: 'create services',
		async open(terminal, image) {
			terminal.press('n');
			await terminal.until(/New service/);
			terminal.type('other');
			terminal.press('tab');
			terminal.type(image);
			await terminal.until(screen => screen.includes('other') && screen.includes(image));
			terminal.press('ctrl-s');
		},
	},
	{
		what: 'r, a new revision',
		action: 'newRevision',
		request: 'patch services',
		async open(terminal) {
			terminal.press('r');
			await terminal.until(/New revision of hello/);
			// It begins at the image; past the variable that is there.
			terminal.press('tab', 'tab');
			terminal.type('OTHER=Preview');
			await terminal.until(/OTHER=Preview/);
			terminal.press('ctrl-s');
		},
	},
	{
		what: 's, autoscaling',
		action: 'autoscaling',
		request: 'patch services',
		async open(terminal) {
			terminal.press('s');
			await terminal.until(/Autoscaling of hello/);
			terminal.press('tab', 'ctrl-u');
			terminal.type('5');
			await terminal.until(/ 5\b/);
			terminal.press('ctrl-s');
		},
	},
	{
		what: 't, tags',
		action: 'tag',
		request: 'patch services',
		async open(terminal) {
			terminal.press('2', 't');
			await terminal.until(/Tags of hello-0000\d/);
			terminal.press('ctrl-u');
			terminal.type('next');
			await terminal.until(/next/);
			terminal.press('ctrl-s');
		},
	},
	{what: 'c, complete', action: 'complete', request: 'patch services', open: terminal => terminal.press('c')},
	{
		what: 'R, roll back',
		action: 'rollBack',
		request: 'patch services',
		open: terminal => terminal.press('R'),
	},
	{what: 'u, undo', action: 'undo', request: 'patch services', open: terminal => terminal.press('u')},
	{
		what: 'S, the split again',
		action: 'sendAgain',
		request: 'patch services',
		open: terminal => terminal.press('S'),
	},
	{
		what: 'X, abandon',
		action: 'abandon',
		request: 'patch services',
		beside: 'patch revisions',
		async open(terminal) {
			terminal.press('X');
			await terminal.until(/Give up the release of hello/);
			terminal.press('down', 'enter');
		},
	},
	{
		what: 'Enter in the slider',
		action: 'review',
		request: 'patch services',
		async open(terminal) {
			terminal.press('3', '=');
			await terminal.until(/50 %/);
			terminal.press('enter');
		},
	},
	{
		what: ':split, with revisions by name and number',
		action: 'split',
		request: 'patch services',
		open(terminal) {
			terminal.type(':split hello-00001=50,2=50');
			terminal.press('enter');
		},
	},
	{
		what: 'D on a revision',
		action: 'deleteRevision',
		request: 'delete revisions',
		async open(terminal) {
			terminal.press('2', 'G');
			await terminal.until(/▸[^│]*…00001/);
			terminal.press('D');
		},
	},
	{
		what: 'D on a service',
		action: 'deleteService',
		request: 'delete services',
		open: terminal => terminal.press('1', 'D'),
	},
];
