/** The parts that revisions have in a release, and doubt of them. */

export type RoleName = 'canary' | 'stable';

/** By a roll back, by an undo, or by another change of the split. */
export type HowLost = 'rolled back' | 'undone' | 'taken back';

export type Role = {
	readonly revision: string;
	/** Whole percent, 0–100. */
	readonly percent: number;
	/** Why it has this part, as a clause: `tagged canary`. */
	readonly because: string;
	/** How a canary was taken from users again. */
	readonly lost?: HowLost;
};

export type Doubt = {
	readonly about: 'canary' | 'stable';
	/** Which it may be. */
	readonly candidates: readonly string[];
	/** What is known, as a sentence. */
	readonly because: string;
};

/** The part that a revision has in the release; undefined where it has none, or that cannot be told. */
export function roleOf(
	revision: string,
	{canary, stable}: Readonly<Record<RoleName, {readonly revision: string} | undefined>>,
): RoleName | undefined {
	if (revision === canary?.revision) return 'canary';
	return revision === stable?.revision ? 'stable' : undefined;
}

/** `cart-00002 10 %: tagged canary`. */
export const roleWords = ({revision, percent, because}: Role) => `${revision} ${percent} %: ${because}`;
