import {describe, expect, it, vi} from 'vitest';
import type {VerifySheet} from '../../../../source/console/sheets/sheets.js';
import {Verify} from '../../../../source/screen/sheets/inspect/verify-sheet.js';
import {answering, failing} from '../../../probe/answers.js';
import {openOnConsole} from '../../parts/on-console.js';

const sheetWith = (part: Partial<VerifySheet> = {}): VerifySheet => ({
	kind: 'verify',
	service: 'cart',
	uid: 'u',
	tag: undefined,
	revision: 'cart-00001',
	isSettling: false,
	url: 'http://cart.example.com',
	command: "curl -sS -H 'Host: cart.example.com' http://127.0.0.1/",
	coveredCommand: "curl -sS -H 'Host: cart.example.com' http://127.0.0.1/",
	namedCommand: "curl -sS -H 'Host: cart.example.com' http://127.0.0.1/",
	phase: {kind: 'asking'},
	...part,
});

async function open(part: Partial<VerifySheet> = {}) {
	const copy = vi.fn<(text: string) => void>();
	const opened = await openOnConsole(
		() => <Verify sheet={sheetWith(part)} isActive copy={copy} width={80} height={20} />,
		{rows: 20},
	);
	return {...opened, copy};
}

const answered = (answer: ReturnType<typeof answering>) => ({phase: {kind: 'answered' as const, answer}});

describe('one request by hand', () => {
	it('shows the answer, and whose it is', async () => {
		const {text} = await open(answered(answering('Hello World!')));
		expect(text()).toContain('200');
		expect(text()).toContain('Hello World!');
		expect(text()).toContain('Answered by cart-00001');
	});

	it('claims nobody’s answer while the route settles, nor where several may answer', async () => {
		const settling = await open({...answered(answering('Hello World!')), isSettling: true});
		expect(settling.text()).not.toContain('Answered by');
		const several = await open({...answered(answering('Hello World!')), revision: undefined});
		expect(several.text()).not.toContain('Answered by');
	});

	it('tells the gateway’s own answer from a revision’s', async () => {
		const own = answering('no route', {status: 404, code: '404', by: 'gateway'});
		const {text} = await open(answered(own));
		expect(text()).toContain('from the gateway itself');
		expect(text()).not.toContain('Answered by');
	});

	it('without an answer says why, and nothing of whose it is', async () => {
		const {text} = await open(answered(failing('refused')));
		expect(text()).toContain('✗ It failed: refused.');
		expect(text()).not.toContain('Answered by');
	});

	it('shows no way for kubectl while the context means another cluster', async () => {
		const {store, text, until} = await open({forwarding: 'kubectl port-forward service/kourier 8080:80'});
		expect(text()).toContain('kubectl port-forward');
		store.setState({standing: {movedTo: 'the context sandbox now means another cluster'}});
		await until(/No command here/);
		expect(text()).not.toContain('kubectl');
		expect(text()).not.toContain('this opens that port');
	});

	it('covers what may be secret of the command, and copies it whole', async () => {
		const command = "curl -H 'Authorization: Bearer abc' http://127.0.0.1/";
		const coveredCommand = "curl -H 'Authorization: •••' http://127.0.0.1/";
		const {text, copy, press} = await open({command, coveredCommand});
		expect(text()).toContain(coveredCommand);
		press('ctrl-y');
		await vi.waitFor(() => expect(copy).toHaveBeenCalledExactlyOnceWith(command));
	});

	it('copies the command that sends the same', async () => {
		const {copy, press} = await open();
		press('ctrl-y');
		await vi.waitFor(() => expect(copy).toHaveBeenCalledExactlyOnceWith(sheetWith().command));
	});

	it('says that nothing will answer where the gateway cannot be reached', async () => {
		const {text} = await open({unreached: 'Its address cannot be reached from here.'});
		expect(text()).toContain('▲ Its address cannot be reached from here.');
	});
});
