/** What each action of the key table does, in the panes. The palette goes through the same table. */
import {
	addRevision,
	beginValue,
	discardDraft,
	eraseDigit,
	evenShares,
	nudge,
	setTyped,
	takeRowOut,
	toggleFollow,
	toggleLock,
	typeDigit,
} from '../console/state/draft.js';
import {openServiceForm, openTagForm} from '../console/forms/forms.js';
import {openImages} from '../console/forms/used-images.js';
import type {Console} from '../console/console.js';
import {
	missingLoop,
	missingRevision,
	missingService,
	selectedRevision,
	selectedService,
} from '../console/state/read.js';
import {
	closeFilter,
	cyclePane,
	cycleSort,
	focusPane,
	moveSelection,
	notify,
	openFilter,
	toggleEnlarged,
	toggleUncovered,
	openSheet,
	saidWhy,
	stepBack,
	type SelectionStep,
} from '../console/state/select.js';
import {offeredRights, refusalOfRight, type RightName} from '../console/session/rights.js';
import type {ConsoleState, Right, Rights} from '../console/state/state.js';
import {panes, type Pane} from '../console/state/panes.js';
import {requestOptionsFor, targetOf, whyNoTarget} from '../console/live/request-target.js';
import {mayQuit} from '../console/sheets/quit-sheet.js';
import {openRequests} from '../console/live/request-sheet.js';
import {verifyService} from '../console/live/verify-requests.js';
import type {ConsoleAction, PaneAction} from './keys/binding.js';
import {labelOf, leadsToWrite, type Action} from './keys/key-lookup.js';

/** What an action needs beside the console. */
export type ActionDependencies = {
	/** Rows a page has. */
	page: number;
	copy: (text: string) => void;
	quit: () => void;
	suspend: () => void;
	redraw: () => void;
};

type Performer = (console: Console, means: ActionDependencies, argument: string) => void;

const go =
	(pane: Pane): Performer =>
	({store}) =>
		focusPane(store, pane);
const step =
	(by: (means: ActionDependencies) => SelectionStep): Performer =>
	({store}, means) =>
		moveSelection(store, by(means));

const goToPanes: Readonly<Record<string, Performer>> = Object.fromEntries(
	panes.map(pane => [`go to ${pane}` satisfies PaneAction, go(pane)]),
);

const performers: Readonly<Record<ConsoleAction, Performer>> = {
	quit: (_, {quit}) => quit(),
	leave({store}, {quit}) {
		if (mayQuit(store)) quit();
	},
	sort: ({store}) => cycleSort(store),
	images: ({store}) => openImages(store),
	enlarge: ({store}) => toggleEnlarged(store),
	messages: ({store}) => openSheet(store, {kind: 'messages'}),
	suspend: (_, {suspend}) => suspend(),
	redraw: (_, {redraw}) => redraw(),
	askAnew: console => console.askAnew(),
	nextPane: ({store}) => cyclePane(store, 1),
	previousPane: ({store}) => cyclePane(store, -1),
	up: step(() => ({by: -1})),
	down: step(() => ({by: 1})),
	top: step(() => ({to: 'top'})),
	bottom: step(() => ({to: 'bottom'})),
	pageUp: step(({page}) => ({by: -page})),
	pageDown: step(({page}) => ({by: page})),
	open({store}) {
		const state = store.getState();
		if (state.focus !== 'revisions') cyclePane(store, 1);
		else if (selectedRevision(state)) openSheet(store, {kind: 'details'});
		else saidWhy(store, 'info', missingRevision);
	},
	back: ({store}) => {
		if (!stepBack(store)) focusPane(store, 'services');
	},
	filter: ({store}) => openFilter(store),
	uncover: ({store}) => toggleUncovered(store),
	palette: ({store}) => openSheet(store, {kind: 'palette'}),
	help: ({store}) => openSheet(store, {kind: 'help'}),
	namespace(console, _, name) {
		if (name === '') void console.chooseNamespace();
		else if (name === 'all') console.showAllNamespaces();
		else void console.changeNamespace(name);
	},
	allNamespaces: console => console.toggleAllNamespaces(),
	context(console, _, name) {
		if (name === '') void console.chooseContext();
		else void console.changeContext(name);
	},
	newService: ({store}) => openServiceForm(store),
	newRevision: console => console.newRevision(),
	verifyOnce: ({store}) => void verifyService(store),
	verifyTag: console => void console.verifyRevision(),
	pauseResume: ({live}) => void live.toggle(),
	burst: ({live}) => live.burst(),
	faster: ({live}) => live.changePace(1),
	slower: ({live}) => live.changePace(-1),
	comparePairs: ({live}) => live.toggleComparison(),
	countAnew: ({live}) => live.countAnew(),
	requests: ({store}) => openRequests(store),
	earlierSplit: ({live}) => live.turnPage(-1),
	laterSplit: ({live}) => live.turnPage(1),
	answers({store}) {
		const state = store.getState();
		if (state.live) openSheet(store, {kind: 'answers'});
		else if (!selectedService(state)) saidWhy(store, 'info', missingService);
		else saidWhy(store, 'info', missingLoop);
	},
	yaml: console => void console.showYaml(),
	events: console => console.showEvents(),
	logs: console => console.showLogs(),
	writesLog: ({store}) => openSheet(store, {kind: 'writes'}),
	copyCurl({store}, {copy}) {
		const state = store.getState();
		const service = selectedService(state);
		if (!service) return void saidWhy(store, 'info', missingService);
		const asked = targetOf(service, service.url, state.gateway, requestOptionsFor(state, service.uid));
		if (asked.ok) copy(asked.command);
		else saidWhy(store, 'bad', now => whyNoTarget(now, service));
	},
	complete: (console, _, word) => void console.complete(word),
	rollBack: (console, _, word) => console.rollBack(word),
	abandon: (console, _, why) => console.abandon(why),
	undo: console => console.undo(),
	sendAgain: console => console.sendAgain(),
	tag: ({store}) => openTagForm(store),
	autoscaling: console => console.scaling(),
	deleteService: console => console.deleteService(),
	deleteRevision: console => console.deleteRevision(),
	review: console => console.reviewDraft(),
	split: (console, _, shares) => console.reviewShares(shares),
	less: ({store}) => nudge(store, -1),
	more: ({store}) => nudge(store, 1),
	less10: ({store}) => nudge(store, -10),
	more10: ({store}) => nudge(store, 10),
	even: ({store}) => evenShares(store),
	lock: ({store}) => toggleLock(store),
	followLatest: ({store}) => toggleFollow(store),
	addRevision: ({store}) => addRevision(store),
	takeOut: ({store}) => takeRowOut(store),
	digit: ({store}, _, digit) => typeDigit(store, digit),
	exactShare: ({store}) => beginValue(store),
	setValue(console) {
		if (setTyped(console.store)) console.reviewDraft();
	},
	eraseDigit: ({store}) => eraseDigit(store),
	discardDraft: ({store}) => {
		if (store.getState().notice) notify(store, undefined);
		else if (!discardDraft(store)) focusPane(store, 'services');
	},
	accept: ({store}) => closeFilter(store, {keep: true}),
};

const byAction: Readonly<Partial<Record<Action, Performer>>> = {...performers, ...goToPanes};

/** Whether the action does anything here: what does not is in neither footer, help nor palette. */
export function canPerform(action: Action): boolean {
	return byAction[action] !== undefined;
}

/** What a writing action needs to be allowed; all the others change traffic or the template: `patch`. */
const rights: Partial<Record<Action, RightName>> = {
	newService: 'create',
	deleteService: 'delete',
	deleteRevision: 'deleteRevision',
};

const rightFor = (offered: Rights, action: Action): Right | undefined =>
	leadsToWrite(action) ? offered[rights[action] ?? 'patch'] : undefined;

/** Why the action is not open to this operator here, as a sentence; undefined when it is. */
export function unavailable(offered: Rights, action: Action): string | undefined {
	const right = rightFor(offered, action);
	return right && refusalOfRight(right);
}

/** The same in a clause, for where it is clear that it is not open. */
export function unavailableBecause(offered: Rights, action: Action): string | undefined {
	const right = rightFor(offered, action);
	return right?.allowed === false ? right.reason : undefined;
}

/** @param argument What was typed after the command, or the digit that was pressed. */
export function perform(console: Console, action: Action, means: ActionDependencies, argument = ''): void {
	const why = (state: ConsoleState) => {
		const reason = unavailable(offeredRights(state), action);
		return reason === undefined ? undefined : `${labelOf(action)}: ${reason}`;
	};
	if (saidWhy(console.store, 'bad', why)) return;
	byAction[action]?.(console, means, argument);
}
