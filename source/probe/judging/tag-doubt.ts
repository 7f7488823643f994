/** When what is answered at tags may be no revision's, but that of a gateway which has no rule for tag hosts. Pure. */
import type {AnyHost} from '../attribution/any-host.js';
import type {TagState} from '../attribution/learning.js';
import type {EpochCounts} from '../counting/past-epochs.js';
import {brokenHandshake, type Comparison, type SideReport} from '../pairs/comparison.js';

export type TagDoubt = {
	/** The revisions at whose tags it was seen. */
	revisions: readonly string[];
	/** What they answer: `404 Not Found`. */
	text: string;
	/** One sentence for the operator. */
	sentence: string;
};

type EpochOfUsers = Pick<EpochCounts, 'answered' | 'errors' | 'refused' | 'weights'>;

/**
 * Two that fail with the same words, while the service itself works; or one that fails whenever its tag is asked, though it
 * has a share of the traffic and users never see it fail; or one whose tag is answered as any host is.
 *
 * @param saidToAll What is answered at the tag of a revision, where any host gets it.
 */
export function tagDoubtOf(
	comparison: Comparison | undefined,
	users: EpochOfUsers,
	saidToAll: AnyHost['saidToAll'] = () => undefined,
): TagDoubt | undefined {
	if (!comparison) return undefined;
	const {alikeFailures, old, fresh} = comparison;
	for (const {revision} of [fresh, old]) {
		const said = saidToAll(revision);
		if (said) {
			const {text, isUsers} = said;
			const because = isUsers
				? ', as the service does: nothing shows that it was asked'
				: ', users of the service do not: the gateway may have no rule for it';
			return {
				revisions: [revision],
				text,
				sentence: `the tag of ${revision} answers what any host gets (${text})${because}`,
			};
		}
	}

	const working = users.answered - users.errors - users.refused;
	if (alikeFailures.isLast && working > 0) {
		const revisions = [old.revision, fresh.revision];
		return {
			revisions,
			text: alikeFailures.text,
			sentence: `the gateway may have no rule for tag hosts: both answer ${alikeFailures.text}, the service itself works`,
		};
	}

	const {gatewaySaid, pairs} = comparison;
	if (gatewaySaid && pairs === 0 && working > 0) {
		const {revision, text} = gatewaySaid;
		return {
			revisions: [revision],
			text,
			sentence:
				text === brokenHandshake
					? `the host of the tag of ${revision} leads nowhere: ${text}, that of the service works`
					: text.startsWith('404')
						? `the gateway may have no rule for tag hosts: it answers ${text} itself at that of ${revision}, the service works`
						: `the gateway itself answers ${text} at the tag of ${revision}: no pod of it answered`,
		};
	}

	const doubtful = [fresh, old].find(side => isContradicted(side, users));
	return (
		doubtful && {
			revisions: [doubtful.revision],
			text: doubtful.lastFailure ?? '',
			sentence: `the tag of ${doubtful.revision} answers ${doubtful.lastFailure ?? 'failures'}, users never see that: the gateway may have no rule for it`,
		}
	);
}

/** Pairs in which all failed, before it is said to fail always. */
const always = 3;
/** The chance that users see nothing of a revision that fails always. */
const tooUnlikely = 0.01;

function isContradicted({revision, asked, failed}: SideReport, users: EpochOfUsers): boolean {
	if (failed < always || failed < asked || users.errors + users.refused > 0) return false;
	const percent = users.weights.reduce(
		(sum, weight) => sum + (weight.revision === revision ? weight.percent : 0),
		0,
	);
	return percent > 0 && (1 - percent / 100) ** users.answered < tooUnlikely;
}

/** What became of a tag that was to be learned: what any host gets teaches nothing of a revision. */
export function judgedTag(tag: TagState, saidToAll: AnyHost['saidToAll']): TagState {
	const said = tag.state === 'learned' ? saidToAll(tag.revision) : undefined;
	return said === undefined
		? tag
		: {
				...tag,
				state: 'failed',
				problem: `it answers what any host gets (${said.text}): the gateway may have no rule for tag hosts`,
				fault: 'gateway',
			};
}
