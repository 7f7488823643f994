/**
 * The console without a screen, for a screen reader or a terminal that cannot be drawn on: no frames, one change a line, menus
 * with numbers. It works on the same store, and what it writes goes through the same reviews.
 */
import type {Console} from '../../console/console.js';
import {openServiceForm, openTagForm} from '../../console/forms/forms.js';
import {verifyService} from '../../console/live/verify-requests.js';
import {endsOf} from '../../console/sheets/quit-sheet.js';
import {factsOf} from '../../console/state/known-facts.js';
import {revisionsOf, selectedService, topSheet, whyNoService} from '../../console/state/read.js';
import type {BesideView, ConsoleState} from '../../console/state/state.js';
import {closeSheet, notify, selectRevision, selectService} from '../../console/state/select.js';
import {visibleServices} from '../../console/state/visible.js';
import {systemTimers} from '../../kube/timers.js';
import {meantBy} from '../../knative/release/revision-by-word.js';
import {printable} from '../../knative/text/printable.js';
import {didYouMean} from '../../knative/text/similar.js';
import {timeOf} from '../../probe/judging/user-trouble.js';
import {askYesNo, leaving, type Prompter} from './ask-again.js';
import {askForm} from './ask-form.js';
import {askOnTop, change} from './ask-review.js';
import {
	comparingLine,
	countLines,
	eventLines,
	goneLines,
	logLines,
	mostTold,
	newlyTold,
	paceLine,
	revisionsTold,
	serviceWords,
	spoken,
	toldOf,
	verdictOfService,
	type LinearNews,
} from './told.js';
import {historyLines} from './changes-told.js';
import {usersLines, usersNews} from './users-told.js';
import {menuLines, namesCommand, parseLine, type LinearName} from './linear-commands.js';

export type LinearStreams = {
	/** The next line that is typed after the question, which may be empty; undefined at the end of the input. */
	readonly ask: (question: string) => Promise<string | undefined>;
	readonly say: (line: string) => void;
	/** How many lines were typed that nobody has asked for yet; they are gone then. */
	readonly dropped: () => Promise<number>;
};

/**
 * Tells what changes, a line each, until what is returned is called.
 *
 * @param isAsked Whether the next line that is typed answers a question, and is no command.
 */
export function tellChanges(
	{store}: Pick<Console, 'store'>,
	say: (line: string) => void,
	{isAsked = () => false}: {isAsked?: () => boolean} = {},
): () => void {
	const tell = (sentence: string) => {
		const first = isAsked() && namesCommand(sentence) ? ` Type ${leaving} first to leave this question.` : '';
		say(printable(`${sentence}${first}`));
	};
	let told: LinearNews = new Map();
	let before = store.getState();
	let toldUsers: string | undefined;
	const look = () => {
		const state = store.getState();
		const users = usersNews(state);
		if (users && users.kind !== toldUsers) tell(spoken(users.sentence));
		toldUsers = users?.kind ?? toldUsers;
		const now = toldOf(state);
		for (const sentence of [...goneLines(told, before, state), ...newlyTold(told, now)]) {
			tell(sentence);
		}
		told = now;
		before = state;
	};
	look();
	return store.subscribe(look);
}

/** Tells what changes and does what is typed, until the operator quits or the input ends. */
export async function runLinear(console: Console, {ask, say, dropped}: LinearStreams): Promise<void> {
	const {store} = console;
	let isAsked = false;
	const prompter: Prompter = {
		async ask(question) {
			isAsked = true;
			return ask(printable(question));
		},
		say: line => say(printable(line)),
		dropped,
	};
	say('kn-canary in linear mode: one change a line. Type help for the commands, by number or word.');
	const stopTelling = tellChanges(console, say, {isAsked: () => isAsked});
	try {
		for (;;) {
			// Between two questions of one command what is typed is kept for the next one.
			isAsked = false;
			const line = await ask('');
			if (line === undefined) return;
			const parsed = parseLine(line);
			if (parsed.kind === 'problem') prompter.say(parsed.sentence);
			if (parsed.kind !== 'command') continue;
			// What was said about the last command is about that one.
			notify(store, undefined);
			if (parsed.name === 'quit') {
				const ends = endsOf(store.getState());
				for (const end of ends) prompter.say(end);
				if (ends.length === 0) return;
				const answer = await askYesNo('Quit all the same? yes or no: ', {}, prompter);
				// Leaving the question is staying; with no more lines the loop ends by itself.
				if (answer === true) return;
				continue;
			}
			await performers[parsed.name](console, prompter, parsed.argument);
			await askOnTop(console, prompter);
		}
	} finally {
		stopTelling();
	}
}

type LinearPerformer = (console: Console, prompter: Prompter, argument: string) => Promise<void> | void;

const performers: Readonly<Record<Exclude<LinearName, 'quit'>, LinearPerformer>> = {
	services({store}, {say}, filter) {
		const {services, scope} = store.getState();
		const listed = visibleServices({services, filter, scope});
		if (services.length === 0) say('There are no services.');
		else if (listed.length === 0) say(`There is no service ${filter}, and none in such a state.`);
		const numbers = new Map(services.map((service, index) => [service, index + 1]));
		for (const service of listed.slice(0, mostTold)) {
			say(`${numbers.get(service)} ${serviceWords(service)}`);
		}
		const left = listed.length - mostTold;
		if (left > 0) {
			say(`${left} more. services failed lists those, services cart all with cart in their names.`);
		}
	},
	use({store}, {say}, wanted) {
		if (wanted === '') return say('Name the service, or its number: use 1. services lists them.');
		const {services} = store.getState();
		const service = services.find(({name}) => name === wanted) ?? services[Number(wanted) - 1];
		if (!service) {
			const hint = didYouMean(
				wanted,
				services.map(({name}) => name),
			);
			return say(`There is no service ${wanted}; services lists them.${hint}`);
		}
		selectService(store, service);
		say(`Chosen: ${serviceWords(service)}`);
	},
	status({store}, {say}) {
		const state = store.getState();
		const service = selectedService(state);
		if (!service) return say(spoken(whyNoService(state)));
		say(serviceWords(service));
		if (service.url !== undefined) say(`URL ${service.url}`);
		for (const {sentence} of revisionsTold(state, service)) say(sentence);
		const verdict = state.verdicts.get(service.uid);
		for (const line of usersLines(state)) say(spoken(line));
		if (verdict && verdict.word !== '') say(verdictOfService(state, service, verdict));
	},
	async new(console, prompter) {
		openServiceForm(console.store);
		await askForm(console, prompter);
	},
	async revision(console, prompter) {
		console.newRevision();
		await askForm(console, prompter);
	},
	split: (console, _, words) => console.reviewShares(words),
	promote: async (console, _, word) => console.complete(word),
	rollback: (console, _, word) => console.rollBack(word),
	undo: console => console.undo(),
	abandon: (console, _, why) => console.abandon(why),
	verify: async (console, prompter) => sayAnswer(console, prompter, () => verifyService(console.store)),
	async tag(console, prompter, wanted) {
		if (!chooseRevision(console, prompter, wanted)) return;
		openTagForm(console.store);
		const form = topSheet(console.store.getState());
		// Unless one is named it is one that nobody chose here.
		if (form?.kind === 'tag') prompter.say(`Tags of ${form.revision} of ${form.service}.`);
		await askForm(console, prompter);
	},
	async scaling(console, prompter) {
		console.scaling();
		await askForm(console, prompter);
	},
	async tagged(console, prompter, wanted) {
		if (!chooseRevision(console, prompter, wanted)) return;
		await sayAnswer(console, prompter, () => console.verifyRevision());
	},
	async start({live, store}, prompter) {
		if (!isAsking(store.getState())) await live.toggle();
		sayPace(store, prompter);
	},
	async stop({live, store}, {say}) {
		if (isAsking(store.getState())) await live.toggle();
		say(paceLine(store.getState()) ?? 'No requests were sent yet; start sends them.');
	},
	faster({live, store}, prompter) {
		live.changePace(1);
		sayPace(store, prompter);
	},
	slower({live, store}, prompter) {
		live.changePace(-1);
		sayPace(store, prompter);
	},
	compare({live, store}, {say}) {
		live.toggleComparison();
		const line = comparingLine(store.getState());
		if (line !== undefined) say(line);
	},
	counts({store}, {say}) {
		for (const line of countLines(store.getState())) say(spoken(line));
	},
	events: async (console, {say}) => sayBeside(console, say, eventLines),
	log: async (console, {say}) => sayBeside(console, say, logLines),
	again: console => console.sendAgain(),
	delete(console, prompter, wanted) {
		if (wanted === '') return console.deleteService();
		if (chooseRevision(console, prompter, wanted)) console.deleteRevision();
	},
	history({store}, {say}) {
		const lines = historyLines(store.getState(), Date.now());
		for (const line of lines.length > 0 ? lines : ['No changes yet.']) say(line);
	},
	messages({store}, {say}) {
		const {messages} = store.getState();
		if (messages.length === 0) say('No messages yet.');
		for (const {at, text} of messages.slice(-10)) say(`${timeOf(at)}  ${text}`);
	},
	async namespace(console, {say}, name) {
		if (name !== '') return console.changeNamespace(name);
		await console.chooseNamespace();
		const sheet = topSheet(console.store.getState());
		if (sheet?.kind !== 'namespaces') return;
		closeSheet(console.store);
		if (sheet.sentence !== undefined) say(sheet.sentence);
		for (const found of sheet.names) say(found);
		say('Name one to change to it: namespace shop');
	},
	help(_, {say}) {
		for (const line of menuLines()) say(line);
	},
};

/** Where nothing is sent, a message has said why not. */
function sayPace(store: Console['store'], {say}: Prompter): void {
	const line = paceLine(store.getState());
	if (line !== undefined) say(line);
}

/** What the next command is about: the revision of that name, tag or number. False, with a word, where there is none. */
function chooseRevision({store}: Console, {say}: Prompter, wanted: string): boolean {
	if (wanted === '') return true;
	const state = store.getState();
	const service = selectedService(state);
	if (!service) {
		say(spoken(whyNoService(state)));
		return false;
	}
	const meant = meantBy(wanted, factsOf(state, service));
	const revision = meant.ok
		? revisionsOf(state, service).find(({name}) => name === meant.revision)
		: undefined;
	if (revision) selectRevision(store, service.uid, revision);
	else say(meant.ok ? `${meant.revision} is not there.` : meant.reason);
	return revision !== undefined;
}

function isAsking(state: ReturnType<Console['store']['getState']>): boolean {
	const service = selectedService(state);
	return service !== undefined && state.verdicts.get(service.uid)?.isRunning === true;
}

/** Milliseconds to wait for what may never be said. */
const longestWait = 5000;

/** What the cluster says of the chosen service, as soon as it has said it; it is not followed after that. */
async function sayBeside(
	console: Console,
	say: Prompter['say'],
	linesOf: (beside: BesideView) => readonly string[] | undefined,
): Promise<void> {
	const {store} = console;
	const service = selectedService(store.getState());
	if (!service) return say(spoken(whyNoService(store.getState())));
	const told = ({beside}: ConsoleState) => (beside?.uid === service.uid ? linesOf(beside) : undefined);
	const ending = new AbortController();
	console.wantBeside(true);
	try {
		const isDone = (state: ConsoleState) =>
			told(state) !== undefined || selectedService(state)?.uid !== service.uid;
		await Promise.race([change(console, isDone), systemTimers.sleep(longestWait, ending.signal)]);
		for (const line of told(store.getState()) ?? ['Nothing was said yet.']) say(line);
	} finally {
		ending.abort();
		console.wantBeside(false);
	}
}

/** One request, and what came of it. */
async function sayAnswer(console: Console, {say}: Prompter, send: () => Promise<void>): Promise<void> {
	const {store} = console;
	await send();
	const sheet = topSheet(store.getState());
	if (sheet?.kind !== 'verify') return;
	await change(console, state => {
		const top = topSheet(state);
		return top?.kind !== 'verify' || top.phase.kind !== 'asking';
	});
	const top = topSheet(store.getState());
	if (top?.kind !== 'verify') return;
	say(top.url);
	say(top.namedCommand);
	const {phase, otherwise, hostDoubt, inClear, unreached, forwarding} = top;
	for (const told of [hostDoubt, inClear, unreached]) if (told !== undefined) say(told);
	if (forwarding !== undefined) say(`Without kn-canary, this opens that port: ${forwarding}`);
	if (otherwise) say(otherwise.sentence);
	if (phase.kind === 'not asked') say(phase.sentence);
	if (phase.kind === 'answered') {
		const {outcome, latency} = phase.answer;
		if (phase.redirect !== undefined) say(spoken(phase.redirect));
		if (outcome.kind === 'failure') say(outcome.sentence);
		else {
			const isRevisions = top.revision !== undefined && outcome.by === undefined;
			const proviso = otherwise?.isByHeader === true ? ' if the header arrives' : '';
			const whose = isRevisions ? `, by ${top.revision}${proviso}` : '';
			say(`Answer ${outcome.code} in ${Math.round(latency)} ms${whose}: ${outcome.firstLine}`);
		}
	}
	closeSheet(store);
}
