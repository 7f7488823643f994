/** The two revisions that are compared. */

/** A revision, and the host that leads to it alone: its tag's, or the service's while it has 100 %. */
export type Side = {revision: string; authority: string};

export type Sides = {old: Side; fresh: Side};
