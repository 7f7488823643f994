import {expect, it, onTestFinished, vi} from 'vitest';
import {announcedFor} from '../../../../source/screen/frame/changes.js';
import {Messages} from '../../../../source/screen/sheets/inspect/messages-sheet.js';
import {serviceView} from '../../../knative/objects.js';
import {openOnConsole} from '../../parts/on-console.js';
import {knowing, one, two} from '../../parts/state.js';

const row = (key: string, percent: number) => ({
	key,
	latest: false,
	revision: key,
	percent,
	tags: [],
	locked: false,
});

const open = async () =>
	openOnConsole(() => <Messages isActive width={60} height={8} />, {columns: 60, rows: 8});

it('has what was said, the newest first and each whole, as it is said', async () => {
	const {screen, store, until} = await open();
	expect(screen()).not.toMatch(/\d\d:\d\d/);
	store.setState({notice: {tone: 'info', text: 'first'}});
	store.setState({notice: {tone: 'bad', text: `second ${'word '.repeat(15)}end`}});
	await until(/second/);
	const lines = screen().split('\n').slice(1);
	expect(lines[0]).toMatch(/\d\d:\d\d:\d\d {2}second/);
	expect(lines.join(' ')).toContain('end');
	expect(lines.findIndex(line => line.includes('first'))).toBeGreaterThan(0);
});

it('scrolls through more than there is room for', async () => {
	const {press, screen, store, until} = await open();
	for (let number = 1; number <= 30; number++) {
		store.setState({notice: {tone: 'info', text: `message ${number};`}});
	}
	await until(/message 30;/);
	expect(screen()).not.toContain('message 1;');
	press('G');
	await until(/message 1;/);
	expect(screen()).not.toContain('message 30;');
	press('g');
	await until(/message 30;/);
});

it('has what holds now at its top, whole: its line may have no room for it', async () => {
	const {screen, store, until} = await open();
	const why = `Service cart cannot be read: ${'spec '.repeat(12)}end.`;
	store.setState({
		unreadable: {services: [{namespace: 'default', name: 'cart', sentence: why}], revisions: []},
	});
	await until(/now {7}.*cart cannot be read/);
	expect(screen()).toMatch(/end\./);
});

/** Somebody else's change, made now. */
const foreignChange = () => ({
	at: Date.now(),
	server: '',
	context: '',
	namespace: 'default',
	service: 'helloworld-go',
	uid: serviceView().uid,
	generation: 2,
	by: 'mallory',
	own: false,
	reason: 'not from this console',
	before: [row(one, 90), row(two, 10)],
	after: [row(one, 50), row(two, 50)],
	command: '',
});

it('has the whole of a colleague’s change while it is announced', async () => {
	const {screen, store, until} = await open();
	store.setState({...knowing(), history: [foreignChange()]});
	await until(/mallory changed helloworld-go/);
	expect(screen().replaceAll(/\s+/g, ' ')).toContain('not from this console');
});

it('has it no longer than that, though nothing else happens', async () => {
	vi.useFakeTimers({toFake: ['Date', 'setInterval', 'clearInterval']});
	onTestFinished(() => void vi.useRealTimers());
	const {screen, store, until} = await open();
	store.setState({...knowing(), history: [foreignChange()]});
	await until(/mallory changed helloworld-go/);
	vi.advanceTimersByTime(announcedFor + 10_000);
	await until(/No messages yet/);
	expect(screen()).not.toContain('mallory');
});
