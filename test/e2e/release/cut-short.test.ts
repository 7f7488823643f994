/**
 * The program is ended by each of the ways there are at each of the moments of a write: the next console tells the truth
 * about it, and takes back the right thing.
 */
import {on} from 'node:events';
import {watch} from 'node:fs';
import {mkdir, mkdtemp, readFile, rename, rm, rmdir, writeFile} from 'node:fs/promises';
import {connect as connectTo, createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createCertificate} from '../../../source/sandbox/api/http/certificate.js';
import {kubeconfigFor} from '../../support/kube/api-server.js';
import {startApiRelay, tokenOf, type ApiRelay, type RelayedRequest} from '../../support/kube/api-relay.js';
import {openBuiltConsole} from '../../support/program/console.js';
import type {TestTerminal} from '../../support/terminal/terminal.js';
import {startWorld, type World} from '../../support/world.js';

const moments = [
	'before the request',
	'when the request was sent',
	'when the server has done it',
	'when the answer was read',
	'before the record of it',
] as const;
type Moment = (typeof moments)[number];
const ways = ['SIGHUP', 'SIGTERM', 'SIGKILL', 'ctrl-c', 'a closed line'] as const;
type Way = (typeof ways)[number];

let world: World;
let directory: string;
let config: string;
let relay: ApiRelay;
let door: Door;

/** In front of the relay: what is shut lets nobody in who is not there yet. */
type Door = {readonly port: number; shut(): void; close(): Promise<void>};

async function openDoor(inner: number): Promise<Door> {
	const sockets = new Set<Socket>();
	let isShut = false;
	const server: Server = createServer(socket => {
		sockets.add(socket);
		socket.on('error', () => {});
		if (isShut) return;
		const onward = connectTo(inner, '127.0.0.1');
		sockets.add(onward);
		onward.on('error', () => socket.destroy());
		socket.pipe(onward).pipe(socket);
	});
	await new Promise<void>(resolve => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the door has no port');
	return {
		port: address.port,
		shut() {
			isShut = true;
		},
		async close() {
			await new Promise<void>(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			});
		},
	};
}

beforeEach(async () => {
	world = await startWorld();
	const {kubeconfigPath} = world.sandbox;
	const tls = await createCertificate(Date.now());
	relay = await startApiRelay(kubeconfigPath, {tls, rules: {token: tokenOf(kubeconfigPath), closes: true}});
	door = await openDoor(relay.port);
	directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-cut-'));
	config = path.join(directory, 'config');
	const cluster = {'insecure-skip-tls-verify': true};
	await writeFile(config, kubeconfigFor(`https://127.0.0.1:${door.port}`, {cluster}));
	// Two revisions without traffic, of which the older one is not made again.
	for (const note of ['third', 'fourth']) {
		await world.patch('cart', {
			spec: {
				template: {metadata: {annotations: {'example.com/note': note}}},
				traffic: [
					{revisionName: 'cart-00001', percent: 90, tag: 'stable'},
					{revisionName: 'cart-00002', percent: 10, tag: 'canary'},
				],
			},
		});
	}
});

afterEach(async () => {
	await door.close();
	await relay.close();
	await world.stop();
	await rm(directory, {recursive: true, force: true});
});

/** Of the console: no question, no dry run. */
const isWrite = ({method, query, path: at, body}: RelayedRequest) =>
	method !== 'GET' && !at.includes('selfsubject') && !query.has('dryRun') && !body.includes('"dryRun"');

const open = () =>
	openBuiltConsole({
		args: ['--kubeconfig', config, '-n', 'default'],
		cols: 120,
		rows: 40,
		env: {XDG_STATE_HOME: directory, KUBECONFIG: ''},
	});

const reviewed = async (terminal: TestTerminal, {word}: {word?: string} = {}) => {
	await terminal.until(/Dry run: the server would accept it/);
	if (word !== undefined) {
		// What is typed before the terminal has said that it shows the sheet does not count either.
		await terminal.settle(200);
		terminal.type(word);
	}
	await terminal.until(/⏎ apply/);
	// The terminal has to have said that it shows the sheet: Enter before that does not count.
	await terminal.settle(200);
};

type Deed = {
	/** Leaves a review that needs Enter alone. */
	review: (terminal: TestTerminal) => Promise<void>;
	/** As the last words have it. */
	title: string;
	/** On the sheet of what was written: when it was made, and when it is not known. */
	made: RegExp;
	open: RegExp;
	/** What `u` says after it was made, and after it was not. */
	undo: {made: RegExp; none: RegExp};
};

const nothing = /Nothing to undo: no change of the split of cart is known/;

const deeds = {
	'a roll back': {
		async review(terminal) {
			terminal.press('R');
			await terminal.until(/Roll back cart/);
			await reviewed(terminal);
		},
		title: 'roll back cart',
		made: /cart in default: roll back by \S+, from a console here +│/,
		open: /cart in default: roll back by \S+, from a console here: sent, outcome not known/,
		undo: {made: /Undo the last split of cart[^]*100 % → +90 %[^]*0 % → +10 %/, none: nothing},
	},
	'a tag': {
		async review(terminal) {
			terminal.press('t');
			await terminal.until(/Tags of cart-0000/);
			terminal.press('end');
			terminal.type('extra');
			terminal.press('ctrl-s');
			await terminal.until(/Tag|tag/);
			await reviewed(terminal);
		},
		title: 'tag cart',
		made: /cart in default: tag by \S+, from a console here +│/,
		open: /cart in default: tag by \S+, from a console here: sent, outcome not known/,
		undo: {made: /Undo the last split of cart[^]*extra/, none: nothing},
	},
	'a deletion of a service': {
		async review(terminal) {
			terminal.press('D');
			await terminal.until(/Delete (the service )?cart/);
			await reviewed(terminal, {word: 'cart'});
		},
		title: 'delete service cart',
		made: /cart in default: delete service by \S+, from a console here: made/,
		open: /cart in default: delete service by \S+, from a console here: sent, outcome not known/,
		undo: {made: /Select a service first|Nothing to undo: no change of the split of checkout/, none: nothing},
	},
	'a deletion of a revision': {
		async review(terminal) {
			terminal.press('tab');
			terminal.press('G');
			await terminal.until(/▸ .{0,4}…00003/u);
			terminal.press('D');
			await terminal.until(/Delete a revision of cart/);
			await reviewed(terminal);
		},
		title: 'delete revision cart',
		made: /cart in default: delete revision by \S+, from a console here: made/,
		open: /cart in default: delete revision by \S+, from a console here: sent, outcome not known/,
		undo: {made: nothing, none: nothing},
	},
	'a creation': {
		async review(terminal) {
			terminal.press('n');
			await terminal.until(/New service/);
			terminal.type('basket');
			terminal.press('tab');
			terminal.type('registry.example.com/basket:1');
			await terminal.until(/registry.example.com\/basket:1/);
			terminal.press('ctrl-s');
			await terminal.until(/Create the service/);
			await reviewed(terminal);
		},
		title: 'create service basket',
		made: /basket in default: create service by \S+, from a console here: made/,
		open: /basket in default: create service by \S+, from a console here: sent, outcome not known/,
		undo: {made: /Nothing to undo/, none: /Nothing to undo/},
	},
} satisfies Record<string, Deed>;
type Name = keyof typeof deeds;

/** Resolves at that moment of the write that is sent next. */
async function reached(moment: Moment, terminal: TestTerminal): Promise<void> {
	if (moment === 'before the record of it') {
		relay.rules.gate = (request, way) => (isWrite(request) && way === 'back' ? hideJournal() : undefined);
		await terminal.until(/The history is kept only until you quit/);
		return;
	}
	if (moment === 'before the request') {
		door.shut();
		return noted();
	}
	const {promise, resolve} = Promise.withResolvers<void>();
	const never = new Promise<void>(() => {});
	relay.rules.gate = (request, way) => {
		if (!isWrite(request)) return undefined;
		if (moment === 'when the request was sent' && way === 'there') {
			resolve();
			return never;
		}
		if (moment === 'when the server has done it' && way === 'back') {
			resolve();
			return never;
		}
		if (moment === 'when the answer was read' && way === 'back') setImmediate(resolve);
		return undefined;
	};
	return promise;
}

function end(terminal: TestTerminal, way: Way): void {
	if (way === 'ctrl-c') terminal.press('ctrl-c');
	else if (way === 'a closed line') terminal.hangUp();
	else terminal.kill(way);
}

const isThere = async () => (await readFile(file(), 'utf8').catch(() => '')).includes('\n');

/** Resolves when something is in the history, which nothing was before. */
async function noted(): Promise<void> {
	const beneath = path.join(directory, 'kn-canary');
	await mkdir(beneath, {recursive: true});
	const watcher = watch(beneath);
	try {
		const changes = on(watcher, 'change');
		if (await isThere()) return;
		for await (const _change of changes) if (await isThere()) return;
	} finally {
		watcher.close();
	}
}

/** From now on nothing can be written into the history: the answer that comes next is read, and not recorded. */
async function hideJournal(): Promise<void> {
	await rename(file(), aside());
	await mkdir(file());
}

async function showJournal(): Promise<void> {
	await rmdir(file());
	await rename(aside(), file());
}

const aside = () => `${file()}.aside`;
const file = () => path.join(directory, 'kn-canary', 'history.jsonl');
const journal = async () => readFile(file(), 'utf8');

/** All of them for what an incident needs; of the others each way and each moment once. */
const trials: (readonly [Name, Way, Moment])[] = [
	...ways.flatMap(way => moments.map(moment => ['a roll back', way, moment] as const)),
	...(['a tag', 'a deletion of a service', 'a deletion of a revision', 'a creation'] as const).flatMap(
		(name, shift) =>
			ways.map((way, index) => [name, way, moments[(index + shift) % moments.length]!] as const),
	),
];

const flat = (terminal: TestTerminal) => terminal.screen().replaceAll('\n', '');
/** Whether the program has had the time, and the reason, to say that it does not know what became of it. */
const isTold = (moment: Moment, way: Way) =>
	moment !== 'when the answer was read' && moment !== 'before the record of it' && way !== 'SIGKILL';

describe('a console that is ended in the middle of a write', () => {
	it.each(trials)('%s, by %s %s', async (name, way, moment) => {
		const deed: Deed = deeds[name];
		const isMade = moment !== 'before the request' && moment !== 'when the request was sent';
		{
			await using terminal = open();
			await terminal.until(/Revisions of cart[^]*watching|watching[^]*Revisions of cart/);
			await deed.review(terminal);
			const now = reached(moment, terminal);
			terminal.press('enter');
			await now;
			const isHidden = moment === 'before the record of it';
			const lines = await readFile(isHidden ? aside() : file(), 'utf8');
			expect(lines).toMatch(/^\{"(attempt|deed)":/);
			// What was hidden has nothing of how it ended.
			expect(isHidden ? lines.trim().split('\n') : ['one']).toHaveLength(1);
			end(terminal, way);
			const {code} = await terminal.exited;
			if (isHidden) await showJournal();
			expect(isTold(moment, way) ? code : 4).toBe(4);
			const words = `Sent, outcome not known: ${deed.title}.`;
			expect(isTold(moment, way) && way !== 'a closed line' ? flat(terminal) : words).toContain(words);
		}
		relay.rules.gate = () => undefined;
		await door.close();
		door = await openDoor(relay.port);
		// The address is another one, the cluster is not.
		const old = /https:\/\/127[.]0[.]0[.]1:\d+/g;
		await writeFile(file(), (await journal()).replaceAll(old, `https://127.0.0.1:${door.port}`));
		await writeFile(
			config,
			(await readFile(config, 'utf8')).replaceAll(old, `https://127.0.0.1:${door.port}`),
		);

		await using next = open();
		await next.until(/watching/);
		await next.until(/Revisions of \w+[^]*…0000\d/);
		next.press('w');
		await next.until(isMade ? deed.made : deed.open);
		expect(next.screen()).not.toMatch(isMade ? /outcome not known/ : /: made|takes back/);
		next.press('esc');
		await next.until(/1 Services/);
		next.press('u');
		await next.until(isMade ? deed.undo.made : deed.undo.none);
		expect(next.screen()).not.toMatch(/takes back a change by/);
	});
});
