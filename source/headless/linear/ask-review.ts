/** A review as lines, and the question whether to apply it. Nothing is written without an answer to that. */
import type {Console} from '../../console/console.js';
import {wakeTargets} from '../../console/live/wake.js';
import {conflictOfReview, lostGround} from '../../console/sheets/review/lost-ground.js';
import {typeName} from '../../console/sheets/review/review.js';
import type {ReviewSheet} from '../../console/sheets/sheets.js';
import {topSheet} from '../../console/state/read.js';
import {closeSheet} from '../../console/state/select.js';
import type {ConsoleState} from '../../console/state/state.js';
import {planLines} from '../write/report.js';
import {askNumber, type Prompter} from './ask-again.js';

/** What is on top was asked about until it is decided: a choice, a review, what came of it. */
export async function askOnTop(console: Console, prompter: Prompter): Promise<void> {
	for (;;) {
		const top = topSheet(console.store.getState());
		if (top?.kind === 'choice') await askChoice(console, prompter);
		else if (top?.kind === 'review') await askReview(console, top.id, prompter);
		else return;
	}
}

async function askChoice(console: Console, prompter: Prompter): Promise<void> {
	const {store} = console;
	const sheet = topSheet(store.getState());
	if (sheet?.kind !== 'choice') return;
	const {say} = prompter;
	say(`${sheet.title}${/[.?!:]$/.test(sheet.title) ? '' : '.'} ${sheet.question}`);
	sheet.options.forEach(({label}, index) => say(`${index + 1} ${label}`));
	const number = await askNumber(
		'Number, or nothing to cancel: ',
		{count: sheet.options.length, whenEmpty: undefined, otherwise: 'nothing to cancel'},
		prompter,
	);
	const option = number === undefined ? undefined : sheet.options[number - 1];
	if (!option) {
		closeSheet(store);
		say('Nothing was sent.');
		return;
	}
	console.choose(option.value);
	await change(console, state => topSheet(state) !== sheet);
}

async function askReview(console: Console, id: number, prompter: Prompter): Promise<void> {
	const {ask, say} = prompter;
	const {store} = console;
	const review = (): ReviewSheet | undefined => {
		const top = topSheet(store.getState());
		return top?.kind === 'review' && top.id === id ? top : undefined;
	};
	await change(console, () => review()?.dryRun.kind !== 'asking');
	const sheet = review();
	if (!sheet) return;
	const leave = (sentence: string) => {
		if (review()) closeSheet(store);
		say(sentence);
	};
	// A command line is long to listen to: it is read when it is asked for.
	for (const line of planLines({...sheet.plan, commands: []})) say(line);
	if (sheet.plan.promotion) say(wayBackWords(sheet.plan.promotion));
	say(dryRunWords(sheet));
	const lost = lostGround(store.getState(), sheet);
	if (lost) return leave(`Nothing was sent. ${lost.sentence}`);
	const word = sheet.confirmation === 'word' ? sheet.word : 'yes';
	for (let times = sheet.confirmation === 'twice' ? 2 : 1; times > 0; times--) {
		const why = sheet.because === '' ? '' : ` (${sheet.because})`;
		const others = choicesOn(sheet).map(choice => `${choice}; `);
		const question = `Type ${word} to apply it${why}; ${others.join('')}anything else cancels: `;
		await heard(prompter);
		let line = (await ask(question))?.trim();
		while (line === 'command' || (line === 'wake' && review()?.wake)) {
			if (line === 'command') for (const command of sheet.plan.commands) say(command);
			else await wake(console, review, say);
			line = (await ask(question))?.trim();
		}
		// Another plan, which is asked about again.
		if (line === 'way back' && sheet.plan.promotion) return console.dropOrKeepPrevious();
		if (line !== word) return leave('Cancelled: nothing was sent.');
		if (sheet.confirmation === 'word') typeName(store, line);
		await console.confirm();
	}
	await change(console, () => review()?.phase.kind !== 'sending');
	const after = review();
	if (!after) return;
	// Asked about once more, as it stands.
	if (after.phase.kind === 'open' && after.phase.after !== undefined) return say(after.phase.after);
	const conflict = conflictOfReview(store.getState(), after);
	if (!conflict) return leave('sentence' in after.phase ? after.phase.sentence : 'Nothing was sent.');
	say(conflict.sentence);
	if (conflict.by !== undefined) say(`Changed by ${conflict.by}.`);
	say('1 keep theirs');
	if (!conflict.already) say('2 apply mine over theirs: reviewed again, on what is there now');
	await heard(prompter);
	const number = await askNumber(
		'Number [1]: ',
		{count: conflict.already ? 1 : 2, whenEmpty: 1, otherwise: 'an empty line for 1'},
		prompter,
	);
	if (number === 2) return console.putMineOnTop();
	console.takeTheirs();
	if (review()) closeSheet(store);
}

/** Whoever has typed ahead has not heard what is asked. */
async function heard({dropped, say}: Prompter): Promise<void> {
	if ((await dropped()) > 0) say('What was typed before this was asked does not count.');
}

const wayBackWords = ({wayBack, keepsPrevious}: NonNullable<ReviewSheet['plan']['promotion']>) =>
	keepsPrevious ? `Way back: ${wayBack} stays at 0 %.` : `No way back in the split: ${wayBack} is removed.`;

/** What else can be typed, and what it does. */
function choicesOn({plan: {promotion}, wake: offered}: ReviewSheet): string[] {
	const {keepsPrevious, wayBack} = promotion ?? {};
	return [
		...(wayBack === undefined
			? []
			: [keepsPrevious ? `way back removes ${wayBack} from the split` : `way back keeps ${wayBack} at 0 %`]),
		...(offered?.kind === 'offered' ? [`wake sends ${offered.revisions.join(', ')} one request first`] : []),
		'command reads the equivalent command',
	];
}

/** As `ctrl-t` does on the sheet: once, and what came of it. */
async function wake(
	console: Console,
	review: () => ReviewSheet | undefined,
	say: Prompter['say'],
): Promise<void> {
	await wakeTargets(console.store);
	await change(console, () => review()?.wake?.kind !== 'asking');
	const told = review()?.wake;
	if (told?.kind === 'told') for (const {text} of told.sentences) say(text);
}

function dryRunWords({dryRun}: ReviewSheet): string {
	switch (dryRun.kind) {
		case 'accepted':
			return 'Dry run: the server would accept it.';
		case 'asking':
			return 'Dry run: not answered yet.';
		case 'refused':
			return `Dry run: the server would refuse it. ${dryRun.sentence}`;
		case 'altered':
			return `Dry run: the server would store something else: ${dryRun.sentence}`;
		case 'not logged in':
		case 'unknown':
			return `Dry run failed: ${dryRun.sentence}`;
	}
}

/** Resolves when it is so. */
export async function change({store}: Console, isSo: (state: ConsoleState) => boolean): Promise<void> {
	if (isSo(store.getState())) return;
	await new Promise<void>(resolve => {
		const unsubscribe = store.subscribe(state => {
			if (!isSo(state)) return;
			unsubscribe();
			resolve();
		});
	});
}
