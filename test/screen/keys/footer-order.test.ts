/** Which hints of the footer stay as a window gets narrower: what a release needs, and the way out, first. */
import {expect, test} from 'vitest';
import {contexts, footerFor, type KeyContext} from '../../../source/screen/keys/key-lookup.js';

/** The least columns in which a hint is in the footer, and in all that are wider. */
function neededFor(context: KeyContext, action: string): number {
	let width = 1000;
	while (footerFor(context, width).some(hint => hint.action === action)) width--;
	return width + 1;
}

/** From the one that stays longest to the one that goes first. */
const asItWidens = (context: KeyContext) =>
	footerFor(context, 1000)
		.map(({action}) => ({action, needed: neededFor(context, action)}))
		.toSorted((one, other) => one.needed - other.needed)
		.map(({action}) => action)
		.join(' ');

const expected: Readonly<Record<KeyContext, string>> = {
	services:
		'help rollBack complete nextPane sendAgain newRevision newService pauseResume undo verifyOnce redraw filter palette open sort abandon tag autoscaling yaml events logs verifyTag burst faster enlarge leave uncover comparePairs requests deleteService',
	revisions:
		'help rollBack complete verifyTag nextPane sendAgain tag logs newRevision newService deleteRevision pauseResume undo verifyOnce redraw filter palette open abandon autoscaling yaml events burst faster enlarge leave uncover comparePairs requests',
	traffic:
		'help more review rollBack even complete nextPane sendAgain newRevision newService pauseResume undo exactShare verifyOnce redraw filter palette more10 discardDraft addRevision takeOut lock followLatest abandon tag autoscaling yaml events logs verifyTag burst faster enlarge leave uncover comparePairs requests',
	live: 'help rollBack complete nextPane sendAgain newRevision newService pauseResume undo verifyOnce redraw filter palette abandon tag autoscaling yaml events logs verifyTag burst faster enlarge leave uncover earlierSplit comparePairs answers requests',
	value: 'setValue back eraseDigit rollBack complete redraw',
	sheet: 'confirm back copyCommand down wake wayBack redraw',
	conflict: 'takeTheirs putMineOnTop keepEditing down redraw',
	leaving: 'confirm back down redraw',
	form: 'advance submit back images nextField uncover right redraw',
	requestForm: 'advance submit back nextField uncover right redraw',
	filter: 'accept back down redraw',
	palette: 'accept back completeWord down redraw',
	menu: 'accept back down redraw',
	viewer:
		'back down askAgain filter pageDown copyCommand managedFields unfold refresh rollBack complete redraw',
	logs: 'back pauseResume filter nextPod container previousRun rollBack copyCommand up redraw',
	search: 'accept back redraw',
};

test.each(contexts)('in %s', context => {
	expect(asItWidens(context)).toBe(expected[context]);
});
